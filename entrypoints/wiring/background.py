"""What goes on beside the requests: work that never ends by itself, whatever goes wrong with it."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterator
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
    """Have all of it done until the context ends; then write what is left of the audit trail."""
    works = [*_works(adapters, application)]
    if audit_log is not None:
        works += [audit_log.writing(), audit_log.forgetting()]
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if audit_log is not None:
            await audit_log.flush()


def _works(adapters: CommonAdapters, application: Application) -> Iterator[Coroutine[None, None, None]]:
    """As far as the adapters can do it."""
    audio = adapters.audio()
    if audio is not None and isinstance(audio, AudioCatalogue):
        yield SweepAudio(audio, audio, adapters.tracks(), adapters.clock()).daily()
    if (library := adapters.library()) is not None:
        yield IndexTracks(library).forever()
    if (repeats := adapters.repeats()) is not None:
        yield ForgetRepeats(repeats, adapters.clock()).hourly()
    if provides(adapters, "quotas"):
        yield application.remove_outlived().hourly()
    if provides(adapters, "deleted_users"):
        yield application.remove_deleted().forever()
