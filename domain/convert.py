"""The service that turns the bytes of a WAV into a checked MP3: what a recording must satisfy."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Hashable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext
from dataclasses import dataclass

from domain.code_pages import DEFAULT_CODE_PAGE, CodePage
from domain.conversions import Conversion
from domain.decoding import AudioDecoder, decoded_exactly, decoded_in_parts
from domain.errors import Mp3TooLarge, UnsupportedCodec
from domain.incoming_wav import AudioLimits, IncomingWav, Rest
from domain.measuring import Measurement, NotMeasured, SoundMeter
from domain.output.converter import AudioConverter, Mp3
from domain.output.downmix import downmix_matrix
from domain.output.format import BIT_RATES, Mp3Quality, mp3_format
from domain.output.tagged_mp3 import TaggedMp3
from domain.output.verifying import verified_digest
from domain.recording.format import WavFormat
from domain.recording.reader import WavReader


async def _rest(_: Hashable) -> None:
    await asyncio.sleep(0)


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
        incoming = IncomingWav(wav, self._limits, at_least, self._text_code_page, self._rest)
        source = await incoming.begin()
        target = mp3_format(source, len(downmix_matrix(source)), self._quality, self._least_sample_rate)
        incoming.refuse_by_claim(target)
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
            sound = await measurement.finish()
            yield Converted(whole, incoming.conversion(target, whole.size, mp3_sha256, sound))

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
