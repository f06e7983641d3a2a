"""Uploads that come just as fast as they have to, and as many as there are connections."""

from collections.abc import Awaitable, Callable

from tests.forms import text_parts
from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client, send, send_until_answered
from tests.load.abuse.requests import FILE_HEAD, FORM, head
from tests.wavs import wav

_UPLOADS = 200
_CLAIMED_BYTES = 100_000_000
_AT_ONCE = 16 * 1024
"""Enough for a place."""
_BLOCK, _BLOCK_SECONDS = bytes(4500), 0.5
"""9,000 bytes a second: more than MIN_UPLOAD_RATE."""
_AGAIN_SECONDS = 0.5
_MEETS = Meets(("under way",))
_SECONDS = 20.0


async def _trickle(client: Client, before_file: bytes) -> None:
    fields = (b"Content-Type: " + FORM, b"Content-Length: %d" % _CLAIMED_BYTES)
    begin = head(b"POST", b"/add_track", client.target.host, *fields) + before_file + FILE_HEAD
    with await client.connect() as connection:
        await send(connection, begin + wav(data_size=_CLAIMED_BYTES) + bytes(_AT_ONCE))
        with client.under_way():
            client.note(await send_until_answered(connection, _BLOCK, _BLOCK_SECONDS))


async def file_first(client: Client) -> None:
    """By whom, it never says."""
    await _trickle(client, b"")


async def one_user(client: Client) -> None:
    """All with the same token."""
    await _trickle(client, text_parts(client.target.users[0]))


async def many_users(client: Client) -> None:
    """Each with another token, as far as they go."""
    await _trickle(client, text_parts(client.user))


def _attack(name: str, what: str, uploading: Callable[[Client], Awaitable[None]], addresses: int = 1) -> Attack:
    what = f"200 uploads at 9 KB/s {what}"
    return Attack("slow-uploads", name, what, uploading, _MEETS, _UPLOADS, _AGAIN_SECONDS, _SECONDS, addresses)


ATTACKS = (
    _attack("file-first", "with the file before the credentials, from one address", file_first),
    _attack("file-first-many", "with the file before the credentials, from 50 addresses", file_first, 50),
    _attack("one-user", "with right credentials by one user", one_user),
    _attack("many-users", "with right credentials by 50 users, from one address", many_users),
)
