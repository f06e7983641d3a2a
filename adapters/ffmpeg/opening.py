"""What goes into ffmpeg before the rest of a recording, and what its filters do to the recording's two ends."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from domain.output.format import Mp3Format, samples_at
from domain.output.running_on import begins_alone_from, least_encoded, silence_before
from domain.recording.format import WavFormat

_SHORT_SAMPLES = 1024
"""More than swresample's filter at 768 kHz to 48 kHz, about 540."""


class CountedSamples(AsyncIterator[bytes]):
    """The same chunks, counted as they are taken."""

    def __init__(self, source: WavFormat, chunks: AsyncIterator[bytes]) -> None:
        self._source = source
        self._chunks = aiter(chunks)
        self._bytes = 0

    async def __anext__(self) -> bytes:
        chunk = await anext(self._chunks)
        self._bytes += len(chunk)
        return chunk

    @property
    def samples(self) -> int:
        """Per channel, taken so far."""
        return self._source.samples_in(self._bytes)


@dataclass(frozen=True, slots=True)
class Opening:
    """The first bytes, taken from the samples, and the filters that resample all of them and run on around them."""

    head: bytes
    filters: str
    silence: int
    """Samples per channel that come out before the recording, and are not to be heard."""


async def opening(source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]) -> Opening:
    """As many samples as it takes to know whether the recording is very short: those of two frames, twice as long.

    swresample gives out less than it was given, down to nothing, where its input is shorter than its filter. So what
    ends so early is lengthened with silence before and cut to its exact length afterwards. Around it there is silence
    by `domain.output.running_on`.
    """
    first = bytearray()
    async for chunk in samples:
        first += chunk
        if source.samples_in(len(first)) >= _long_from(source, target):
            return Opening(bytes(first), _joined(_resampling(source, target), _run_on(target)), 0)
    length = source.samples_in(len(first))
    before = silence_before(samples_at(target.sample_rate, length, source.sample_rate), target)
    delay = f"adelay=delays={before}S:all=1" if before else ""
    filters = _joined(_short_resampling(source, target, length), delay, _run_on(target))
    return Opening(bytes(first), filters, before)


def _long_from(source: WavFormat, target: Mp3Format) -> int:
    """Samples at the source's rate; from so many on there is nothing special about the recording's beginning."""
    alone = -(-begins_alone_from(target) * source.sample_rate // target.sample_rate)
    return alone if source.sample_rate == target.sample_rate else max(alone, _SHORT_SAMPLES)


def _resampling(source: WavFormat, target: Mp3Format) -> str:
    return "" if source.sample_rate == target.sample_rate else f"aresample={target.sample_rate}"


def _short_resampling(source: WavFormat, target: Mp3Format, samples: int) -> str:
    if source.sample_rate == target.sample_rate:
        return ""
    length = samples_at(target.sample_rate, samples, source.sample_rate)
    return f"apad=pad_len={_SHORT_SAMPLES},aresample={target.sample_rate},atrim=end_sample={length}"


def _run_on(target: Mp3Format) -> str:
    """Silence behind what is shorter than that."""
    return f"apad=whole_len={least_encoded(target)}"


def _joined(*filters: str) -> str:
    return ",".join(filter(None, filters))
