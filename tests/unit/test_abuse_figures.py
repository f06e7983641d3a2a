"""What the player of attacks makes of its figures: each bound that is missed is named."""

import os
import pickle
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.load.abuse import bystander
from tests.load.abuse.attack import Meets, Window
from tests.load.abuse.bystander import Served
from tests.load.abuse.endings import Endings
from tests.load.abuse.figures import MB, Bounds, Figures, Seen
from tests.load.abuse.kinds import ATTACKS, chosen
from tests.load.abuse.target import Bystander
from tests.load.abuse.usage import Usage, memory
from tests.percentiles import percentile

READY = Served([0.01])
QUIET = Seen(Served([0.1, 0.1, 0.1]), Served([0.01, 0.01, 0.01]), READY, [1.0] * 100)
GOOD = Figures(
    quiet=QUIET,
    attacked=Seen(Served([0.39, 0.39, 9.0]), Served([0.039, 0.039, 9.0]), READY, [*[1.0] * 98, 99.0, 500.0]),
    usage=Usage(before=80 * MB, most=180 * MB, after=80 * MB, programs=0, sockets=0, cpu=1.0),
    answers=Counter({"200": 90, "closed": 10, "429": 1000}),
    ended=Counter({"too small": 9, "too large": 1}),
    meets=Meets(("200", "206"), ended_for="too small"),
    service_cores=1.0,
    attackers_cores=0.5,
    lives=True,
)
NOTHING_MET = "{} answers were 200 or 206, not 90% at least"
CHANGES: dict[str, Callable[[Figures], Figures]] = {
    "the service has ended": lambda good: replace(good, lives=False),
    "memory grew by 101 MB": lambda good: replace(good, usage=replace(good.usage, most=181 * MB)),
    "/health/live p99 100 ms": lambda good: replace(
        good, attacked=replace(good.attacked, live=[*[1.0] * 98, 100.0, 500.0])
    ),
    "bystander refused 3 times": lambda good: replace(
        good,
        attacked=replace(
            good.attacked,
            uploads=Served([0.39], Counter({"503": 1})),
            downloads=Served([0.039], Counter({"429": 1})),
            ready=Served([0.01], Counter({"503": 1})),
        ),
    ),
    "8 of 9 connections ended for too small": lambda good: replace(good, ended=Counter({"too small": 8, "no HTTP": 1})),
    "0 of 0 connections ended for too small": lambda good: replace(good, ended=Counter()),
    NOTHING_MET.format("89 of 100"): lambda good: replace(good, answers=Counter({"200": 89, "closed": 11})),
    NOTHING_MET.format("0 of 1,000"): lambda good: replace(good, answers=Counter({"400": 1000})),
    NOTHING_MET.format("0 of 0"): lambda good: replace(good, answers=Counter({"429": 1000})),
    "upload 4.0 times as long": lambda good: replace(good, attacked=replace(good.attacked, uploads=Served([0.4]))),
    "download 4.0 times as long": lambda good: replace(good, attacked=replace(good.attacked, downloads=Served([0.04]))),
}


def test_what_is_just_within_the_bounds_misses_none() -> None:
    assert GOOD.missed(Bounds()) == []


@pytest.mark.parametrize("problem", CHANGES)
def test_each_bound_that_is_missed_is_named(problem: str) -> None:
    assert CHANGES[problem](GOOD).missed(Bounds()) == [problem]


def test_endings_are_counted_by_their_reasons_from_now_on(tmp_path: Path) -> None:
    log_file = tmp_path / "log"
    told = '{"event": "connection ended", "reason": "too small"}\n'
    log_file.write_text(told, "utf-8")
    endings = Endings(log_file)

    with log_file.open("a", encoding="utf-8") as log:
        log.write(told * 2 + '{"event": "request", "path": "/connection ended", "reason": "none"}\nno JSON\n')

    assert endings.count() == {"too small": 2}


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    values = [float(number) for number in range(100, 0, -1)]

    assert [percentile(values, share) for share in (0.01, 0.5, 0.99, 1)] == [1, 50, 99, 100]
    assert percentile([7.0], 0.95) == 7


def test_an_answer_that_is_late_counts_for_the_questions_that_were_not_asked() -> None:
    assert len(bystander.questions(1.0)) == 51
    assert max(bystander.questions(1.0)) == pytest.approx(1000)
    assert bystander.questions(0.002) == [2.0]


def test_a_probe_that_reaches_nobody_counts_as_the_longest_wait() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # and does not listen

        assert set(probed(nobody.getsockname())) == {20_000.0}


def test_a_probe_that_is_answered_otherwise_than_by_200_counts_as_the_longest_wait() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as refusing:  # 501 to whatever it is asked
        answering = Thread(target=refusing.handle_request)
        answering.start()
        try:
            assert set(probed(("127.0.0.1", refusing.server_port))) == {20_000.0}
        finally:
            answering.join()


def probed(address: tuple[str, int]) -> list[float]:
    """What the probe makes of what is there, in one question."""
    return bystander.watch_live(Bystander(address, b"", "/"), Window(0, 0))


def test_memory_is_that_which_is_used() -> None:
    before = memory(os.getpid())
    held = b"x" * 50 * MB

    assert memory(os.getpid()) - before > 0.9 * len(held)


def test_attacks_are_chosen_by_kind_and_by_name() -> None:
    names = [attack.name for attack in ATTACKS]

    assert len(set(names)) == len(names)
    assert [attack.name for attack in chosen(["readiness", "records"])] == ["records-55", "records-22k", "readiness"]
    assert chosen([]) == list(ATTACKS)
    with pytest.raises(ValueError, match="no attack is named no-such"):
        chosen(["no-such"])


def test_attacks_can_be_handed_to_the_processes_that_carry_them_out() -> None:
    handed_over = pickle.loads(pickle.dumps(ATTACKS))  # noqa: S301  # made on the same line

    assert repr(handed_over) == repr(ATTACKS)


def test_a_name_of_an_attack_is_none_of_a_kind() -> None:
    kinds = {attack.kind for attack in ATTACKS}

    assert kinds.isdisjoint(attack.name for attack in ATTACKS)
