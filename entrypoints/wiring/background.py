"""What goes on beside the requests: work that never ends by itself, whatever goes wrong with it."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager

from application.audio_first import SweepAudio
from application.audit_log import AuditLog
from application.forget_repeats import ForgetRepeats
from application.index_tracks import IndexTracks
from domain.audio_store import AudioCatalogue
from entrypoints.wiring.application import Application
from entrypoints.wiring.common import CommonAdapters
from entrypoints.wiring.owed import provides


@asynccontextmanager
async def background(
    adapters: CommonAdapters, application: Application, audit_log: AuditLog | None
) -> AsyncGenerator[None, None]:
    """Have all of it done until the context ends; in the end conversions of what is not whole end, too."""
    works = [*_works(adapters, application)]
    if audit_log is not None:
        works += [audit_log.writing(), audit_log.forgetting()]
    try:
        async with _uploads(adapters, application), _going_on(works):
            yield
    finally:
        if audit_log is not None:
            await audit_log.flush()


@asynccontextmanager
async def _going_on(works: Sequence[Coroutine[None, None, None]]) -> AsyncGenerator[None, None]:
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


@asynccontextmanager
async def _uploads(adapters: CommonAdapters, application: Application) -> AsyncGenerator[None, None]:
    """Let resumable uploads be kept, where there are any; in the end, no conversion of one goes on."""
    if (uploads := adapters.uploads()) is None:
        yield
        return
    async with uploads.running():
        try:
            yield
        finally:
            await application.upload_runs().close()


def _works(adapters: CommonAdapters, application: Application) -> Iterator[Coroutine[None, None, None]]:
    """As far as the adapters can do it."""
    audio = adapters.audio()
    if audio is not None and isinstance(audio, AudioCatalogue):
        yield SweepAudio(audio, audio, adapters.tracks(), adapters.clock()).daily()
    if provides(adapters, "uploads"):
        yield application.sweep_uploads().hourly()
    if (library := adapters.library()) is not None:
        yield IndexTracks(library).forever()
    if (repeats := adapters.repeats()) is not None:
        yield ForgetRepeats(repeats, adapters.clock()).hourly()
    if provides(adapters, "quotas"):
        yield application.remove_outlived().hourly()
    if provides(adapters, "deleted_users"):
        yield application.remove_deleted().forever()
