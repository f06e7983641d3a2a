"""One event, one line."""

import errno
import io
import json
import logging
import os
from typing import Literal

import pytest
import structlog

from tests.logs import captured_logs

FORGED = 'a\r\n{"event": "forged"}\n\x1b[31mred\x1b[0m\x00\x85\u2028b'


def written(style: Literal["json", "text"]) -> str:
    with captured_logs(style) as log:
        structlog.get_logger("tests").info("request", path=FORGED, name=FORGED)
        logging.getLogger("a.library").warning("it said %s", "something")
        structlog.get_logger("tests").debug("not shown")
    return log.getvalue()


def test_json_holds_one_object_on_each_line() -> None:
    lines = [json.loads(line) for line in written("json").split("\n")[:-1]]
    assert [line["event"] for line in lines] == ["request", "it said something"]
    assert lines[0]["path"] == FORGED
    assert {"level", "logger", "timestamp"} <= lines[0].keys() & lines[1].keys()


@pytest.mark.parametrize("style", ["json", "text"])
def test_control_characters_of_a_client_stay_escaped(style: Literal["json", "text"]) -> None:
    text = written(style)
    assert text.count("\n") == 2
    assert not set("\r\x1b\x00\x85\u2028") & set(text)


def test_auto_is_json_where_nobody_watches() -> None:
    with captured_logs("auto") as log:
        structlog.get_logger("tests").info("hello")
    assert json.loads(log.getvalue())["event"] == "hello"


def test_a_trace_is_one_line_of_json() -> None:
    with captured_logs("json") as log:
        structlog.get_logger("tests").error("unexpected error", exc_info=RuntimeError("a\nb"))
    [line] = log.getvalue().splitlines()
    assert "RuntimeError" in json.loads(line)["exception"]


class _FullDisk(io.StringIO):
    """Standard error in a file on a disk that is full."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_n1_a_line_that_cannot_be_written_stops_nothing_and_leaves_no_trace(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with captured_logs("json") as log:
        [handler] = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        monkeypatch.setattr(handler, "stream", _FullDisk())
        structlog.get_logger("tests").info("lost")
        monkeypatch.setattr(handler, "stream", log)
        structlog.get_logger("tests").info("written")
    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == ["written"]
    assert capfd.readouterr() == ("", "")


def test_a_line_that_is_wrong_by_itself_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    with captured_logs("json"):
        logging.getLogger("a.library").warning("%d", "no number")
    assert "a.library" in capfd.readouterr().err
