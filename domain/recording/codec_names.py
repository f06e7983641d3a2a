"""What the codecs are called that are not converted, for the message to the client.

Source: the registry of wave format tags, `mmreg.h` of the Windows SDK, and RFC 2361.
"""

_TAG_NAMES = {
    0x0008: "DTS",
    0x0010: "OKI ADPCM",
    0x0014: "G.723 ADPCM",
    0x0022: "TrueSpeech",
    0x0040: "G.721 ADPCM",
    0x0042: "G.723.1",
    0x0045: "G.726 ADPCM",
    0x0050: "MPEG audio",
    0x0055: "MP3",
    0x0064: "G.726 ADPCM",
    0x0083: "G.729",
    0x0092: "AC-3",
    0x00FF: "AAC",
    0x0160: "Windows Media Audio",
    0x0161: "Windows Media Audio",
    0x0162: "Windows Media Audio",
    0x0163: "Windows Media Audio",
    0x0166: "XMA2",
    0x0270: "ATRAC3",
    0x1600: "AAC",
    0x1610: "AAC",
    0x2000: "AC-3",
    0x2001: "DTS",
    0x566F: "Vorbis",
    0xF1AC: "FLAC",
}
_GUID_NAMES = {
    bytes.fromhex("2c806de046dbcf11b4d100805f6cbbea"): "AC-3",
    bytes.fromhex("2b806de046dbcf11b4d100805f6cbbea"): "MPEG audio",
    bytes.fromhex("bfaa23e958cb7144a119fffa01e4ce62"): "ATRAC3+",
    bytes.fromhex("af87fba7022dfb42a4d405cd93843bdd"): "E-AC-3",
}


def tag_name(tag: int) -> str:
    """The codec with this wave format tag."""
    return _TAG_NAMES.get(tag, f"codec 0x{tag:04X}")


def guid_name(guid: bytes) -> str:
    """The codec with this sub-format GUID (16 bytes as they lie in the file)."""
    return _GUID_NAMES.get(guid, f"the codec with the sub-format {guid.hex()}")
