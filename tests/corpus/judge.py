"""Uploading one file and judging what comes of it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx

from domain.output.info_frame import read_info
from domain.recording.containers import leading_id3_bytes
from tests.corpus import sound
from tests.corpus.expectation import Expectation, Owed, expectation
from tests.corpus.sound import DECODERS, Likeness, Sound, likeness, mixed_down

UPLOAD_SECONDS = 180
LEAST_CORRELATION = 0.9
SURE_CORRELATION = 0.99
"""Above this no further program is asked."""
GAINS = (0.8, 1.25)
LARGEST_SHIFT = 48
"""Samples of the MP3 by which its sound may lie earlier or later."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One line of the table. Lengths are in samples, of the WAV's and of the MP3's own rate."""

    path: Path
    expected: Expectation
    status: int
    code: str
    repairs: str
    problem: str
    wav_length: int | None = None
    mp3_length: int | None = None
    difference: float | None = None
    """MP3's length less the WAV's, in samples of the MP3."""
    frames: float | None = None
    """The same in MP3 frames."""
    alike: Likeness | None = None

    @property
    def right(self) -> bool:
        return not self.problem


def judge(client: httpx.Client, credentials: dict[str, str], path: Path) -> Judgement:
    """Upload `path` to the client's server, download the MP3, and compare."""
    expected = expectation(path)
    try:
        with path.open("rb") as file:
            answer = client.post(
                "/add_track", data=credentials, files={"wav_file": (path.name, file)}, timeout=UPLOAD_SECONDS
            )
    except httpx.HTTPError as error:
        return Judgement(path, expected, 0, type(error).__name__, "", "no answer")
    if answer.status_code != 201:
        code = _code(answer)
        problem = _wrong_refusal(expected, answer.status_code, code)
        return Judgement(path, expected, answer.status_code, code, "", problem)
    return _judge_mp3(client, path, expected, answer)


def _code(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["code"])
    except (ValueError, KeyError):
        return "?"


def _wrong_refusal(expected: Expectation, status: int, code: str) -> str:
    if status >= 500 or not code.startswith("wav."):
        return f"answered {status} {code}"
    return "refused" if expected.owed is Owed.ACCEPT else ""


def _judge_mp3(client: httpx.Client, path: Path, expected: Expectation, answer: httpx.Response) -> Judgement:
    repairs = answer.headers.get("x-audio-repairs", "")
    mp3 = client.get(answer.headers["location"]).content
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.write(mp3)
        file.flush()
        decoded = sound.by_ffmpeg(Path(file.name))
    if decoded is None:
        return Judgement(path, expected, 201, "", repairs, "the MP3 is not decoded")
    wav_length, difference = _nearest_length(expected, decoded)
    alike = _compared(path, expected, decoded)
    frame = read_info(mp3[leading_id3_bytes(mp3) :]).samples_per_frame
    return Judgement(
        path,
        expected,
        201,
        "",
        repairs,
        _problem(expected, difference, frame, alike),
        wav_length,
        decoded.length,
        difference,
        None if difference is None else difference / frame,
        alike,
    )


def _nearest_length(expected: Expectation, decoded: Sound) -> tuple[int | None, float | None]:
    """Of the right lengths the one nearest to the MP3's, and by how many samples the MP3 is longer."""
    found = [(one.samples, decoded.length - one.samples * decoded.rate / one.rate) for one in expected.lengths]
    return min(found, key=lambda pair: abs(pair[1]), default=(None, None))


def _compared(path: Path, expected: Expectation, decoded: Sound) -> Likeness | None:
    """With the program that the MP3 is most alike: on odd files they do not agree among themselves."""
    found = []
    for name in expected.witnesses:
        original = DECODERS[name](path)
        alike = likeness(mixed_down(original, expected.mask), decoded) if original else None
        if alike is None or alike.correlation > SURE_CORRELATION:
            return alike
        found.append(alike)
    return max(found, key=lambda alike: alike.correlation, default=None)


def _problem(expected: Expectation, difference: float | None, frame: int, alike: Likeness | None) -> str:
    if expected.owed is Owed.REFUSE:
        return "accepted"
    if difference is not None and abs(difference) > frame:
        return f"{difference:+.0f} samples long"
    if alike is None:
        return ""
    if alike.correlation < LEAST_CORRELATION:
        return f"sounds different ({alike.correlation:.2f})"
    if not GAINS[0] <= alike.gain <= GAINS[1]:
        return f"{alike.gain:.2f} times as loud"
    return f"shifted by {alike.shift}" if abs(alike.shift) > LARGEST_SHIFT else ""
