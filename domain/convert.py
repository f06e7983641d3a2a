"""The service that turns the bytes of a WAV into a checked MP3: what a recording must satisfy."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.conversions import Conversion
from domain.decoding import AudioDecoder, decoded_exactly, decoded_in_parts
from domain.errors import Mp3TooLarge, RecordingTooLarge, TooLong, UnsupportedCodec
from domain.measuring import Measurement, NotMeasured, SoundMeter
from domain.output.chapters import chapters
from domain.output.converter import AudioConverter, Mp3
from domain.output.downmix import downmix_matrix
from domain.output.format import BIT_RATES, Mp3Format, Mp3Quality, mp3_format
from domain.output.id3 import write_id3
from domain.output.tagged_mp3 import TaggedMp3
from domain.output.verifying import verified_digest
from domain.recording.format import WavFormat
from domain.recording.limits import WavLimits
from domain.recording.reader import WavReader

_ZERO_BLOCKS = 4096
"""At once; a block of samples in four bytes, of which alone zeros are counted, has at most 256 bytes by default."""

Rest: TypeAlias = Callable[[], Awaitable[None]]
"""Lets others have a turn on the event loop."""


async def _rest() -> None:
    await asyncio.sleep(0)


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
        decoder: AudioDecoder | None = None,
        text_code_page: CodePage = DEFAULT_CODE_PAGE,
        least_sample_rate: int = min(BIT_RATES),
        rest: Rest = _rest,
    ) -> None:
        """Without a meter nothing is measured; without a decoder, codecs that pack samples into blocks are refused.

        The code page is that of texts which are not UTF-8 and name none. An MP3's sample rate is `least_sample_rate`
        (in Hz) or above. `rest` is awaited between two steps of reading.
        """
        self._converter = converter
        self._limits = limits
        self._quality = quality
        self._meter = meter
        self._decoder = decoder
        self._text_code_page = text_code_page
        self._least_sample_rate = least_sample_rate
        self._rest = rest

    @asynccontextmanager
    async def __call__(self, wav: AsyncIterator[bytes], at_least: int = 0) -> AsyncGenerator[Converted, None]:
        """Convert; the MP3 is there until the context ends.

        `at_least` is how many bytes are certain to come, so that what is too long is refused before it is encoded, and
        sizes above 4 GiB are known that the file cannot say.
        Raises `RecordingError`, `ConverterFailed` where the MP3 is not the recording, and what
        `AudioConverter.convert` raises; what `wav` raises comes out unchanged.
        """
        incoming = _IncomingWav(wav, self._limits, at_least, self._text_code_page, self._rest)
        source = await incoming.begin()
        target = mp3_format(source, len(downmix_matrix(source)), self._quality, self._least_sample_rate)
        incoming.refuse_by_claim(target, at_least)
        plain = source.decoded
        async with (
            self._measure(plain) as measurement,
            aclosing(incoming.samples()) as blocks,
            aclosing(_measured(self._decoded(source, blocks, incoming.reader), measurement)) as samples,
            self._converter.convert(plain, target, samples) as mp3,
        ):
            if mp3.size > self._limits.max_mp3_bytes:
                raise Mp3TooLarge(self._limits.max_mp3_bytes)
            tag = incoming.tag()
            if mp3.size + len(tag) > self._limits.max_mp3_bytes:
                tag = b""  # texts never refuse a recording
            mp3_sha256 = await verified_digest(tag, mp3, target, incoming.duration)
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
                passport=incoming.reader.passport,
                sound=await measurement.finish(),
            )
            yield Converted(whole, conversion)

    def _decoded(
        self, source: WavFormat, blocks: AsyncGenerator[bytes, None], reader: WavReader
    ) -> AsyncGenerator[bytes, None]:
        """The samples one by one, whatever codec the recording has."""
        if not source.encoding.in_blocks:
            return blocks
        if self._decoder is None:
            raise UnsupportedCodec(source.encoding.value)
        decoded = decoded_in_parts(self._decoder, source, blocks, reader.fresh_starts)
        return decoded_exactly(decoded, source, reader)

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

    def __init__(
        self, wav: AsyncIterator[bytes], limits: AudioLimits, at_least: int, text_code_page: CodePage, rest: Rest
    ) -> None:
        self._wav = wav
        self._limits = limits
        self._rest = rest
        self._zeros = 0
        self._first = b""
        self._ended = False
        self.reader = WavReader(limits.wav, at_least, text_code_page)
        self.sha256 = hashlib.sha256()

    async def begin(self) -> WavFormat:
        """Read up to the first samples, so that nothing is started for what is no audio, and return the format.

        Of those that come before it is settled, it is enough to know how many there are.
        """
        while not self._ended and not (self._first and self.reader.settled):
            self._zeros += len(self._first)
            self._first = await self._next_block()
        return self._format

    @property
    def _format(self) -> WavFormat:
        if self.reader.format is None:
            raise RuntimeError("the WAV reader handed out samples before their format")
        return self.reader.format

    async def samples(self) -> AsyncGenerator[bytes, None]:
        """All blocks of samples from the first one, none of them empty."""
        while self._zeros:
            zeros = bytes(min(self._zeros, _ZERO_BLOCKS * self._format.block_bytes))
            self._zeros -= len(zeros)
            yield zeros
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

    def tag(self) -> bytes:
        """The ID3 tag of the texts and markers, complete when all samples were read."""
        reader = self.reader
        sample_rate = reader.format.sample_rate if reader.format else 0
        return write_id3(reader.tags, chapters(reader.markers, reader.samples, sample_rate))

    def refuse_by_claim(self, target: Mp3Format, at_least: int) -> None:
        """Refuse by what the data chunk claims, as far as the bytes for it are certain to come."""
        duration = self.reader.certain_duration(at_least)
        if duration > self._limits.max_duration:
            raise TooLong(self._limits.max_duration)
        if duration * (target.quality.bit_rate or 0) * 1000 / 8 > self._limits.max_mp3_bytes:
            raise Mp3TooLarge(self._limits.max_mp3_bytes)
