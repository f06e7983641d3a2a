"""A service whose programs, files, rows and log lines can be counted."""

import json
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import quote, urlsplit

import httpx
import psycopg
from psycopg.conninfo import conninfo_to_dict

from adapters.embedded_postgres.binaries import find_binaries
from tests.programs import FFMPEG
from tests.server import Server, running_server
from tests.waiting import SECONDS


@dataclass
class Watched:
    """A running service and what can be seen of it."""

    server: Server
    database_url: str
    starts_file: Path

    @property
    def starts(self) -> int:
        """How often ffmpeg was started for a conversion."""
        return self.starts_file.read_text().count("-c:a libmp3lame") if self.starts_file.exists() else 0

    @property
    def all_starts(self) -> int:
        """How often ffmpeg was started, for whatever reason."""
        return len(self.starts_file.read_text().splitlines())

    def rows(self) -> int:
        """How many tracks are stored."""
        return int(self.query("SELECT count(*) FROM tracks"))

    def query(self, text: LiteralString, *values: object) -> Any:
        """The first value that a query finds."""
        [value] = self._connection.execute(text, values).fetchone() or [None]
        return value

    @cached_property
    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.database_url, autocommit=True)

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def leftovers(self) -> list[str]:
        """Files in the spool or open in it, and programs that were started and still run."""
        process = Path("/proc") / str(self.server.process.pid)
        spool = self.server.data_dir / "spool"
        opened = []
        for link in (process / "fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                opened.append(str(link.readlink()))
        children = (process / "task" / process.name / "children").read_text().split()
        return [
            *(str(path) for path in spool.glob("*")),
            *(path for path in opened if path.startswith(str(spool))),
            *children,
        ]

    def dump(self) -> str:
        """The whole database as SQL."""
        command = [str(find_binaries().folder / "pg_dump"), "--dbname", self.database_url]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS).stdout

    def lines(self, since: int = 0) -> list[dict[str, Any]]:
        """The log from line `since` on."""
        return [json.loads(line) for line in self.server.log.splitlines()[since:]]

    def raw(self, request_line: str, headers: str = "Host: here\r\n", body: bytes = b"") -> bytes:
        """The whole answer to what no client library would send, after which the connection is closed."""
        head = f"{request_line}\r\n{headers}Connection: close\r\n\r\n".encode("latin-1")
        with self.connect() as connection:
            connection.sendall(head + body)
            return rest_of_answer(connection)

    def connect(self) -> socket.socket:
        address = urlsplit(self.server.url)
        return socket.create_connection((address.hostname, address.port), timeout=SECONDS)

    def upload(self, wav: bytes, name: str = "a.wav", **headers: str) -> httpx.Response:
        """The answer to an upload with right credentials."""
        with self.server.client() as client:
            return client.post(
                "/add_track", data=self.server.register(), files={"wav_file": (name, wav)}, headers=headers
            )


def rest_of_answer(connection: socket.socket, begun: bytes = b"") -> bytes:
    """All that comes until the server closes, for which it is not kept waiting once its first answer is whole."""
    answer = bytearray(begun)
    hung_up = False
    while True:
        if not hung_up and _is_whole(bytes(answer)):
            with suppress(OSError):  # the server has closed already
                connection.shutdown(socket.SHUT_WR)
            hung_up = True
        if not (block := connection.recv(65536)):
            return bytes(answer)
        answer += block


def _is_whole(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"^content-length: (\d+)\r?$", head, re.MULTILINE | re.IGNORECASE)
    return length is not None and len(body) >= int(length[1])


@contextmanager
def watched_server(folder: Path, database: str, **settings: str) -> Iterator[Watched]:
    """A service on this database (a connection string), which converts with ffmpeg, whose starts are counted."""
    folder.mkdir(parents=True, exist_ok=True)
    starts, wrapper = folder / "starts", folder / "ffmpeg"
    wrapper.write_text(
        f'#!/bin/sh\necho "$@; $(ulimit -v) $(ulimit -f) $(ulimit -t)" >> {starts}\nexec {FFMPEG} "$@"\n'
    )
    wrapper.chmod(0o755)
    url = connection_url(database)
    with running_server(
        folder, **{"CONVERTER": "ffmpeg"} | settings, FFMPEG_PATH=str(wrapper), DATABASE_URL=url
    ) as server:
        with closing(Watched(server, url, starts)) as watched:
            yield watched


def connection_url(conninfo: str) -> str:
    """A connection string as the URL that DATABASE_URL wants."""
    words = {name: quote(str(value), safe="") for name, value in conninfo_to_dict(conninfo).items()}
    return (
        f"postgresql://{words['user']}:{words['password']}@/{words['dbname']}?host={words['host']}&port={words['port']}"
    )
