"""Links in PostgreSQL."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import class_row, dict_row

from adapters.postgres.database import Database
from domain.errors import NoSuchTrack, TooManyLinks
from domain.links import FoundLink, Link, LinkBounds, LinkRepository, Visit

# Whoever adds a link to a track waits here for whoever else does, so that the links can be counted.
_LOCK_TRACK: LiteralString = "SELECT FROM tracks WHERE track_uuid = %s FOR NO KEY UPDATE"
_ADD: LiteralString = """
    INSERT INTO links (link_id, track_uuid, created_at, expires_at, max_downloads, downloads, inline)
    SELECT %(link_id)s, %(track_uuid)s, %(created_at)s, %(expires_at)s::timestamptz, %(max_downloads)s::bigint, 0,
           %(inline)s
     WHERE (SELECT count(*) FROM links WHERE track_uuid = %(track_uuid)s AND revoked_at IS NULL) < %(most)s"""
_FORGET_REVOKED: LiteralString = """
    DELETE FROM links
     WHERE link_id IN (SELECT link_id FROM links WHERE track_uuid = %s AND revoked_at IS NOT NULL
                        ORDER BY revoked_at DESC, link_id DESC OFFSET %s)"""
_OF_TRACK: LiteralString = """
    SELECT link_id, track_uuid, created_at, expires_at, max_downloads, downloads, inline, revoked_at
      FROM (SELECT true AS permanent, track_uuid AS link_id, track_uuid, created_at, NULL::timestamptz AS expires_at,
                   NULL::bigint AS max_downloads, NULL::bigint AS downloads, false AS inline,
                   link_revoked_at AS revoked_at
              FROM tracks
             UNION ALL
            SELECT false, link_id, track_uuid, created_at, expires_at, max_downloads, downloads, inline, revoked_at
              FROM links) AS every
     WHERE track_uuid = %s AND revoked_at IS NULL
     ORDER BY permanent DESC, created_at DESC, link_id DESC"""
_REVOKE: LiteralString = """
    UPDATE links SET revoked_at = %(at)s
     WHERE link_id = %(link_id)s AND track_uuid = %(track_uuid)s AND revoked_at IS NULL"""
_REVOKE_PERMANENT: LiteralString = """
    UPDATE tracks SET link_revoked_at = %(at)s WHERE track_uuid = %(track_uuid)s AND link_revoked_at IS NULL"""
_FIND: LiteralString = """
    SELECT link_id, track_uuid, links.created_at, expires_at, max_downloads, downloads, inline, revoked_at, user_id,
           EXISTS (SELECT FROM link_clients AS known
                    WHERE known.link_id = links.link_id AND client = %(client)s AND begun_at > %(since)s) AS has_begun
      FROM links JOIN tracks USING (track_uuid) JOIN users USING (user_id)
     WHERE link_id = %(link_id)s AND users.deleted_at IS NULL"""
# The counting statement sees what whoever held the lock before has done, as it begins after the wait.
_LOCK: LiteralString = "SELECT FROM links WHERE link_id = %(link_id)s FOR NO KEY UPDATE"
_COUNT: LiteralString = """
    WITH known AS (
        SELECT FROM link_clients
         WHERE %(asks_for_more)s AND link_id = %(link_id)s AND client = %(client)s AND begun_at > %(since)s),
    counted AS (
        UPDATE links SET downloads = downloads + 1
         WHERE link_id = %(link_id)s AND NOT EXISTS (SELECT FROM known)
           AND (max_downloads IS NULL OR downloads < max_downloads)
        RETURNING link_id),
    begun AS (
        INSERT INTO link_clients (link_id, client, begun_at)
        SELECT link_id, %(client)s, %(at)s FROM counted
            ON CONFLICT (link_id, client) DO UPDATE SET begun_at = excluded.begun_at)
    SELECT EXISTS (SELECT FROM known), EXISTS (SELECT FROM counted)"""
_FORGET_MOST: LiteralString = """
    DELETE FROM link_clients
     WHERE link_id = %(link_id)s
       AND (begun_at, client) < (SELECT begun_at, client FROM link_clients WHERE link_id = %(link_id)s
                                  ORDER BY begun_at DESC, client DESC OFFSET %(most)s - 1 LIMIT 1)"""
# Those of other links, whose locks are not held: so it comes last, and leaves alone what somebody else works with.
_FORGET_OLD: LiteralString = """
    DELETE FROM link_clients
     WHERE (link_id, client) IN (SELECT link_id, client FROM link_clients WHERE begun_at <= %(since)s
                                  ORDER BY begun_at LIMIT 10 FOR UPDATE SKIP LOCKED)"""


class PsycopgLinkRepository(LinkRepository):
    def __init__(self, database: Database, bounds: LinkBounds = LinkBounds()) -> None:  # noqa: B008 - frozen
        self.database = database
        self._bounds = bounds

    async def add(self, link: Link) -> None:
        async with self.database.query() as connection, connection.transaction():
            if not (await connection.execute(_LOCK_TRACK, [link.track_uuid])).rowcount:
                raise NoSuchTrack
            if not (await connection.execute(_ADD, _values(link) | {"most": self._bounds.links})).rowcount:
                raise TooManyLinks(self._bounds.links)
            await connection.execute(_FORGET_REVOKED, [link.track_uuid, self._bounds.revoked])

    async def of_track(self, track_uuid: UUID) -> list[Link]:
        async with self.database.query() as connection:
            cursor = connection.cursor(row_factory=class_row(Link))
            return await (await cursor.execute(_OF_TRACK, [track_uuid])).fetchall()

    async def revoke(self, track_uuid: UUID, link_id: UUID, at: datetime) -> bool:
        statement = _REVOKE_PERMANENT if link_id == track_uuid else _REVOKE
        async with self.database.query() as connection:
            values = {"link_id": link_id, "track_uuid": track_uuid, "at": at}
            return (await connection.execute(statement, values)).rowcount == 1

    async def find(self, link_id: UUID, visit: Visit) -> FoundLink | None:
        async with self.database.query() as connection:
            cursor = connection.cursor(row_factory=dict_row)
            row = await (await cursor.execute(_FIND, _visit(link_id, visit))).fetchone()
        return _found(row) if row else None

    async def count(self, link_id: UUID, visit: Visit) -> bool:
        values = _visit(link_id, visit) | {"most": self._bounds.clients}
        async with self.database.query() as connection, connection.transaction():
            if not (await connection.execute(_LOCK, values)).rowcount:
                return False
            [(goes_on, counted)] = await (await connection.execute(_COUNT, values)).fetchall()
            if counted:
                await connection.execute(_FORGET_MOST, values)
                await connection.execute(_FORGET_OLD, values)
        return bool(goes_on or counted)


def _values(link: Link) -> dict[str, object]:
    return {
        "link_id": link.link_id,
        "track_uuid": link.track_uuid,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "max_downloads": link.max_downloads,
        "inline": link.inline,
    }


def _visit(link_id: UUID, visit: Visit) -> dict[str, object]:
    return {
        "link_id": link_id,
        "client": visit.client,
        "at": visit.at,
        "since": visit.since,
        "asks_for_more": visit.asks_for_more,
    }


def _found(row: dict[str, Any]) -> FoundLink:
    user_id, has_begun = row.pop("user_id"), row.pop("has_begun")
    return FoundLink(Link(**row), user_id, has_begun)
