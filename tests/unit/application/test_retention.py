"""What is outlived is removed every hour, with the bytes that an audio store has of it, after its row."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.clock import FixedClock
from adapters.memory.mp3 import InMemoryMp3
from application.retention import RemoveOutlived
from domain.errors import StoreAway, UnknownUser
from domain.quotas import OwnQuota, Quota, QuotaRepository, Removed
from tests.contract.tracks import a_track
from tests.unit import memory
from tests.unit.memory import in_memory_container
from tests.virtual_time import run

MP3 = InMemoryMp3(b"sound")
WEEK = Quota(retention_days=7)
HOUR = 3600.0


class Steps(QuotaRepository):
    """Does what it is told to in each step, and then has nothing more to do."""

    def __init__(self, *steps: Removed | Exception) -> None:
        self.steps = [*steps]
        self.asked: list[tuple[Quota, datetime, int]] = []

    async def put(self, user_id: int, quota: OwnQuota) -> None:
        raise UnknownUser(user_id)

    async def remove_outlived(self, general: Quota, now: datetime, after: int) -> Removed:
        self.asked.append((general, now, after))
        step = self.steps.pop(0) if self.steps else Removed(0, (), None)
        if isinstance(step, Exception):
            raise step
        return step


async def with_audio(clock: FixedClock, *keys: str) -> InMemoryAudioStore:
    audio = InMemoryAudioStore(clock)
    for key in keys:
        await audio.put(key, MP3)
    return audio


async def test_each_step_goes_on_where_the_last_one_ended() -> None:
    steps, clock = Steps(Removed(50, (), 0), Removed(3, (), 0), Removed(0, (), 500), Removed(7, (), 500)), FixedClock()

    assert await RemoveOutlived(steps, None, WEEK, clock)() == 60

    assert steps.asked == [(WEEK, clock.now(), after) for after in (0, 0, 0, 500, 500)]


async def test_bytes_go_after_their_rows_and_others_stay() -> None:
    clock = FixedClock()
    audio = await with_audio(clock, "old", "older", "young")
    steps = Steps(Removed(1, ("old",), 0), Removed(1, ("older",), 0))

    assert await RemoveOutlived(steps, audio, WEEK, clock)() == 2

    assert [*audio.kept] == ["young"]


async def test_bytes_that_cannot_be_deleted_are_left_to_the_sweep() -> None:
    clock = FixedClock()
    audio = await with_audio(clock, "old")
    audio.is_away = True

    assert await RemoveOutlived(Steps(Removed(1, ("old",), 0)), audio, WEEK, clock)() == 1

    assert [*audio.kept] == ["old"]


async def test_a_store_that_is_away_is_told() -> None:
    with pytest.raises(StoreAway):
        await RemoveOutlived(Steps(Removed(1, (), 0), StoreAway()), None, WEEK, FixedClock())()


async def test_the_service_removes_what_its_settings_say() -> None:
    container = in_memory_container()
    user, _ = await container.application.register()("Ann")
    tracks, clock = memory.tracks(container), memory.clock(container)
    for days in (6, 8):
        track = replace(a_track(user.user_id, MP3), created_at=clock.now() - timedelta(days=days))
        await memory.keeper(container).keep(track, MP3)

    remove = RemoveOutlived(memory.quotas(container), None, WEEK, clock)

    assert await remove() == 1
    assert [clock.now() - track.created_at for track in tracks.kept.values()] == [timedelta(days=6)]
    assert [*memory.keeper(container).mp3s] == [*tracks.kept]


def test_it_is_done_every_hour_whatever_went_wrong(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    steps = Steps(StoreAway(), KeyError("x"), Removed(4, (), None))

    async def played() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60 + 3 * HOUR + 1):
                await RemoveOutlived(steps, None, WEEK, FixedClock()).hourly()

    run(played())

    assert len(steps.asked) == 4
    told = [record.getMessage() for record in caplog.records if record.name == "application.retention"]
    assert told == [
        "retention: tracks not removed: the store did not answer in time",
        "retention: tracks not removed",
        "retention: 4 tracks removed",
    ]
