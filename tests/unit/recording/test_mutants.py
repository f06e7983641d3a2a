"""Recordings with a few things changed about their chunks: the short form of `make fuzz`."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tests.fuzz.reading
from domain.recording.feeding import Feeder
from tests.fuzz.described import is_fault
from tests.fuzz.mutants import Mutant, Mutants
from tests.fuzz.mutations import MUTATIONS
from tests.fuzz.originals import MAX_DATA_BYTES, originals, shortened
from tests.fuzz.reading import MOST_BYTES, MOST_SECONDS, READ, Readings, most_held, outcome, slowness, whole_pushes
from tests.fuzz.structure import MAGICS, taken_apart
from tests.fuzz.uploads import uploaded
from tests.wavs import wav

COUNT = 100
SEED = 20_260_101
MOST_STEPS = 400
"""Of the parser: what a thousand chunks take is five times as much (C12), and no few changes bring about so many."""
PLAIN = wav(bytes(range(200)))


@pytest.fixture(scope="module")
def mutants() -> list[Mutant]:
    made = Mutants(originals(), SEED)
    return [made.mutant(number) for number in range(COUNT)]


def quick(_: bytes) -> float:
    """No time is measured where others have the machine, too."""
    return 0.0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts those of the parser."""
    counted: Counter[str] = Counter()
    resume = Feeder._resume

    def counting(feeder: Feeder, piece: bytes) -> None:
        counted["steps"] += 1
        resume(feeder, piece)

    monkeypatch.setattr(Feeder, "_resume", counting)
    return counted


def test_c16_mutants_raise_nothing_but_errors_of_a_recording_and_cost_little(
    mutants: list[Mutant], steps: Counter[str]
) -> None:
    readings = Readings()

    for mutant in mutants:
        readings.add(mutant, slowness=quick)
        steps.clear()
        outcome(mutant.file, whole_pushes())
        assert 0 < steps["steps"] <= MOST_STEPS, str(mutant)

    assert readings.faults == []
    assert {READ, "DamagedRecording", "UnsupportedCodec"} <= set(readings.verdicts)
    assert readings.verdicts.total() == COUNT


def test_a_mutant_is_made_again_by_its_number(mutants: list[Mutant]) -> None:
    assert Mutants(originals(), SEED).mutant(COUNT - 1) == mutants[-1]
    assert Mutants(originals(), SEED + 1).mutant(COUNT - 1) != mutants[-1]


def test_every_kind_of_change_is_made(mutants: list[Mutant]) -> None:
    assert {change for mutant in mutants for change in mutant.changes} >= set(MUTATIONS)


@pytest.mark.parametrize("magic", MAGICS)
def test_what_is_taken_apart_has_the_chunks_of_its_container(magic: bytes) -> None:
    structure = taken_apart(originals()[f"all that is written about a recording, {magic.decode()}"])

    assert structure is not None
    names = [piece.name[:4] for piece in structure.pieces]
    assert names[-6:] == [b"cue ", b"list" if magic == b"riff" else b"LIST", b"smpl", b"inst", b"cart", b"id3 "]
    assert structure.behind == b""


@given(
    head=st.sampled_from([magic + b"\0\1\0\0WAVE" for magic in MAGICS] + [originals()["floats, riff"][:140]]),
    chunks=st.lists(st.tuples(st.sampled_from([b"data", b"LIST", b"a\0"]), st.binary(max_size=40))),
)
@settings(max_examples=30, deadline=None)
def test_what_is_taken_apart_is_put_together_the_same(head: bytes, chunks: list[tuple[bytes, bytes]]) -> None:
    file = head + b"".join(name + body for name, body in chunks)
    structure = taken_apart(file)
    assert (structure.assembled() if structure else file) == file


def test_a_long_recording_is_shortened_and_its_sizes_are_right_again() -> None:
    short = shortened(wav(bytes(100_000), after=[(b"LIST", b"INFO")]))

    assert short == wav(bytes(MAX_DATA_BYTES), after=[(b"LIST", b"INFO")])


def test_a_size_that_lies_goes_on_lying_when_a_recording_is_shortened() -> None:
    assert shortened(wav(bytes(100_000), data_size=7_000_000))[40:44] == (7_000_000).to_bytes(4, "little")


def faults_of(file: bytes = PLAIN, spent: float = 0.0) -> list[str]:
    readings = Readings()
    readings.add(Mutant(7, "plain", ("none",), file), slowness=lambda _: spent)
    return readings.faults


def test_a_plain_recording_has_no_fault() -> None:
    assert faults_of() == []


def test_an_exception_of_another_kind_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> None:
        raise ValueError("7")

    monkeypatch.setattr("domain.recording.parser.read_container", broken)
    assert faults_of() == ["7 (plain; none; 244 bytes): raised ValueError('7')"]


def test_a_recording_that_is_read_otherwise_in_pieces_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tests.fuzz.reading, "uneven_pushes", lambda _: iter([len(PLAIN) - 10, 0, 10]))
    feed = Feeder.feed

    def forgetful(feeder: Feeder, data: bytes, *, last: bool = False) -> Iterator[None]:
        return feed(feeder, b"" if len(data) == 10 else data, last=last)

    monkeypatch.setattr(Feeder, "feed", forgetful)
    (fault,) = faults_of()
    assert "at once" in fault


def test_what_takes_long_is_a_fault() -> None:
    assert faults_of(spent=MOST_SECONDS) == []
    assert faults_of(spent=MOST_SECONDS * 1.5) == ["7 (plain; none; 244 bytes): took 3.00 ms beyond a plain recording"]


def test_what_took_long_is_read_again_in_case_that_others_had_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    took = iter([0.5, 0.4, 0.3, 0.001])
    paused: list[float] = []
    monkeypatch.setattr(tests.fuzz.reading, "plain_seconds", lambda _: 0.0)
    monkeypatch.setattr(tests.fuzz.reading, "seconds", lambda _: next(took))
    monkeypatch.setattr("time.sleep", paused.append)

    assert slowness(PLAIN) == 0.001
    assert len(paused) == 3


def test_what_takes_much_memory_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert most_held(PLAIN) < MOST_BYTES // 4
    hoard: list[bytes] = []
    resume = Feeder._resume

    def hoarding(feeder: Feeder, piece: bytes) -> None:
        hoard.append(bytes(MOST_BYTES))
        resume(feeder, piece)

    monkeypatch.setattr(Feeder, "_resume", hoarding)
    (fault,) = faults_of()
    assert "held" in fault


def answers_to(mutants: list[Mutant], status: int, download: int = 200) -> tuple[dict[str, int], list[str]]:
    """What is told of a service that answers uploads and downloads so."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(download, content=b"mp3")
        location = {"Location": "http://127.0.0.1/record?id=1"}
        return httpx.Response(status, json={"code": "a.code"}, headers=location)

    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://127.0.0.1") as client:
        counted, faults = uploaded(client, {}, mutants)
    return dict(counted), faults


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"path": "/record", "status": 404}', False),
        ('{"path": "/record", "status": 503}', True),
        ('{"path": "/health/ready", "status": 503}', False),
        ('{"path": "/health/ready", "status": 500}', True),
        ('{"path": "/health/ready", "status": 503, "exception": "Traceback (most recent call last)"}', True),
    ],
)
def test_a_service_that_says_that_it_is_not_ready_has_no_fault(line: str, fault: bool) -> None:
    assert is_fault(line) is fault


def test_an_upload_may_be_accepted_or_refused_by_name(mutants: list[Mutant]) -> None:
    assert answers_to(mutants[:3], 201) == ({"201": 3}, [])
    assert answers_to(mutants[:3], 422) == ({"422 a.code": 3}, [])


def test_an_upload_that_fails_is_a_fault(mutants: list[Mutant]) -> None:
    assert answers_to(mutants[:1], 500) == ({"500 a.code": 1}, [f"{mutants[0]}: 500 a.code"])
    assert answers_to(mutants[:1], 201, download=404) == ({"download 404": 1}, [f"{mutants[0]}: download 404"])
