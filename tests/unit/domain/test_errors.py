"""Errors know whose fault they are, and nothing of who is told."""

import re

import pytest

from domain import errors
from tests.errors import EXAMPLES

KINDS = (errors.CallerError, errors.RecordingError, errors.ServiceError, errors.OperatorError)
OF_AN_EDGE = re.compile(r"wav_file|user_name|user_id|access_token|/register|Location|[A-Z0-9]+_[A-Z0-9_]+")


def test_there_is_an_example_of_each_error() -> None:
    exported = {kind for kind in vars(errors).values() if isinstance(kind, type)}

    assert {type(error) for error in EXAMPLES} == exported
    assert set(errors.__all__) == {kind.__name__ for kind in exported}


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_says_when_it_is_raised_and_what_happened(error: errors.MusicAppError) -> None:
    assert type(error).__doc__
    assert str(error)


@pytest.mark.parametrize(
    "error",
    [error for error in EXAMPLES if not isinstance(error, errors.OperatorError | errors.Overloaded)],
    ids=lambda error: type(error).__name__,
)
def test_its_text_names_nothing_of_an_edge(error: errors.MusicAppError) -> None:
    assert not OF_AN_EDGE.search(str(error))


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_it_is_of_one_kind(error: errors.MusicAppError) -> None:
    assert type(error) is errors.MusicAppError or len([kind for kind in KINDS if isinstance(error, kind)]) == 1
