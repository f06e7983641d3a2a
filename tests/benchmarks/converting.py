"""A converter in this process, as the service and `music-app convert` run it, but without their start."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

import uvloop

from adapters.lame.pool import EncoderPool
from application.blocks import rejoined
from domain.output.converter import AudioConverter
from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Quality, mp3_format
from domain.recording.reader import WavReader
from entrypoints.cli.convert import BLOCK_BYTES
from entrypoints.settings.settings import read_settings
from entrypoints.wiring.postgres import PostgresAdapters
from tests.wav_reading import finish, push


class Conversions:
    """Converts files, one at a time, on an event loop of its own; the threads stay, as in the service."""

    def __init__(self, folder: Path, converter: str, threads: int | None = None) -> None:
        """`converter` as in CONVERTER; `threads` for LAME, by default one for each core."""
        self._runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
        adapters = PostgresAdapters(settings=read_settings({"DATA_DIR": str(folder), "CONVERTER": converter}))
        if threads:
            adapters.encoder_pool.override(EncoderPool(threads))
        self._converter: AudioConverter = adapters.converter()

    def close(self) -> None:
        """End the event loop. Safe to repeat."""
        self._runner.close()

    def convert(self, wav: Path) -> None:
        """Read the WAV, encode it, read the MP3 back once."""
        with wav.open("rb") as file:
            self._runner.run(_convert(self._converter, file))


async def _convert(converter: AudioConverter, file: BinaryIO) -> None:
    reader = WavReader()
    async with aclosing(_samples(reader, file)) as samples:
        first = await anext(samples)
        source = reader.format
        assert source
        target = mp3_format(source, len(downmix_matrix(source)), Mp3Quality(bit_rate=128))
        async with aclosing(rejoined(first, samples)) as rest, converter.convert(source, target, rest) as mp3:
            async for _ in mp3.read(0, mp3.size):
                pass


async def _samples(reader: WavReader, file: BinaryIO) -> AsyncGenerator[bytes, None]:
    while data := file.read(BLOCK_BYTES):
        if block := push(reader, data):
            yield block
    if block := finish(reader):
        yield block
