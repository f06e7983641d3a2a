"""`music-app convert`: one file, without a server."""

import os
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import msgspec
import uvloop

from domain.convert import Conversion
from entrypoints.container import Container
from entrypoints.settings import Settings

BLOCK_BYTES = 256 * 1024


def convert_file(settings: Settings, wav: Path, mp3: Path) -> str:
    """Convert `wav` to `mp3`, whole or not at all; a line on what was done.

    Raises `MusicAppError`, or OSError where a file cannot be read or written.
    """
    with wav.open("rb") as source, tempfile.TemporaryDirectory(prefix="music-app-") as folder:
        container = Container(msgspec.structs.replace(settings, data_dir=folder))
        return uvloop.run(_convert(container, source, mp3))


async def _convert(container: Container, source: BinaryIO, mp3: Path) -> str:
    await container.check_converter()
    size = os.fstat(source.fileno()).st_size
    async with aclosing(_blocks(source)) as wav, container.application.convert()(wav, at_least=size) as conversion:
        with _replaced(mp3) as target:
            async for block in conversion.mp3.read(0, conversion.mp3.size):
                target.write(block)
        return f"{mp3}: {_summary(conversion)}"


async def _blocks(source: BinaryIO) -> AsyncGenerator[bytes, None]:
    while block := source.read(BLOCK_BYTES):
        yield block


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place when it is whole, and is never seen there before."""
    with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=".music-app-", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _summary(conversion: Conversion) -> str:
    made = conversion.mp3_format
    repairs = f", mended: {', '.join(conversion.repairs)}" if conversion.repairs else ""
    return f"{conversion.duration.total_seconds():.3f} s, {made.sample_rate} Hz, {made.quality}{repairs}"
