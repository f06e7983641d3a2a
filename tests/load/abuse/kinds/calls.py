"""Small calls without end."""

import uuid

from tests.load.abuse.attack import Attack, Meets
from tests.load.abuse.client import Client
from tests.load.abuse.requests import credentials_first, file_first, get, head, post, upload
from tests.wavs import wav

_KIND = "calls"
_RECORDING = wav(bytes(16_000))
_HEADS = (b"/", b"/assets/swagger-ui-bundle.js", b"/health/live")
_CLIENTS = 8


async def registrations(client: Client) -> None:
    """Each of another user."""
    body = b'{"user_name": "%s"}' % client.unique
    await client.ask(post(b"/register", client.target.host, b"application/json", body))


async def wrong_credentials(client: Client) -> None:
    """In the head, before the file, and behind it."""
    token = str(uuid.uuid4())
    wrong = client.user | {"user_access_token": token}
    form = (credentials_first, file_first)[client.rounds % 2](wrong, _RECORDING)
    request = upload(client.target.host, form)
    if client.rounds % 3 == 0:
        request = request.replace(b"\r\n", b"\r\nAuthorization: Bearer %s\r\n" % token.encode(), 1)
    await client.ask(request)


async def readiness(client: Client) -> None:
    """Which asks the database, the converter and the disk."""
    await client.ask(get(b"/health/ready", client.target.host))


async def ranges(client: Client) -> None:
    """A byte from anywhere, or very many ranges, of which none is served."""
    first = client.rounds * 7919 % 1_000_000
    several = b",".join(b"%d-%d" % (first + number, first + number) for number in range(100))
    wanted = b"%d-%d" % (first, first) if client.rounds % 8 else several
    await client.ask(get(client.target.record, client.target.host, b"Range: bytes=" + wanted))


async def heads(client: Client) -> None:
    """Of what is large to make."""
    places = (client.target.record, *_HEADS)
    await client.ask(head(b"HEAD", places[client.rounds % len(places)], client.target.host))


ATTACKS = (
    Attack(
        _KIND,
        "registrations",
        "registrations without end, though the rate allows them",
        registrations,
        Meets(("201",)),
        _CLIENTS,
    ),
    Attack(
        _KIND,
        "wrong-credentials",
        "uploads with wrong tokens, in every place",
        wrong_credentials,
        Meets(("401",)),
        _CLIENTS,
    ),
    Attack(_KIND, "readiness", "/health/ready without end", readiness, Meets(("200",)), _CLIENTS),
    Attack(
        _KIND,
        "ranges",
        "single bytes of a record, and a hundred ranges at once",
        ranges,
        Meets(("206", "200")),
        _CLIENTS,
    ),
    Attack(_KIND, "heads-only", "HEAD of records, of pages and of assets", heads, Meets(("200",)), _CLIENTS),
)
