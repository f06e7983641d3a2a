"""What came of the rounds, and the list of violations."""

from collections import Counter
from dataclasses import dataclass, field

from tests.crash.book import Book
from tests.crash.plan import Round

NAMES = {
    "service": "the service",
    "start": "the service while it started",
    "ffmpeg": "an ffmpeg",
    "postmaster": "the postmaster",
    "restore": "a restore",
}
EXPECTED_ANSWERS = {
    "201",
    "broken off",
    "500 service.converter_failed",
    "503 service.database_away",
    "503 service.overloaded",
}


@dataclass
class Outcome:
    """What came of one round; `violations` is what was found wrong, each thing once."""

    round: Round
    kills: Counter[str] = field(default_factory=Counter)
    done: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    credentials_first: int = 0
    """Uploads that were answered 201."""
    file_first: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    @property
    def promised(self) -> int:
        """Tracks that were answered 201."""
        return self.credentials_first + self.file_first

    def wrong(self, text: str) -> None:
        """Note a violation."""
        if text not in self.violations:
            self.violations.append(text)
            print(f"VIOLATION in round {self.round.number}: {text}", flush=True)

    def close(self, book: Book, seconds: float) -> None:
        """Note what the clients were told, and how long it took."""
        for answer in book.answers.keys() - EXPECTED_ANSWERS:
            self.wrong(f"an answer that was not to come: {answer}")
        self.answers.update(book.answers)
        self.file_first = sum(promise.file_first for promise in book.promises)
        self.credentials_first = len(book.promises) - self.file_first
        self.seconds = seconds

    def line(self) -> str:
        """The round in a line."""
        what = f"round {self.round.number:3d}  {self.round.converter:6}  {sum(self.kills.values()):4d} kills"
        return f"{what}  {self.promised:5d} tracks  {self.seconds:5.0f} s  {len(self.violations)} violations"


def summary(outcomes: list[Outcome], seconds: float) -> str:
    """All rounds, and each violation with the command that tries its round again."""
    kills, done, answers = Counter[str](), Counter[str](), Counter[str]()
    for outcome in outcomes:
        kills.update(outcome.kills)
        done.update(outcome.done)
        answers.update(outcome.answers)
    first = sum(outcome.credentials_first for outcome in outcomes)
    last = sum(outcome.file_first for outcome in outcomes)
    number = sum(len(outcome.violations) for outcome in outcomes)
    return "\n".join(
        [
            f"killed      {', '.join(f'{NAMES[kind]} {kills[kind]}' for kind in NAMES)}: {kills.total()} in all",
            f"between     {', '.join(f'{count} {name}' for name, count in sorted(done.items()))}",
            f"answered    {', '.join(f'{answer}: {count}' for answer, count in sorted(answers.items()))}",
            f"promised    {first + last} tracks, {first} with the credentials first and {last} with the file first",
            f"took        {seconds:.0f} s, {kills.total() / seconds * 60:.0f} kills a minute",
            f"violations  {number}",
            *(line for outcome in outcomes for line in _violations(outcome)),
        ]
    )


def _violations(outcome: Outcome) -> list[str]:
    if not outcome.violations:
        return []
    what = outcome.round
    again = f"python -m tests.crash --seed {what.seed} --round {what.number} --kills-a-round {what.kills}"
    settings = "".join(f" --set {name}={value}" for name, value in what.settings.items())
    head = f"  round {what.number}, to be tried again by: {again} --converter {what.converter}{settings}"
    return [head, *(f"    {text}" for text in outcome.violations)]
