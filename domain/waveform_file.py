"""A waveform as the binary file of BBC audiowaveform.

Source: audiowaveform, doc/DataFormat.md, "Binary data format (.dat)", version 2. All numbers are little-endian: version
(32 bits, signed), flags (32 bits: bit 0 is set where points have 8 bits), sample rate, samples per pixel (both 32 bits,
signed), length (32 bits), channels (32 bits, signed), then the minimum and the maximum of each point.
"""

import struct

from domain.measuring import Waveform

_HEAD = struct.Struct("<iIiiIi")
_VERSION, _CHANNELS = 2, 1


def waveform_file(waveform: Waveform) -> bytes:
    """The whole file, 24 bytes of head and 2 or 4 for each point."""
    flags, number = (1, "b") if waveform.bits == 8 else (0, "h")
    head = _HEAD.pack(_VERSION, flags, waveform.sample_rate, waveform.samples_per_pixel, waveform.length, _CHANNELS)
    return head + struct.pack(f"<{len(waveform.data)}{number}", *waveform.data)
