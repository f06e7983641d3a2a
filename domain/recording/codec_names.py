"""What the codecs are called that are not converted, for the message to the client."""

from domain.recording.format_tags import TAG_NAMES

_GUID_NAMES = {
    bytes.fromhex("2c806de046dbcf11b4d100805f6cbbea"): "AC-3",
    bytes.fromhex("2b806de046dbcf11b4d100805f6cbbea"): "MPEG audio",
    bytes.fromhex("bfaa23e958cb7144a119fffa01e4ce62"): "ATRAC3+",
    bytes.fromhex("af87fba7022dfb42a4d405cd93843bdd"): "E-AC-3",
}


def tag_name(tag: int) -> str:
    """The codec with this wave format tag."""
    return TAG_NAMES.get(tag, f"codec 0x{tag:04X}")


def guid_name(guid: bytes) -> str:
    """The codec with this sub-format GUID (16 bytes as they lie in the file)."""
    return _GUID_NAMES.get(guid, f"the codec with the sub-format {guid.hex()}")
