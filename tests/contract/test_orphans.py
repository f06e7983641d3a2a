"""When the service is killed, what it has started dies with it."""

import asyncio
import os
import signal
import sys
import textwrap
from pathlib import Path

import pytest

from tests.contract.leftovers import descendants

SERVICE = """
    import asyncio, sys
    from pathlib import Path
    from adapters.ffmpeg.converter import FfmpegAudioConverter
    from adapters.pydub.converter import PydubAudioConverter
    from adapters.ffmpeg.command_line import find_ffmpeg
    from tests.contract.recordings import STEREO, seconds

    async def samples():
        yield bytes(1 << 20)
        print("fed", flush=True)
        await asyncio.Event().wait()

    async def main(kind, folder):
        bounds = (1 << 26,) if kind == "ffmpeg" else (1 << 26, 1 << 26)
        converters = {"ffmpeg": FfmpegAudioConverter, "pydub": PydubAudioConverter}
        converter = converters[kind](find_ffmpeg(None), Path(folder), *bounds)
        async with converter.convert(STEREO, seconds(1).target(), samples()):
            pass

    asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has parent-death signals; run it there")
@pytest.mark.parametrize("kind", ["ffmpeg", "pydub"])
async def test_a_killed_service_leaves_no_child(tmp_path: Path, kind: str) -> None:
    before = descendants()
    service = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(SERVICE), kind, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert service.stdout is not None
    assert await service.stdout.readline() == b"fed\n"
    children = [os.pidfd_open(child) for child in descendants() - before - {service.pid}]
    assert children

    os.kill(service.pid, signal.SIGKILL)
    await service.wait()

    for child in children:
        await _ended(child)


async def _ended(pidfd: int) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pidfd, ended.set)
    try:
        async with asyncio.timeout(20):
            await ended.wait()
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)
