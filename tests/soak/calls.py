"""What the clients do, one call each; the answer is told with what it should have been, where it is another one."""

import hashlib
import random
import socket
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import httpx

from tests.forms import CONTENT_TYPE, around_file
from tests.server import Server, path_of
from tests.soak.recordings import Recording
from tests.sockets import reset_on_close

LINKS = 100
"""Downloads are of the latest so many tracks; older ones are deleted some time."""
INSTEAD = " instead of "
"""In an answer that was not to come."""
BUSY = "503 service.overloaded"
"""An answer that may come to what needs a place."""
_FORM = {"Content-Type": CONTENT_TYPE}
_CUT_SECONDS = 30


@dataclass
class World:
    """What all callers know: where the service is, who they may be, what they have, and which links work."""

    server: Server
    users: list[dict[str, str]]
    recordings: list[Recording]
    links: deque[str] = field(default_factory=lambda: deque(maxlen=LINKS))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def link(self, dice: random.Random) -> str:
        """One that works."""
        with self.lock:
            return dice.choice(self.links)

    def keep(self, answer: httpx.Response) -> None:
        """The link of a 201 works from now on."""
        link = path_of(answer)
        with self.lock:
            self.links.append(link)

    def form(self, dice: random.Random) -> tuple[bytes, bytes, bytes]:
        """An upload in three parts: what comes before the file, the file, what comes after it."""
        before, after = around_file(dice.choice(self.users), file_first=dice.random() < 0.5)
        return before, dice.choice(self.recordings).wav, after


Call = Callable[[httpx.Client, World, random.Random], str]


def upload(client: httpx.Client, world: World, dice: random.Random) -> str:
    """Any recording, in either order of the parts; the link is known from then on."""
    answer = client.post("/add_track", content=b"".join(world.form(dice)), headers=_FORM)
    if answer.status_code == 201:
        world.keep(answer)
    return judged(answer, "201", BUSY)


def download(client: httpx.Client, world: World, dice: random.Random) -> str:
    """The whole MP3, which has to be the one of its ETag."""
    answer = client.get(world.link(dice))
    if answer.status_code == 200 and hashlib.sha256(answer.content).hexdigest() not in answer.headers["ETag"]:
        return f"200 with other bytes{INSTEAD}those of the ETag"
    return judged(answer, "200", BUSY)


def download_range(client: httpx.Client, world: World, dice: random.Random) -> str:
    """A part of it, which has to be the one that was asked for."""
    link = world.link(dice)
    whole = client.get(link)
    if whole.status_code != 200:
        return judged(whole, "200", BUSY)
    first = dice.randrange(len(whole.content))
    last = dice.randrange(first, len(whole.content))
    answer = client.get(link, headers={"Range": f"bytes={first}-{last}"})
    if answer.status_code == 206 and answer.content != whole.content[first : last + 1]:
        return f"206 with other bytes{INSTEAD}{first} to {last}"
    return judged(answer, "206", BUSY)


def ask_again(client: httpx.Client, world: World, dice: random.Random) -> str:
    """The head of a download, then the same under the condition that it has changed."""
    link = world.link(dice)
    head = client.head(link)
    if head.status_code != 200:
        return judged(head, "200", BUSY)
    return judged(client.get(link, headers={"If-None-Match": head.headers["ETag"]}), "304", BUSY)


def register(client: httpx.Client, world: World, dice: random.Random) -> str:
    """A new user."""
    return judged(client.post("/register", json={"user_name": f"User {dice.random()}"}), "201")


def look_around(client: httpx.Client, world: World, dice: random.Random) -> str:
    """What anybody may ask for."""
    return judged(client.get(dice.choice(("/", "/schema", "/schema/openapi.json", "/health/ready"))), "200")


def cut_upload(client: httpx.Client, world: World, dice: random.Random) -> str:
    """An upload whose client leaves somewhere in the middle of the file."""
    before, wav, after = world.form(dice)
    length = len(before) + len(wav) + len(after)
    sent = before + wav[: dice.randrange(1, len(wav))]
    head = f"POST /add_track HTTP/1.1\r\nHost: here\r\nContent-Type: {_FORM['Content-Type']}\r\n"
    with _connected(client) as connection:
        connection.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + sent)
        _leave(connection, dice)
    return "left"


def cut_download(client: httpx.Client, world: World, dice: random.Random) -> str:
    """A download whose client leaves after the first bytes."""
    with _connected(client) as connection:
        connection.sendall(f"GET {world.link(dice)} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
        begun = connection.recv(dice.randrange(1, 4096))
        _leave(connection, dice)
    return "left" if begun else f"nothing{INSTEAD}a beginning"


def judged(answer: httpx.Response, *wanted: str) -> str:
    """Status and code of the answer, and what was wanted if it is another one: `201`, or `404 record.not_found`."""
    code = ""
    if answer.status_code >= 400 and answer.headers.get("Content-Type", "").startswith("application/json"):
        code = f" {answer.json().get('code', '')}"
    got = f"{answer.status_code}{code}"
    return got if got in wanted else f"{got}{INSTEAD}{wanted[0]}"


def _connected(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port), timeout=_CUT_SECONDS)


def _leave(connection: socket.socket, dice: random.Random) -> None:
    """By a reset, as a crashed client, or by an ordinary end."""
    if dice.random() < 0.5:
        reset_on_close(connection)


def unknown_track(dice: random.Random) -> str:
    """A link to a track that is not there."""
    return f"/record?id={UUID(int=dice.getrandbits(128), version=4)}&user=1"
