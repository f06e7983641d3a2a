"""A user who has all that one may have is refused before a recording is read, and nobody else is asked for anything."""

from contextlib import ExitStack
from datetime import timedelta

import pytest

from application.receive_recording import READ_AHEAD_BYTES
from domain.accounts import Totals
from domain.errors import (
    ByteQuotaReached,
    MusicAppError,
    QuotaReached,
    SecondsQuotaReached,
    TrackQuotaReached,
    UploadQuotaReached,
)
from domain.quotas import OwnQuota, Quota
from domain.users import User
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.incoming import InMemoryRecording, Told
from tests.unit.memory import in_memory_container
from tests.unit.streams import cut
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(16_000)), rate=8000)
KIBIBYTES = cut(RECORDING, range(1024, len(RECORDING), 1024))


def bounded(**quotas: int) -> Container:
    """A service in which this holds for all."""
    return in_memory_container(Settings().but(**quotas))


async def a_user(container: Container, own: OwnQuota | None = None) -> User:
    user, _ = await container.application.register()("Ann")
    if own:
        await memory.quotas(container).put(user.user_id, own)
    found = await memory.users(container).find(user.user_id)
    assert found
    return found


async def upload(container: Container, user: User, told: Told = Told.AT_ONCE) -> InMemoryRecording:
    """One that is kept."""
    recording = InMemoryRecording(KIBIBYTES, user, told)
    await container.application.receive_recording()(recording)
    return recording


async def refused(container: Container, user: User, told: Told = Told.AT_ONCE) -> tuple[MusicAppError, int]:
    """The error, and how many bytes were read before."""
    recording = InMemoryRecording(KIBIBYTES, user, told)
    with pytest.raises(QuotaReached) as raised:
        await container.application.receive_recording()(recording)
    return raised.value, recording.bytes_given


@pytest.mark.parametrize("told", Told)
@pytest.mark.parametrize(
    ("quotas", "error"),
    [
        ({"max_user_tracks": 1}, TrackQuotaReached),
        ({"max_user_bytes": 1}, ByteQuotaReached),
        ({"max_user_seconds": 1}, SecondsQuotaReached),
    ],
)
async def test_who_has_all_is_refused_before_the_file_is_decoded(
    quotas: dict[str, int], error: type[QuotaReached], told: Told
) -> None:
    container = bounded()
    user = await a_user(container)
    await upload(container, user)
    container = bounded_over(container, quotas)

    raised, given = await refused(container, user, told)

    assert isinstance(raised, error)
    assert (raised.limit, raised.left) == (1, 0)
    assert given <= (len(RECORDING) if told is Told.AT_THE_END else READ_AHEAD_BYTES)
    assert len(memory.tracks(container).kept) == 1
    assert memory.spool(container).open_files == []


def bounded_over(container: Container, quotas: dict[str, int]) -> Container:
    """The same service with other settings."""
    other = bounded(**quotas)
    for name in ("users", "tracks", "keeper", "accounts"):
        other.adapters.providers[name].override(getattr(container.adapters, name)())
    return other


async def test_what_an_operator_has_set_goes_before_the_settings() -> None:
    container = bounded(max_user_tracks=1)
    free, bound = await a_user(container, OwnQuota(tracks=0)), await a_user(container)

    for _ in range(3):
        await upload(container, free)
    await upload(container, bound)

    assert isinstance((await refused(container, bound))[0], TrackQuotaReached)


async def test_a_recording_that_is_too_long_for_what_is_left_is_not_kept() -> None:
    container = bounded(max_user_seconds=3)
    user = await a_user(container)
    await upload(container, user)

    raised, given = await refused(container, user)

    assert isinstance(raised, SecondsQuotaReached)
    assert (raised.left, given) == (1, len(RECORDING))
    assert [*memory.tracks(container).kept] == [*memory.keeper(container).mp3s]
    assert len(memory.tracks(container).kept) == 1


@pytest.mark.parametrize("told", Told)
async def test_one_more_upload_at_once_than_may_be_is_refused(told: Told) -> None:
    container = bounded(max_user_uploads=2)
    user, other = await a_user(container), await a_user(container)
    quotas = container.application.user_quotas()
    with quotas.upload(user):
        await upload(container, user, told)
        with quotas.upload(user):
            raised, given = await refused(container, user, told)
            await upload(container, other, told)

    assert isinstance(raised, UploadQuotaReached)
    assert (raised.limit, raised.left, raised.retry_after) == (2, 0, 2)
    assert given == (len(RECORDING) if told is Told.AT_THE_END else 0)
    await upload(container, user, told)


async def test_uploads_that_were_refused_count_no_more() -> None:
    container = bounded(max_user_uploads=1, max_user_tracks=1)
    user = await a_user(container)
    await upload(container, user)

    kinds = [type((await refused(container, user, told))[0]) for told in [*Told, *Told]]

    assert kinds == [TrackQuotaReached] * 6


async def test_nothing_is_asked_of_the_store_where_nothing_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    container = bounded(max_user_uploads=5, retention_days=7)
    asked: list[int] = []
    monkeypatch.setattr(container.adapters.accounts(), "totals", asked.append)

    await upload(container, await a_user(container, OwnQuota(uploads=3)))

    assert asked == []


async def test_one_query_is_one_turn_where_something_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    container = bounded(max_user_tracks=5)
    queries, held = container.application.queries(), list[int]()

    async def totals(user_id: int) -> Totals:
        held.append(queries.free)
        return Totals(0, 0, timedelta())

    monkeypatch.setattr(container.adapters.accounts(), "totals", totals)
    free = queries.free

    await upload(container, await a_user(container))

    assert held == [free - 1]


def test_what_is_set_is_put_over_what_holds_for_all() -> None:
    general = Quota(tracks=1, bytes=2, seconds=3, uploads=4, retention_days=5)

    assert OwnQuota().over(general) == general
    assert OwnQuota(tracks=0, seconds=9).over(general) == Quota(0, 2, 9, 4, 5)
    assert OwnQuota(6, 7, 8, 9, 10).over(general) == Quota(6, 7, 8, 9, 10)


def test_whoever_holds_nothing_is_forgotten() -> None:
    quotas = bounded().application.user_quotas()
    with ExitStack() as held:
        for number in range(5):
            held.enter_context(quotas.upload(User(number % 2, "Ann", bytes(32), memory.clock(bounded()).now())))

    assert quotas.uploading == {}
