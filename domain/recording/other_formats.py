"""What a file is that is no WAV, by its first bytes, and what to do with it.

Sources: the magic numbers in the specifications of the formats, as collected in the `magic` files of `file` 5.45;
RFC 9559 (Matroska), RFC 3533 (Ogg), RFC 9639 (FLAC), ISO/IEC 14496-12 (MP4), RFC 4867 section 5 (AMR), RFC 4648
(Base64), RFC 2397 (data URLs); EBU Tech 3306 and the *Multimedia Programming Interface* for the forms of RIFF.
"""

import re

from domain.recording.mpeg_frames import mpeg_audio
from domain.recording.raw_samples import looks_like_samples

LOOK_BYTES = 4096
"""So much of a file is looked at."""
_RECORD = "record as WAV, or convert it to WAV first"
_CONVERT = "convert it to WAV first"
_UNPACK = "unpack it, and send the WAV that it holds"
_SEND_FILE = "send the bytes of the WAV itself"
_DECODE = "decode the Base64 first, and send the bytes"
_AS_IT_IS = "send its bytes as they are (with curl by --data-binary or -F, not by -d)"
_MAGICS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"fLaC", "FLAC", _CONVERT),
    (0, b"FORM", "AIFF", _CONVERT),
    (0, b".snd", "AU", _CONVERT),
    (0, b"dns.", "AU", _CONVERT),
    (0, b"caff", "CAF", _RECORD),
    (0, b"#!AMR", "AMR", _RECORD),
    (0, b"#!SILK", "SILK", _CONVERT),
    (1, b"#!SILK", "SILK", _CONVERT),
    (0, bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), "ASF (Windows Media Audio)", _RECORD),
    (0, b"ID3", "MP3", _RECORD),
    (0, b"TAG", "MP3", _RECORD),
    (0, b"ADIF", "AAC", _RECORD),
    (0, b"\x0b\x77", "AC-3", _CONVERT),
    (0, b"\x7f\xfe\x80\x01", "DTS", _CONVERT),
    (0, b"\xfe\x7f\x01\x80", "DTS", _CONVERT),
    (0, b"wvpk", "WavPack", _CONVERT),
    (0, b"MAC ", "Monkey's Audio", _CONVERT),
    (0, b"MPCK", "Musepack", _CONVERT),
    (0, b"MP+", "Musepack", _CONVERT),
    (0, b"TTA1", "True Audio", _CONVERT),
    (0, b"DSD ", "DSF", _CONVERT),
    (0, b"FRM8", "DSDIFF", _CONVERT),
    (0, b".RMF", "RealMedia", _CONVERT),
    (0, b"FLV\x01", "Flash video", _CONVERT),
    (0, b"\0\0\x01\xba", "MPEG video", _CONVERT),
    (0, b"MThd", "MIDI, which holds notes and no sound", "record the sound as WAV"),
    (0, b"NIST_1A", "NIST SPHERE", _CONVERT),
    (0, b"Creative Voice File", "Creative Voice (VOC)", _CONVERT),
    (0, b"PK\x03\x04", "a ZIP archive", _UNPACK),
    (0, b"PK\x05\x06", "an empty ZIP archive", _SEND_FILE),
    (0, b"\x1f\x8b", "a gzip archive", _UNPACK),
    (0, b"Rar!\x1a\x07", "a RAR archive", _UNPACK),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (0, b"BZh", "a bzip2 archive", _UNPACK),
    (0, b"\xfd7zXZ\0", "an xz archive", _UNPACK),
    (0, b"\x28\xb5\x2f\xfd", "a Zstandard archive", _UNPACK),
    (257, b"ustar", "a tar archive", _UNPACK),
    (0, b"%PDF", "PDF", _SEND_FILE),
    (0, b"\x89PNG", "a PNG picture", _SEND_FILE),
    (0, b"\xff\xd8\xff", "a JPEG picture", _SEND_FILE),
    (0, b"GIF8", "a GIF picture", _SEND_FILE),
    (0, b"\x7fELF", "a program", _SEND_FILE),
    (0, b"SQLite format 3\0", "an SQLite database", _SEND_FILE),
)
_RIFF_FORMS = {
    b"AVI ": ("AVI video", _CONVERT),
    b"RMID": ("MIDI in RIFF (RMID), which holds notes and no sound", "record the sound as WAV"),
    b"WEBP": ("a WebP picture", _SEND_FILE),
    b"sfbk": ("a SoundFont", _SEND_FILE),
    b"DLS ": ("DLS instruments", _SEND_FILE),
    b"CDDA": ("a CD track's address (CDA), which holds no sound", "read the track from the CD as WAV"),
    b"ACON": ("an animated cursor", _SEND_FILE),
    b"QLCM": ("QCP", _CONVERT),
    b"CDXA": ("a Video CD's track", _CONVERT),
}
_OGG_CODECS = ((b"OpusHead", "Opus"), (b"\x01vorbis", "Vorbis"), (b"Speex   ", "Speex"), (b"\x7fFLAC", "FLAC"))
_MP4_ATOMS = frozenset((b"ftyp", b"moov", b"moof", b"styp", b"mdat", b"wide", b"free", b"skip", b"pnot"))
_MP4_BRANDS = {b"M4A ": "MP4 (M4A)", b"M4B ": "MP4 (M4B)", b"qt  ": "QuickTime or MP4", b"3gp": "MP4 (3GP)"}
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_DATA_URL = re.compile(r"data:[^,]{0,200};\s*base64\s*,", re.IGNORECASE)
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-]|%2[BFbf]|%3[Dd]|[=\s]){24,}+")
_BASE64_STARTS = ("UklG", "UklY", "UkY2", "Qlc2", "GkXf", "T2dn", "ZkxhQ", "SUQz", "//uQ", "//tQ")
_HEX = re.compile(r"(?:0x)?(?:[0-9A-Fa-f]{2}[\s,:]*+){24,}+")
"""Neither remembers where else it might have gone on, which would take a hundred times their text in memory."""
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|script|title)\b", re.IGNORECASE)


def describe(head: bytes) -> str:
    """What begins with these bytes, up to `LOOK_BYTES`, or fewer where the file has no more; and what to do."""
    if not head:
        return "it is empty: nothing was recorded, or it was sent before it was saved"
    if not head.strip(b"\0"):
        return f"it holds nothing but zeros as far as was looked, {len(head)} bytes; nothing was written to it"
    if (
        found := _marked_text(head)
        or _audio(head)
        or _riff(head)
        or _magic(head)
        or _form(head)
        or _text(head)
        or _hidden_wav(head)
    ) is not None:
        name, advice = found
        return f"it is {name}; {advice}"
    if looks_like_samples(head):
        return "it looks like samples without a head; save them as WAV, whose head says their rate and how they lie"
    if len(head) < 12:
        return f"it is too short: it has {len(head)} bytes"
    return f"it begins with {head[:4].decode('latin-1')!a}"


def _audio(head: bytes) -> tuple[str, str] | None:
    """Formats that take more than a magic number to name."""
    if head.startswith(b"\x1aE\xdf\xa3"):
        return ("WebM" if b"webm" in head[:64] else "WebM or Matroska"), _RECORD
    if head.startswith(b"OggS"):
        codec = next((name for magic, name in _OGG_CODECS if magic in head[:64]), None)
        return (f"Ogg ({codec})" if codec else "Ogg"), _RECORD
    if head[4:8] in _MP4_ATOMS:
        return next((name for brand, name in _MP4_BRANDS.items() if head[8:12].startswith(brand)), "MP4"), _RECORD
    if name := mpeg_audio(head):
        return name, _RECORD
    return None


def _riff(head: bytes) -> tuple[str, str] | None:
    if head[:4] not in (b"RIFF", b"RIFX", b"RF64", b"BW64"):
        return ("RIFF whose name is in small letters", "write it as RIFF") if head[:4].upper() == b"RIFF" else None
    kind = head[8:12]
    if b"WAVE" in head[4:11]:
        return "a WAV that lacks bytes from its head on, as one that was sent as text", _AS_IT_IS
    if len(kind) < 4:
        return "the beginning of a WAV, which ends within its head", "send all of it"
    return _RIFF_FORMS.get(kind, (f"{_shown(head[:4])} that holds {_shown(kind)}", _SEND_FILE))


def _shown(name: bytes) -> str:
    return ascii(name.decode("latin-1"))


def _magic(head: bytes) -> tuple[str, str] | None:
    for at, magic, name, advice in _MAGICS:
        if head.startswith(magic, at):
            if magic == b"FORM" and head[8:12] not in (b"AIFF", b"AIFC"):
                return f"IFF that holds {_shown(head[8:12])}", _CONVERT
            return (f"AIFF ({head[8:12].decode()})" if head[8:12] == b"AIFC" else name), advice
    return None


def _form(head: bytes) -> tuple[str, str] | None:
    """A multipart form (RFC 7578), as a part of another or under the type of a file."""
    if head.lstrip().startswith(b"--") and b"content-disposition:" in head.lower():
        return "a form (multipart/form-data)", "send the file alone, or the form once, with the Content-Type of one"
    return None


def _hidden_wav(head: bytes) -> tuple[str, str] | None:
    """A WAV that something else stands before."""
    found = re.search(rb"(?:RIFF|RIFX|RF64|BW64).{4}WAVE", head, re.DOTALL)
    return (f"a WAV only from byte {found.start()} on", "leave out what stands before it") if found else None


def _marked_text(head: bytes) -> tuple[str, str] | None:
    """Text whose byte order mark is the beginning of an MPEG frame, too."""
    return _text(head) if head[:2] in (b"\xff\xfe", b"\xfe\xff") else None


def _text(head: bytes) -> tuple[str, str] | None:
    text = _decoded(head)
    if text is None:
        return None
    text = text.strip()
    bare = text.strip("\"'`")
    if _DATA_URL.match(bare):
        return "a data: URL, which holds Base64", _DECODE
    if bare.startswith(_BASE64_STARTS) or (_BASE64.fullmatch(bare) and _is_mixed(bare)):
        return "Base64 text", _DECODE
    if _HEX.fullmatch(bare):
        return "hexadecimal text", "decode it first, and send the bytes"
    return _markup(text) or ("text", _SEND_FILE)


def _markup(text: str) -> tuple[str, str] | None:
    start = text[:1]
    if _HTML.search(text[:1024]) and start == "<":
        return "HTML, a web page: often an error or a login in place of the file", _SEND_FILE
    if start == "<":
        return ("an SVG picture" if "<svg" in text.lower() else "XML"), _SEND_FILE
    if start in ("{", "["):
        return "JSON", _SEND_FILE
    if re.match(r"(?:https?|ftp|file|blob):\S+$", text):
        return "an address", "send the file that is there"
    return None


def _decoded(head: bytes) -> str | None:
    """As text, if it is any."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", "utf-8"))
    text = head[len(mark) :].decode(encoding, "ignore")
    whole = len(head) - len(mark) - len(text.encode(encoding)) < 4
    return text if text and whole and "".join(text.split()).isprintable() else None


def _is_mixed(text: str) -> bool:
    """Whether small and capital letters and digits are mixed as in Base64, and in no language."""
    kinds = [sum(map(test, text)) for test in (str.islower, str.isupper, str.isdigit)]
    return min(kinds) * 50 > len(text) and " " not in text
