"""Calls that have something looked up in the database for somebody who is not known, on hundreds of connections."""

import uuid

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client
from tests.load.abuse.requests import FORM, credentials_first, get, post

_KIND = "lookups"
_CLIENTS = 300
"""More than may wait for a connection to the database, all users together."""
_AGAIN_SECONDS = 0.1
"""As soon as this they ask 3,000 times a second, which is more than is answered."""
_FORM = credentials_first({}, b"RIFF")


async def record_lookups(client: Client) -> None:
    """The first byte of a record, and a record that is not there."""
    unknown = b"/record?id=%s&user=1" % str(uuid.uuid4()).encode()
    path = (client.target.record, unknown)[client.rounds % 2]
    await client.ask(get(path, client.target.host, b"Range: bytes=0-0"))


async def wrong_tokens(client: Client) -> None:
    """Each another one."""
    token = b"Authorization: Bearer %s" % str(uuid.uuid4()).encode()
    await client.ask(post(b"/add_track", client.target.host, FORM, _FORM, token))


ATTACKS = (
    Attack(
        _KIND,
        "record-lookups",
        "records that are there and that are not, on 300 connections of one address",
        record_lookups,
        Meets(("206", "404")),
        _CLIENTS,
        _AGAIN_SECONDS,
    ),
    Attack(
        _KIND,
        "wrong-tokens",
        "wrong Bearer tokens to /add_track on 300 connections of one address",
        wrong_tokens,
        Meets(("401",)),
        _CLIENTS,
        _AGAIN_SECONDS,
    ),
)
