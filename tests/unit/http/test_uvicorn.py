"""The names of uvicorn that it does not promise, and that we use, are all listed, and there."""

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from entrypoints.cli import serve
from entrypoints.http.server import protocol
from entrypoints.http.server.answering import AnsweringProtocol
from entrypoints.http.server.bodies import OnDemandProtocol
from entrypoints.http.server.protocol import BoundedProtocol

PROTOCOLS: tuple[type[HttpToolsProtocol], ...] = (BoundedProtocol, OnDemandProtocol, AnsweringProtocol)
"""Each is the next one's child, and the last one uvicorn's."""


def listed(owner: str) -> set[str]:
    """The names in the docstring of that module, which says of each class what is used of it."""
    [names] = re.findall(rf"^{owner}\b[^:]*: (.*(?:\n  .*)*)", protocol.__doc__ or "", re.MULTILINE)
    return set(re.findall(r"\w+", re.sub(r"\(.*?\)|with its", "", names, flags=re.DOTALL)))


@pytest.fixture
def uvicorns() -> HttpToolsProtocol:
    """One connection's protocol as uvicorn itself makes it."""
    nothing: Any = object()
    return HttpToolsProtocol(Config(nothing, lifespan="off", log_config=None), ServerState(), {}, nothing)


def test_they_are_there(uvicorns: HttpToolsProtocol) -> None:
    names = listed("HttpToolsProtocol") - {"url"}  # each request brings its own
    assert len(names) > 15
    assert {name for name in names if not hasattr(uvicorns, name)} == set()
    uvicorns.on_message_begin()
    assert uvicorns.url == b""
    assert {name for name in listed("RequestResponseCycle") if name not in attributes(RequestResponseCycle)} == set()
    server = Server(uvicorns.config)
    assert {name for name in listed("Server") - {"tasks"} if not hasattr(server, name)} == set()
    assert server.server_state.tasks == set()


def test_every_one_is_listed() -> None:
    attributes_of_all = {name for kind in PROTOCOLS for name in attributes(kind)}
    ours = {name for name in attributes_of_all if name not in dir(HttpToolsProtocol)}
    for kind in PROTOCOLS:
        assert used(kind) - ours <= listed("HttpToolsProtocol")
        assert overridden(kind, HttpToolsProtocol) <= listed("HttpToolsProtocol")
    assert used(serve._AnnouncingServer) | overridden(serve._AnnouncingServer, Server) <= listed("Server")


def test_nothing_is_overridden_that_is_not_there() -> None:
    """It would never be called."""
    bases = dict.fromkeys(PROTOCOLS, HttpToolsProtocol) | {serve._AnnouncingServer: Server}
    for kind, base in bases.items():
        public = {name for name in vars(kind) if not name.startswith("_")}
        assert public <= set(dir(base))


def overridden(kind: type, base: type) -> set[str]:
    return {name for name in vars(kind) if name in dir(base) and not name.startswith("__")}


def used(kind: type) -> set[str]:
    """The names that are read of `self`."""
    return {node.attr for node in of_self(kind) if isinstance(node.ctx, ast.Load)}


def attributes(kind: type) -> set[str]:
    """Methods, and what is assigned to `self`."""
    return set(vars(kind)) | {node.attr for node in of_self(kind) if isinstance(node.ctx, ast.Store)}


def of_self(kind: type) -> Iterator[ast.Attribute]:
    for node in ast.walk(ast.parse(inspect.getsource(kind))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            yield node
