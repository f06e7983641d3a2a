"""`music-app convert`: one file, without a server."""

import errno
import os
import stat
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import uvloop

from domain.conversions import Conversion
from entrypoints.cli.files import whole_file
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from entrypoints.wiring.usable import check_converter

BLOCK_BYTES = 256 * 1024


def convert_file(settings: Settings, wav: Path, mp3: Path) -> str:
    """Convert `wav` to `mp3`, whole or not at all; a line on what was done.

    Raises `MusicAppError`, or OSError where a file cannot be read or written; the latter before anything is converted.
    """
    with wav.open("rb") as source, _replaced(mp3, source) as target:
        with tempfile.TemporaryDirectory(prefix="music-app-") as folder:
            # What would be measured is kept nowhere.
            container = Container(settings.but(data_dir=folder, measure_sound="off"))
            return f"{mp3}: {uvloop.run(_convert(container, source, target))}"


async def _convert(container: Container, source: BinaryIO, target: IO[bytes]) -> str:
    await check_converter(container.adapters.converter())
    size = os.fstat(source.fileno()).st_size
    async with aclosing(_blocks(source)) as wav, container.application.convert()(wav, at_least=size) as converted:
        async for block in converted.mp3.read(0, converted.mp3.size):
            target.write(block)
        return _summary(converted.conversion)


async def _blocks(source: BinaryIO) -> AsyncGenerator[bytes, None]:
    while block := source.read(BLOCK_BYTES):
        yield block


@contextmanager
def _replaced(path: Path, source: BinaryIO) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` when it is whole, and is never seen there before.

    Links are followed, and an existing file's permissions stay. Raises OSError where `path` is no regular file, or is
    `source`.
    """
    target = path.resolve()
    mode = _mode(target, source)
    with whole_file(target, mode) as file:
        yield file


def _mode(target: Path, source: BinaryIO) -> int:
    """The permissions of the file that is replaced, else those of a new one."""
    if not target.exists():
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
    if not target.is_file():
        raise OSError(errno.EINVAL, "is no regular file", str(target))
    if os.path.samestat(target.stat(), os.fstat(source.fileno())):
        raise OSError(errno.EINVAL, "is the recording itself", str(target))
    return stat.S_IMODE(target.stat().st_mode)


def _summary(conversion: Conversion) -> str:
    made = conversion.mp3_format
    repairs = f", mended: {', '.join(map(str, conversion.repairs))}" if conversion.repairs else ""
    rate = f"{made.quality} kb/s" if made.quality.bit_rate else made.quality
    return f"{conversion.duration.total_seconds():.3f} s, {made.sample_rate} Hz, {rate}{repairs}"
