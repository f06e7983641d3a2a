"""What a client is told whose request is cancelled, as it is where the service ends."""

import asyncio
from typing import Any

import msgspec
import pytest

from entrypoints.http.server.shutdown import answer_cancelled

START: Any = {"type": "http.response.start", "status": 200, "headers": []}


@pytest.mark.parametrize("begins", [False, True])
async def test_a_cancelled_request_is_answered_where_its_answer_has_not_begun(begins: bool) -> None:
    messages: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if begins:
            await send(START)
        raise asyncio.CancelledError

    async def send(message: Any) -> None:
        messages.append(message)

    scope, nothing = {"type": "http"}, None
    await answer_cancelled(application)(scope, nothing, send)  # type: ignore[arg-type] # enough of them
    if begins:
        assert messages == [START]
        return
    start, body = messages
    headers = dict(start["headers"])
    assert (start["status"], headers[b"connection"], body["more_body"]) == (503, b"close", False)
    assert (headers[b"content-type"], int(headers[b"content-length"])) == (b"application/json", len(body["body"]))
    assert int(headers[b"retry-after"]) > 0
    error = msgspec.json.decode(body["body"])
    assert (error["status"], error["code"]) == ("error", "service.overloaded")
    assert "it is being stopped" in error["message"]
