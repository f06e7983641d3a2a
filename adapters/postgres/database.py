"""The pool of connections, how long anything may take, and what the driver's errors mean."""

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg_pool import AsyncConnectionPool

from adapters.postgres.connection import Connection
from adapters.postgres.connection_limits import ConnectionLimit
from adapters.postgres.conninfo import with_settings
from adapters.postgres.no_room import is_refused_for_room
from domain.errors import DiskFull, StoreAway, WrongSetting

SHORT_SECONDS = 2.0
"""What a short operation may take altogether: waiting for a connection, the query, the commit."""
_CHECK_SECONDS = 1.5
_LEAST_SECONDS = 0.3  # for the query, after a long wait for a connection
_WAITING_PER_CONNECTION = 20  # callers in the queue for one connection; more are turned away at once
_RECONNECT_SECONDS = 2.0  # then the pool begins anew, so that the pauses between its attempts do not get long

STATEMENT_SECONDS = 5.0
"""What the server allows any statement."""
# The limits on the server's side end what a client that is gone has left behind.
_SERVER_SETTINGS: Mapping[str, str] = {
    "statement_timeout": f"{STATEMENT_SECONDS:.0f}s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "synchronous_commit": "on",
    "TimeZone": "UTC",
}
_CLIENT_SETTINGS: dict[str, Any] = {
    "application_name": "music-app",
    "connect_timeout": 2,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 5000,  # ms
}

_PING: LiteralString = "SELECT 1"
_DURABILITY: LiteralString = """
    SELECT name, setting FROM pg_settings
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting <> 'on'
     ORDER BY name"""

_AWAY = (
    psycopg.OperationalError,  # also the pool's own errors, statement and lock timeouts, and a server shutting down
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.ReadOnlySqlTransaction,  # a standby that has not taken over yet
)


class Database:
    """Connections to one PostgreSQL database, at most `pool_size` at a time.

    Whatever happens to the server (stopped, frozen, restarted), a caller has an answer or `StoreAway` within
    the seconds it allows, and the pool finds the server again by itself.
    """

    def __init__(self, conninfo: str, pool_size: int, settings: Mapping[str, str] | None = None) -> None:
        """`settings` are further ones of the server's, for each connection.

        Raises `WrongSetting` if `conninfo` is neither a URL nor a connection string. Connects to nothing yet.
        """
        self.pool_size = pool_size
        # Whatever a client can cause has a limit: this one, and those of `track_keeper.py`. None is above the size of
        # the pool, and the pool's queue has room for 20 times that size, so the pool turns nobody away.
        # `Storage.at_once` lets in as many.
        # Rows of tracks whose MP3 is elsewhere have none: they are as many as MAX_UPLOADS, and not to be lost.
        self._queries = ConnectionLimit(2 * pool_size // 5)
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            with_settings(conninfo, _CLIENT_SETTINGS, {**_SERVER_SETTINGS, **(settings or {})}),
            connection_class=Connection,
            kwargs={"autocommit": True},
            min_size=1,
            max_size=pool_size,
            open=False,
            check=self._check_open,
            timeout=SHORT_SECONDS,
            max_waiting=_WAITING_PER_CONNECTION * pool_size,
            reconnect_timeout=_RECONNECT_SECONDS,
            reconnect_failed=_try_on,
            name="music-app",
        )

    async def open(self) -> None:
        """Begin to connect, in the background."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection that is not in use, and the others as they are given back. Safe to repeat."""
        await self._pool.close()

    @asynccontextmanager
    async def connection(self, seconds: float = SHORT_SECONDS) -> AsyncIterator[Connection]:
        """A connection in autocommit mode, cut off after `seconds`, which include up to 2 for getting it.

        Raises `StoreAway` and `DiskFull`; the driver's errors about the data itself come out unchanged.
        """
        begun = time.monotonic()
        with _translated():
            connection = await self._pool.getconn(min(seconds, SHORT_SECONDS))
            try:
                connection.cut_off_after(max(seconds - (time.monotonic() - begun), _LEAST_SECONDS))
                async with connection:
                    yield connection
            finally:
                await self._give_back(connection)

    @asynccontextmanager
    async def query(self) -> AsyncIterator[Connection]:
        """A connection for one short query of a client, of those for all such. Raises what `connection` does."""
        # Half of the time at most, so that the wait leaves enough for the query.
        async with (
            self._queries.take(SHORT_SECONDS / 2) as waited,
            self.connection(SHORT_SECONDS - waited) as connection,
        ):
            yield connection

    async def check(self) -> None:
        """Return if the database answers now; else raise `StoreAway`."""
        async with self.connection(_CHECK_SECONDS) as connection:
            await connection.execute(_PING)

    async def check_durability(self) -> None:
        """Raise `WrongSetting` if a committed row could be lost when the machine loses power; or `StoreAway`."""
        async with self.connection() as connection:
            wrong = await (await connection.execute(_DURABILITY)).fetchall()
        if wrong:
            found = ", ".join(f"{name} is {setting}" for name, setting in wrong)
            raise WrongSetting("DATABASE_URL", f"the server would lose committed tracks in a crash: {found}; set to on")

    # Where one connection is lost, the idle ones most likely are, too: replace them before anybody gets one.

    async def _check_open(self, connection: Connection) -> None:
        if connection.has_ended():
            await connection.close()
            await self._pool.drain()
            raise psycopg.OperationalError("the server has closed the connection")

    async def _give_back(self, connection: Connection) -> None:
        connection.let_be()
        lost = connection.broken
        await self._pool.putconn(connection)
        if lost:
            await self._pool.drain()


async def _try_on(pool: AsyncConnectionPool[Connection]) -> None:
    """Make the pool go on connecting.

    It counts callers that have given up waiting until it has a connection again, and turns callers away before it
    would connect for them: once it stopped trying with a full queue, it would never begin again.
    """
    await pool.drain()
    await pool.check()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except _AWAY as error:
        raise (DiskFull if is_refused_for_room(error) else StoreAway) from error
