"""Errors of recordings come back as they were kept."""

import json

import pytest

from domain import errors
from domain.errors.kept import error_of, facts_of
from tests.errors import EXAMPLES

OF_RECORDINGS = [error for error in EXAMPLES if isinstance(error, errors.RecordingError)]


@pytest.mark.parametrize("error", OF_RECORDINGS, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_the_same(error: errors.RecordingError) -> None:
    name, facts = facts_of(error)
    back = error_of(name, json.loads(json.dumps(facts)))

    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


def test_an_error_of_an_adapter_comes_back_as_its_base() -> None:
    class Mine(errors.UnsupportedCodec):
        def __init__(self) -> None:
            super().__init__("a codec of mine")

    back = error_of(*facts_of(Mine()))

    assert type(back) is errors.UnsupportedCodec
    assert back.codec == "a codec of mine"


@pytest.mark.parametrize(
    ("name", "facts"), [("OfAVersionToCome", {"colour": "blue"}), ("TooLong", {"seconds": 3}), ("NotAWav", {})]
)
def test_what_is_not_known_here_is_a_recording_refused(name: str, facts: dict[str, str | int | float]) -> None:
    assert type(error_of(name, facts)) is errors.RecordingError
