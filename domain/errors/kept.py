"""Errors of recordings that are kept: the same recording is refused in the same words, days later, too."""

import inspect
from collections.abc import Mapping

from domain.errors import recording
from domain.errors.base import RecordingError

_KINDS = {
    name: kind for name, kind in vars(recording).items() if inspect.isclass(kind) and issubclass(kind, RecordingError)
}


def facts_of(error: RecordingError) -> tuple[str, dict[str, str | int | float]]:
    """The name of its class, or of the nearest base that is known here, and what such an error is made from."""
    kind = next(kind for kind in type(error).__mro__ if _KINDS.get(kind.__name__) is kind)
    facts = {name: getattr(error, name) for name in _parameters(kind)}
    return kind.__name__, facts or ({"text": str(error)} if kind is RecordingError else {})


def error_of(name: str, facts: Mapping[str, str | int | float]) -> RecordingError:
    """The error of which `facts_of` told this; a plain `RecordingError` where this version has no such class."""
    kind = _KINDS.get(name, RecordingError)
    if kind is not RecordingError and facts.keys() == set(_parameters(kind)):
        return kind(**facts)
    return RecordingError(facts.get("text", "it was refused"))


def _parameters(kind: type[RecordingError]) -> list[str]:
    """What it is made from: each is an attribute of it, too."""
    return [] if kind is RecordingError else [*inspect.signature(kind).parameters]
