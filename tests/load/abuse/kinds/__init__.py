"""The kinds of exhaustion, a file for each subject; `ATTACKS` is all of them in the order in which they are played."""

from tests.load.abuse.attack import Attack
from tests.load.abuse.kinds import (
    calls,
    connections,
    heads,
    large_heads,
    lookups,
    pieces,
    readers,
    recordings,
    slow_uploads,
    texts,
)

ATTACKS: tuple[Attack, ...] = (
    *heads.ATTACKS,
    *large_heads.ATTACKS,
    *readers.ATTACKS,
    *texts.ATTACKS,
    *pieces.ATTACKS,
    *slow_uploads.ATTACKS,
    *connections.ATTACKS,
    *recordings.ATTACKS,
    *calls.ATTACKS,
    *lookups.ATTACKS,
)


def chosen(names: list[str]) -> list[Attack]:
    """The attacks of these kinds or names, all where none is named. Raises `ValueError` for a name that is neither."""
    known = {name for attack in ATTACKS for name in (attack.kind, attack.name)}
    if unknown := set(names) - known:
        raise ValueError(f"no attack is named {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    return [attack for attack in ATTACKS if not names or {attack.kind, attack.name} & set(names)]
