"""Which tests of a contract an adapter can be put to.

Some tests need more than the adapter: a second client of its store, a way to break it, a process to kill. A contract
marks each of them with `needs`; where the test class of an adapter has no fixture of that name, they are left out, and
pytest says so at its end. `tests/contract/test_offers.py` holds what each of our own adapters offers.
"""

from collections.abc import Iterable

import pytest

OPTIONAL = {
    "other_client": "a second client of the same store, as another process has it",
    "other_audio": "a second client of the same audio store",
    "break_store": "makes the store not answer any more",
    "lose_bytes": "takes bytes of an MP3 away from the store",
    "crash": "kills a process that keeps something, at a moment of its own choice",
    "crash_putting": "kills a process that puts bytes into an audio store, at a moment of its own choice",
    "fill_disk": "makes the store's disk full",
    "delete_user": "removes a user from the store, as an operator does",
    "delete_track": "removes a track from the store, as an operator does",
    "durable": "true where all is kept outside of the process, false for twins in memory; not a fixture",
}
"""What a test may need, by the name of the fixture in the test class."""

_LEFT_OUT = pytest.StashKey[dict[str, set[str]]]()


def needs(*names: str) -> pytest.MarkDecorator:
    """Marks a test of a contract that only fits adapters whose test class offers all these."""
    assert OPTIONAL.keys() >= set(names), names
    return pytest.mark.needs(*names)


def not_offered(suite: type | None, names: Iterable[str]) -> set[str]:
    """Those of the names that the test class of an adapter does not offer."""
    return {name for name in names if not getattr(suite, name, None)}


def missing(suite: type) -> set[str]:
    """What the contracts of the test class want and it does not offer."""
    marks = [mark for name in dir(suite) for mark in getattr(getattr(suite, name), "pytestmark", [])]
    return not_offered(suite, {name for mark in marks if mark.name == "needs" for name in mark.args})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not fit. It is not skipped: there is nothing that could enable it on another machine."""
    chosen, left_out = [], []
    told = config.stash.setdefault(_LEFT_OUT, {})
    for item in items:
        names = {name for mark in item.iter_markers("needs") for name in mark.args}
        suite = item.cls if isinstance(item, pytest.Function) else None
        if lacking := not_offered(suite, names):
            told.setdefault(getattr(suite, "__name__", ""), set()).update(lacking)
            left_out.append(item)
        else:
            chosen.append(item)
    if left_out:
        items[:] = chosen
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say which test class lacks what."""
    for suite, names in sorted(config.stash.get(_LEFT_OUT, {}).items()):
        terminalreporter.write_line(f"{suite} does not offer {', '.join(sorted(names))}: their tests are left out")
