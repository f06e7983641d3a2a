"""Doing a request once, however often it is sent: for every use case whose callers may not get to see its answer."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

from application.admission.fair_queue import FairQueue
from domain.errors import MusicAppError, RepeatOfAnother
from domain.repeats import Claim, Moments, Outcome, RepeatableRequests, RepeatKey
from domain.system import Clock, IdentifierSource

logger = logging.getLogger(__name__)

KEPT = timedelta(days=1)
BEAT_SECONDS = 15.0
"""Who does a request is heard of so often."""
DEAD_AFTER = timedelta(seconds=60)
"""Who is not heard of for so long is dead, or on a machine that nobody reaches."""
MOST_KEYS = 20_000
"""Of a user, of a day: twice as many as for 10,000 recordings. They are counted for each new one."""
_PATIENCE_SECONDS = 10.0
"""How long what is done waits for the turn to say so."""

Find: TypeAlias = Callable[[UUID], Awaitable[Outcome | None]]
"""Finds what an earlier attempt made under a reserved identifier, and did not come to tell; called in a turn."""


async def _nothing(_: Outcome) -> None:
    """What is done already has nothing to tell."""


def refuse_another(outcome: Outcome, fingerprint: bytes) -> None:
    """Raise `RepeatOfAnother` unless that became of what has this fingerprint."""
    if outcome.fingerprint != fingerprint:
        raise RepeatOfAnother


def moments_at(now: datetime) -> Moments:
    """What the time means for keys."""
    return Moments(now, dead_before=now - DEAD_AFTER, kept_since=now - KEPT)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request that is to be done, under an identifier that is reserved; or `outcome`, where it was done before."""

    reserved: UUID
    outcome: Outcome | None
    finish: Callable[[Outcome], Awaitable[None]]
    """Says what became of it; after that, the request is done. Raises nothing that is known of."""


class Repeatable:
    """Has one of many equal requests done, and tells the others what became of it."""

    def __init__(
        self, requests: RepeatableRequests | None, identifiers: IdentifierSource, clock: Clock, queries: FairQueue
    ) -> None:
        """Without `requests` nothing is remembered, and everything is done each time."""
        self._requests = requests
        self._identifiers = identifiers
        self._clock = clock
        self._queries = queries

    @property
    def remembers(self) -> bool:
        """Whether a repeat is told from a new request at all."""
        return self._requests is not None

    async def once(
        self,
        key: RepeatKey | None,
        fingerprint: bytes,
        make: Callable[[UUID], Awaitable[Mapping[str, Any]]],
        find: Find,
        *holders: str,
    ) -> Mapping[str, Any]:
        """What `make` returns for the identifier that is reserved, or returned before: anything that JSON can hold.

        `fingerprint` is the SHA-256 of all that is sent. Without a key it is made in any case. Raises
        `RepeatOfAnother`, what `begin` raises, and what `make` and `find` do.
        """
        if key is None or self._requests is None:
            return await make(self._identifiers.new_uuid())
        async with self.begin(key, find, *holders) as attempt:
            outcome = attempt.outcome
            if outcome is None:
                outcome = Outcome(fingerprint, await make(attempt.reserved))
                await attempt.finish(outcome)
        refuse_another(outcome, fingerprint)
        return outcome.result

    @asynccontextmanager
    async def begin(self, key: RepeatKey, find: Find, *holders: str) -> AsyncGenerator[Attempt, None]:
        """An attempt, which others wait for while the context lasts; after an error in it, the next one is theirs.

        `holders` are those of `FairQueue.turn`. Raises `RepeatRunning`, `TooManyKeys`, `UnknownUser`, `StoreAway`,
        `DiskFull` and what `FairQueue.turn` and `find` raise.
        """
        requests = self._requests
        if requests is None:
            raise RuntimeError("nothing is remembered here")
        new = self._identifiers.new_uuid()
        async with self._queries.turn(*holders):
            claim = await requests.claim(key, new, moments_at(self._clock.now()), MOST_KEYS)
        if isinstance(claim, Outcome):
            yield Attempt(new, claim, _nothing)
            return
        held = _Held(requests, claim, self._clock, self._queries, holders)
        async with held.alive():
            found = None
            if claim.attempt > 1:
                async with self._queries.turn(*holders):
                    found = await find(claim.reserved)
            if found is not None:
                await held.finish(found)
            yield Attempt(claim.reserved, found, held.finish)


class _Held:
    """A claim that is held by this program."""

    def __init__(
        self, requests: RepeatableRequests, claim: Claim, clock: Clock, queries: FairQueue, holders: tuple[str, ...]
    ) -> None:
        self._requests, self._claim, self._clock = requests, claim, clock
        self._queries, self._holders = queries, holders

    @asynccontextmanager
    async def alive(self) -> AsyncGenerator[None, None]:
        """Be heard of while the context lasts, and give the claim up after an error."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        except BaseException:
            await self._tell(partial(self._requests.give_up, self._claim))
            raise
        finally:
            beating.cancel()
            await asyncio.wait([beating])

    async def finish(self, outcome: Outcome) -> None:
        """Say what became of it. Where that cannot be kept, the next one who asks looks for what was made."""
        await self._tell(partial(self._requests.finish, self._claim, outcome))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            await self._tell(partial(self._requests.renew, self._claim, self._clock.now()))

    async def _tell(self, tell: Callable[[], Awaitable[None]]) -> None:
        """Whoever has uploaded a recording is not refused it because of this."""
        try:
            async with self._queries.turn(*self._holders, seconds=_PATIENCE_SECONDS):
                await tell()
        except MusicAppError as error:
            logger.warning("a key is not kept up to date: %s", error)
