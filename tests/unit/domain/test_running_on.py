"""What is encoded around very short recordings."""

import pytest

from adapters.memory.converter import silence
from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality
from domain.output.info_frame import read_info
from domain.output.running_on import LEAST_FRAMES, begins_alone_from, least_encoded, silence_before

DELAYS = 576 + 529
FIELD = 4095
"""The most that 12 bits hold."""


def form(rate: int) -> Mp3Format:
    return Mp3Format(rate, 1, Mp3Quality(bit_rate=BIT_RATES[rate][0]))


@pytest.mark.parametrize("rate", BIT_RATES)
def test_delay_and_padding_of_every_length_fit_into_their_fields(rate: int) -> None:
    target = form(rate)
    frame = target.samples_per_frame
    for samples in range(1, 8 * frame):
        before = silence_before(samples, target)
        encoded = max(before + samples, least_encoded(target))
        frames = -(-(encoded + 1152) // frame)  # as LAME makes them
        padding = frames * frame - 576 - before - samples

        assert frames >= LEAST_FRAMES
        assert 529 <= padding <= FIELD
        assert 576 + before <= FIELD


@pytest.mark.parametrize("rate", BIT_RATES)
def test_no_recording_ends_within_the_frame_in_which_the_delays_end(rate: int) -> None:
    target = form(rate)
    for samples in range(1, 5000):
        skipped = DELAYS + silence_before(samples, target)
        frame_end = (skipped // target.samples_per_frame + 1) * target.samples_per_frame

        assert skipped + samples >= frame_end


@pytest.mark.parametrize(("rate", "length"), [(44100, 2241), (32000, 2241), (24000, 47), (8000, 47)])
def test_longer_recordings_begin_as_they_are(rate: int, length: int) -> None:
    target = form(rate)

    assert begins_alone_from(target) == length
    assert silence_before(length, target) == silence_before(10**6, target) == 0
    assert silence_before(length - 1, target) > 0


@pytest.mark.parametrize("rate", BIT_RATES)
@pytest.mark.parametrize("samples", [1, 46, 47, 1152, 2240, 2241, 5760])
def test_the_silence_of_the_memory_is_as_long(rate: int, samples: int) -> None:
    info = read_info(silence(form(rate), samples)[:4096])

    assert info.samples == samples
    assert info.frames >= LEAST_FRAMES
