"""Files of other kinds behind the head of PCM: played as samples they are noise.

Programs put a head of their own before what a browser, a telephone or an encoder gave them. Sources: those of
`mpeg_frames`; ATSC A/52, section 5.4.1, for the head of an AC-3 frame; RFC 3533 for Ogg, RFC 9639 for FLAC, RFC 9559
for Matroska, ISO/IEC 14496-12 for MP4.
"""

import re

from domain.recording.mpeg_frames import FrameSize, adts_frame, layer_frame

_FRAMES = 5
"""So many have to lie one behind the other."""
_LEAST_FRAME_BYTES = 48
"""Those of layer I are shorter: samples of -1 begin like them."""
_FILES = (
    (re.compile(rb"OggS\0[\2\0]"), "Ogg"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,48}(?:webm|matroska)", re.DOTALL), "WebM or Matroska"),
    (re.compile(rb"fLaC[\0\x80]\0\0\x22"), "FLAC"),
    # zeros at the beginning may be missing
    (re.compile(rb".{2,4}ftyp[A-Za-z0-9]{3}[A-Za-z0-9 ]", re.DOTALL), "MP4"),
    (re.compile(rb"ID3[\2-\4]\0[\0\x40\x80\xc0][\0-\x7f]{4}[A-Z0-9]{3}", re.DOTALL), "MP3"),
    (re.compile(rb"#!AMR(?:-WB)?\n"), "AMR"),
    (re.compile(rb"FORM.{4}AIF[FC]", re.DOTALL), "AIFF"),
)
_AC_3 = b"\x0b\x77"
_FRAME_BEGINNINGS = (b"\xff", _AC_3[:1])
"""Of frames of any kind."""
_AC_3_KBITS = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640)


def file_within(data: bytes) -> str | None:
    """What these first bytes of samples, from the first that is not zero on, are instead; None where they are samples.

    All of it is spelled by 40 bits at least.
    """
    for pattern, name in _FILES:
        if pattern.match(data):
            return name
    if data[:1] not in _FRAME_BEGINNINGS:
        return None
    for frame in (layer_frame, adts_frame, _ac_3_frame):
        if name := _stream(data, frame):
            return name
    return None


def _stream(data: bytes, frame: FrameSize) -> str:
    """How the frames are called that lie here one behind the other, and are no wave that repeats."""
    at, name, bodies = 0, "", set[bytes]()
    for _ in range(_FRAMES):
        size, name = frame(data[at : at + 8])
        if size < _LEAST_FRAME_BYTES:
            return ""
        bodies.add(data[at : at + size])
        at += size
    return name if len(bodies) > 1 else ""


def _ac_3_frame(data: bytes) -> tuple[int, str]:
    """How long the frame is, 0 where it is none."""
    if data[:2] != _AC_3 or len(data) < 6:
        return 0, ""
    frequency, code, version = data[4] >> 6, data[4] & 0x3F, data[5] >> 3
    if frequency == 3 or code >= 2 * len(_AC_3_KBITS) or version > 8:
        return 0, ""
    kbits = _AC_3_KBITS[code >> 1]
    words = (2 * kbits, kbits * 96_000 // 44_100 + (code & 1), 3 * kbits)[frequency]
    return 2 * words, "AC-3"
