"""The service that turns the bytes of a WAV into a checked MP3: what a recording must satisfy."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeAlias

from domain.conversions import Conversion
from domain.errors import ConverterFailed, Mp3TooLarge, RecordingTooLarge, TooLong, UndecodableRecording
from domain.measuring import Measurement, NotMeasured, SoundMeter
from domain.output.converter import AudioConverter, Mp3
from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Format, Mp3Quality, mp3_format
from domain.output.id3 import write_id3
from domain.output.info_frame import Mp3Info, read_info
from domain.output.tagged_mp3 import TaggedMp3
from domain.recording.format import WavFormat
from domain.recording.limits import WavLimits
from domain.recording.reader import WavReader

Rest: TypeAlias = Callable[[], Awaitable[None]]
"""Lets others have a turn on the event loop."""

_MP3_HEAD_BYTES = 4096
"""More than the largest Layer III frame (1,441 bytes), so the Info frame is in it whole."""


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """What is taken. Sizes in bytes, duration in seconds."""

    wav: WavLimits
    max_wav_bytes: int
    max_duration: float
    max_mp3_bytes: int


@dataclass(frozen=True, slots=True)
class Converted:
    """A finished MP3 in its temporary place, and what was found out on the way to it."""

    mp3: Mp3
    conversion: Conversion


class Convert:
    """Reads a WAV once, has it encoded and measured while it arrives, and checks what came out."""

    def __init__(
        self,
        converter: AudioConverter,
        limits: AudioLimits,
        quality: Mp3Quality,
        meter: SoundMeter | None = None,
        rest: Rest = partial(asyncio.sleep, 0),
    ) -> None:
        """Without a meter nothing is measured. `rest` is awaited between two steps of reading."""
        self._converter = converter
        self._limits = limits
        self._quality = quality
        self._meter = meter
        self._rest = rest

    @asynccontextmanager
    async def __call__(self, wav: AsyncIterator[bytes], at_least: int = 0) -> AsyncGenerator[Converted, None]:
        """Convert; the MP3 is there until the context ends.

        `at_least` is how many bytes are certain to come, so that what is too long is refused before it is encoded.
        Raises `RecordingError`, `ConverterFailed` where the MP3 is not the recording, and what
        `AudioConverter.convert` raises; what `wav` raises comes out unchanged.
        """
        incoming = _IncomingWav(wav, self._limits, self._rest)
        source = await incoming.begin()
        target = mp3_format(source, len(downmix_matrix(source)), self._quality)
        incoming.refuse_by_claim(target, at_least)
        async with (
            self._measure(source) as measurement,
            aclosing(_measured(incoming.samples(), measurement)) as samples,
            self._converter.convert(source, target, samples) as mp3,
        ):
            if mp3.size > self._limits.max_mp3_bytes:
                raise Mp3TooLarge(self._limits.max_mp3_bytes)
            tag = write_id3(incoming.reader.tags)
            if mp3.size + len(tag) > self._limits.max_mp3_bytes:
                tag = b""  # texts never refuse a recording
            mp3_sha256 = await _verified_digest(tag, mp3, source, target, incoming.duration)
            whole = TaggedMp3(tag, mp3)
            conversion = Conversion(
                duration=timedelta(seconds=incoming.duration),
                mp3_format=target,
                mp3_size=whole.size,
                mp3_sha256=mp3_sha256,
                wav_size=incoming.reader.bytes_read,
                wav_sha256=incoming.sha256.digest(),
                recording_format=incoming.reader.recording_format,
                repairs=incoming.reader.repairs,
                texts=incoming.reader.tags,
                sound=await measurement.finish(),
            )
            yield Converted(whole, conversion)

    def _measure(self, source: WavFormat) -> AbstractAsyncContextManager[Measurement]:
        return self._meter.measure(source) if self._meter else nullcontext(NotMeasured())


async def _measured(samples: AsyncGenerator[bytes, None], measurement: Measurement) -> AsyncGenerator[bytes, None]:
    """The same blocks, each handed to the measurement, too. Closes `samples`."""
    async with aclosing(samples):
        async for block in samples:
            await measurement.push(block)
            yield block


class _IncomingWav:
    """The bytes of one WAV on their way through the reader."""

    def __init__(self, wav: AsyncIterator[bytes], limits: AudioLimits, rest: Rest) -> None:
        self._wav = wav
        self._limits = limits
        self._rest = rest
        self._first = b""
        self._ended = False
        self.reader = WavReader(limits.wav)
        self.sha256 = hashlib.sha256()

    async def begin(self) -> WavFormat:
        """Read up to the first samples, so that nothing is started for what is no audio, and return the format."""
        while not self._first and not self._ended:
            self._first = await self._next_block()
        if self.reader.format is None:
            raise RuntimeError("the WAV reader handed out samples before their format")
        return self.reader.format

    async def samples(self) -> AsyncGenerator[bytes, None]:
        """All blocks of samples from the first one, none of them empty."""
        block, self._first = self._first, b""
        while block or not self._ended:
            if block:
                yield block
            block = b"" if self._ended else await self._next_block()

    async def _next_block(self) -> bytes:
        try:
            data = await anext(self._wav)
        except StopAsyncIteration:
            self._ended = True
            await self._in_turns(self.reader.finish_in_steps())
        else:
            if self.reader.bytes_read + len(data) > self._limits.max_wav_bytes:
                raise RecordingTooLarge(self._limits.max_wav_bytes)
            self.sha256.update(data)
            await self._in_turns(self.reader.push_in_steps(data))
        if self.duration > self._limits.max_duration:
            raise TooLong(self._limits.max_duration)
        return self.reader.take()

    async def _in_turns(self, steps: Iterator[None]) -> None:
        """Run all steps; between two of them others have a turn on the event loop."""
        for _ in steps:
            await self._rest()

    @property
    def duration(self) -> float:
        """Seconds of audio read so far."""
        return self.reader.samples / self.reader.format.sample_rate if self.reader.format else 0.0

    def refuse_by_claim(self, target: Mp3Format, at_least: int) -> None:
        """Refuse by what the data chunk claims, as far as the bytes for it are certain to come."""
        duration = self.reader.certain_duration(at_least)
        if duration > self._limits.max_duration:
            raise TooLong(self._limits.max_duration)
        if duration * (target.quality.bit_rate or 0) * 1000 / 8 > self._limits.max_mp3_bytes:
            raise Mp3TooLarge(self._limits.max_mp3_bytes)


async def _verified_digest(tag: bytes, mp3: Mp3, source: WavFormat, target: Mp3Format, duration: float) -> bytes:
    """The SHA-256 of tag and MP3. Raises as `_refuse_another`, and `ConverterFailed` where there is no Info frame.

    As with LAME, the bytes that the Info frame counts are those from itself on.
    """
    digest = hashlib.sha256(tag)
    head = b""
    async for block in mp3.read(0, mp3.size):
        if len(head) < _MP3_HEAD_BYTES:
            head += block[:_MP3_HEAD_BYTES]
        digest.update(block)
    info = read_info(head)
    if info.bytes != mp3.size:
        raise ConverterFailed(f"the MP3 has {mp3.size} bytes, its Info frame says {info.bytes}")
    _refuse_another(info, source, target, duration)
    return digest.digest()


def _refuse_another(info: Mp3Info, source: WavFormat, target: Mp3Format, duration: float) -> None:
    """Raise `ConverterFailed` where the Info frame contradicts what was asked for or given.

    Less sound than was given may be the recording's fault, but only where its codec packs samples into blocks: a
    decoder drops those that it refuses. Then it is `UndecodableRecording`.
    """
    if (info.sample_rate, info.channels) != (target.sample_rate, target.channels):
        raise ConverterFailed(f"asked for {target}, got {info}")
    if not info.has_seek_table:
        raise ConverterFailed("the MP3's Info frame has no seek table")
    missing = duration * target.sample_rate - info.samples
    if abs(missing) > target.samples_per_frame:
        found = f"{duration} s of audio became {info.samples} samples at {target.sample_rate} Hz"
        if missing > 0 and source.encoding.in_blocks:
            raise UndecodableRecording(source.encoding.value, found)
        raise ConverterFailed(found)
