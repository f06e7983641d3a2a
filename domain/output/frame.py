"""The head of a Layer III frame, and how long a frame is.

Sources: ISO/IEC 11172-3 2.4.1.3 (header) and 2.4.1.7 (side information); ISO/IEC 13818-3 2.4.1.3 and 2.4.1.7 for the
lower sample rates, which "MPEG-2.5" shares.
"""

from domain.output.format import BIT_RATES, Mp3Format

HEADER_BYTES = 4
SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
"""By the header's version bits (MPEG-1, MPEG-2 and "MPEG-2.5"), in the order of its rate index."""
_LAYER_III_WITHOUT_CRC = 0b011
_ORIGINAL = 0b100
JOINT_STEREO, MONO = 0b01, 0b11
"""Of the header's modes."""


def header(target: Mp3Format, bit_rate: int) -> bytes:
    """Of a frame of `bit_rate` kb/s without CRC and padding, marked as an original; stereo is joint, as LAME has it."""
    version, rates = next((version, rates) for version, rates in SAMPLE_RATES.items() if target.sample_rate in rates)
    third = bit_rate_index(target, bit_rate) << 4 | rates.index(target.sample_rate) << 2
    mode = MONO if target.channels == 1 else JOINT_STEREO
    return bytes([0xFF, 0xE0 | version << 3 | _LAYER_III_WITHOUT_CRC, third, mode << 6 | _ORIGINAL])


def bit_rate_index(target: Mp3Format, bit_rate: int) -> int:
    """Of a bit rate in kb/s, as it stands in the header."""
    return BIT_RATES[target.sample_rate].index(bit_rate) + 1


def frame_bytes(target: Mp3Format, bit_rate: int) -> int:
    """Of a frame without padding (ISO/IEC 11172-3 2.4.3.1)."""
    return target.samples_per_frame // 8 * bit_rate * 1000 // target.sample_rate


def frame_sizes(target: Mp3Format) -> dict[int, int]:
    """In bytes and without padding, by the header's bit rate index."""
    return {bit_rate_index(target, rate): frame_bytes(target, rate) for rate in BIT_RATES[target.sample_rate]}


def main_data_offset(target: Mp3Format) -> int:
    """Bytes of a frame before its part of the main data; in an Info frame, before the tag."""
    return HEADER_BYTES + side_information_bytes(target.samples_per_frame == 1152, target.channels == 1)


def side_information_bytes(mpeg_1: bool, mono: bool) -> int:
    """Bytes between a frame's header and its main data (ISO/IEC 11172-3 2.4.1.7, 13818-3 2.4.1.7)."""
    if mpeg_1:
        return 17 if mono else 32
    return 9 if mono else 17
