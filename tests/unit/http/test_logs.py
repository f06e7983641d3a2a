"""One event, one line."""

import json
import logging
from typing import Literal

import pytest
import structlog

from entrypoints.logs import configure_logs

FORGED = 'a\r\n{"event": "forged"}\n\x1b[31mred\x1b[0m\x00\x85\u2028b'


pytestmark = pytest.mark.usefixtures("_logging_as_it_was")


def written(style: Literal["json", "text"], capsys: pytest.CaptureFixture[str]) -> str:
    configure_logs(style, "info")
    structlog.get_logger("tests").info("request", path=FORGED, name=FORGED)
    logging.getLogger("a.library").warning("it said %s", "something")
    structlog.get_logger("tests").debug("not shown")
    return capsys.readouterr().err


def test_json_holds_one_object_on_each_line(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [json.loads(line) for line in written("json", capsys).split("\n")[:-1]]
    assert [line["event"] for line in lines] == ["request", "it said something"]
    assert lines[0]["path"] == FORGED
    assert {"level", "logger", "timestamp"} <= lines[0].keys() & lines[1].keys()


@pytest.mark.parametrize("style", ["json", "text"])
def test_control_characters_of_a_client_stay_escaped(
    style: Literal["json", "text"], capsys: pytest.CaptureFixture[str]
) -> None:
    text = written(style, capsys)
    assert text.count("\n") == 2
    assert not set("\r\x1b\x00\x85\u2028") & set(text)


def test_auto_is_json_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("auto", "info")
    structlog.get_logger("tests").info("hello")
    assert json.loads(capsys.readouterr().err)["event"] == "hello"


def test_a_trace_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", "info")
    structlog.get_logger("tests").error("unexpected error", exc_info=RuntimeError("a\nb"))
    [line] = capsys.readouterr().err.splitlines()
    assert "RuntimeError" in json.loads(line)["exception"]
