"""The layout of waveforms."""

import json

from hypothesis import given
from hypothesis import strategies as st

from domain.measuring import NotMeasured, Waveform

LAYOUT = """
    {
      "version": 2,
      "channels": 1,
      "sample_rate": 48000,
      "samples_per_pixel": 512,
      "bits": 8,
      "length": 3,
      "data": [-65,63,-66,64,-40,41]
    }
"""


def test_the_layout_is_that_of_audiowaveform() -> None:
    """As in the example of audiowaveform's doc/DataFormat.md, of one channel."""
    waveform = Waveform(48000, 512, 8, (-65, 63, -66, 64, -40, 41))

    assert waveform.layout() == json.loads(LAYOUT)
    assert list(waveform.layout()) == list(json.loads(LAYOUT))


@given(
    st.integers(1, 768_000),
    st.integers(1, 1 << 32),
    st.sampled_from([8, 16]),
    st.lists(st.tuples(st.integers(-128, 0), st.integers(0, 127)), max_size=20),
)
def test_a_waveform_comes_back_from_its_layout(rate: int, step: int, bits: int, pairs: list[tuple[int, int]]) -> None:
    waveform = Waveform(rate, step, 8 if bits == 8 else 16, tuple(value for pair in pairs for value in pair))

    assert waveform.length == len(pairs)
    assert Waveform.from_layout(json.loads(json.dumps(waveform.layout()))) == waveform


async def test_what_is_not_measured_has_no_sound() -> None:
    measurement = NotMeasured()
    await measurement.push(b"samples")

    assert await measurement.finish() is None
