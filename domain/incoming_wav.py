"""The bytes of one WAV on their way through the reader, within what is taken of any recording."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from domain.code_pages import CodePage
from domain.conversions import Conversion
from domain.errors import Mp3TooLarge, RecordingTooLarge, TooLong
from domain.measuring import Sound
from domain.output.chapters import chapters
from domain.output.format import Mp3Format
from domain.output.id3 import write_id3
from domain.recording.format import WavFormat
from domain.recording.limits import WavLimits
from domain.recording.reader import WavReader

_ZERO_BLOCKS = 4096
"""At once; a block of samples in four bytes, of which alone zeros are counted, has at most 256 bytes by default."""

Rest: TypeAlias = Callable[[Hashable], Awaitable[None]]
"""Lets others have a turn on the event loop; given what it is that is read, which has a turn like each of them."""


@dataclass(frozen=True, slots=True)
class AudioLimits:
    """What is taken. Sizes in bytes, duration in seconds."""

    wav: WavLimits
    max_wav_bytes: int
    max_duration: float
    max_mp3_bytes: int


class IncomingWav:
    """Has a WAV read as its samples are asked for, and knows all that is known of it by then.

    `begin` comes first, then `samples`, once. Raises what `WavReader` does, `RecordingTooLarge` and `TooLong`; what the
    bytes raise comes out unchanged.
    """

    def __init__(
        self, wav: AsyncIterator[bytes], limits: AudioLimits, at_least: int, text_code_page: CodePage, rest: Rest
    ) -> None:
        """`at_least` is how many bytes are certain to come. `rest` is awaited between two steps of reading."""
        self._wav = wav
        self._limits = limits
        self._at_least = at_least
        self._rest = rest
        self._zeros = 0
        self._first = b""
        self._ended = False
        self._sha256 = hashlib.sha256()
        self.reader = WavReader(limits.wav, at_least, text_code_page)

    async def begin(self) -> WavFormat:
        """Read up to the first samples, so that nothing is started for what is no audio, and return the format.

        Of those that come before it is settled, it is enough to know how many there are.
        """
        while not self._ended and not (self._first and self.reader.settled):
            self._zeros += len(self._first)
            self._first = await self._next_block()
        return self._format

    def refuse_by_claim(self, target: Mp3Format) -> None:
        """Refuse by what the data chunk claims, as far as the bytes for it are certain to come.

        Raises `TooLong`, and `Mp3TooLarge` where the MP3 is to have a constant bit rate.
        """
        duration = self.reader.certain_duration(self._at_least)
        if duration > self._limits.max_duration:
            raise TooLong(self._limits.max_duration)
        if duration * (target.quality.bit_rate or 0) * 1000 / 8 > self._limits.max_mp3_bytes:
            raise Mp3TooLarge(self._limits.max_mp3_bytes)

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

    @property
    def duration(self) -> float:
        """Seconds of audio read so far."""
        return self.reader.samples / self.reader.format.sample_rate if self.reader.format else 0.0

    def tag(self) -> bytes:
        """The ID3 tag of the texts and markers, complete when all samples were read."""
        reader = self.reader
        sample_rate = reader.format.sample_rate if reader.format else 0
        return write_id3(reader.tags, chapters(reader.markers, reader.samples, sample_rate))

    def conversion(self, target: Mp3Format, mp3_size: int, mp3_sha256: bytes, sound: Sound | None) -> Conversion:
        """What was found out, when all samples were read and an MP3 of so many bytes was made of them."""
        return Conversion(
            duration=timedelta(seconds=self.duration),
            mp3_format=target,
            mp3_size=mp3_size,
            mp3_sha256=mp3_sha256,
            wav_size=self.reader.bytes_read,
            wav_sha256=self._sha256.digest(),
            recording_format=self.reader.recording_format,
            repairs=self.reader.repairs,
            texts=self.reader.tags,
            passport=self.reader.passport,
            sound=sound,
        )

    @property
    def _format(self) -> WavFormat:
        if self.reader.format is None:
            raise RuntimeError("the WAV reader handed out samples before their format")
        return self.reader.format

    async def _next_block(self) -> bytes:
        try:
            data = await anext(self._wav)
        except StopAsyncIteration:
            self._ended = True
            await self._in_turns(self.reader.finish_in_steps())
        else:
            if self.reader.bytes_read + len(data) > self._limits.max_wav_bytes:
                raise RecordingTooLarge(self._limits.max_wav_bytes)
            self._sha256.update(data)
            await self._in_turns(self.reader.push_in_steps(data))
        if self.duration > self._limits.max_duration:
            raise TooLong(self._limits.max_duration)
        return self.reader.take()

    async def _in_turns(self, steps: Iterator[None]) -> None:
        """Run all steps; between two of them others have a turn on the event loop."""
        for _ in steps:
            await self._rest(self)
