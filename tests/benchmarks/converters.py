"""The converters alone against ffmpeg on the command line."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from domain.recording.format import SampleEncoding
from tests.benchmarks.converting import Conversions
from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report, length
from tests.benchmarks.rounds import best_times, run_ffmpeg

_ENCODINGS = (SampleEncoding.SIGNED_16, SampleEncoding.SIGNED_24, SampleEncoding.FLOAT_32)
_ALLOWANCE = 0.10
"""What other samples may have above the ratio of 16-bit ones."""


@dataclass(frozen=True)
class _Trial:
    """So many seconds of audio, measured so often; `bound` is for the ratio to ffmpeg's time in 16-bit samples."""

    seconds: int
    rounds: int
    bound: float | None
    encodings: tuple[SampleEncoding, ...] = _ENCODINGS
    by_pydub: tuple[SampleEncoding, ...] = _ENCODINGS


_TRIALS = (
    _Trial(1, 20, 0.35),
    _Trial(59, 7, 0.70),
    _Trial(600, 3, 0.60, by_pydub=_ENCODINGS[:1]),
    _Trial(3600, 2, None, encodings=_ENCODINGS[:1], by_pydub=()),
)

Key = tuple[SampleEncoding, str]


def measure_converters(folder: Path, report: Report) -> None:
    """Every length in every encoding; pydub where it does not take too long."""
    columns = "ffmpeg", "lame", "pydub", "lame/ffmpeg", "lame/pydub", "bound"
    report.table("Converter alone", "44.1 kHz stereo", *columns)
    with closing(Conversions(folder, "lame")) as lame, closing(Conversions(folder, "pydub")) as pydub:
        for trial in _TRIALS:
            wavs = {kind: music(folder / f"{kind.name}.wav", trial.seconds, kind) for kind in trial.encodings}
            lame.convert(wavs[SampleEncoding.SIGNED_16])
            actions: dict[Key, Callable[[], object]] = {}
            for kind, wav in wavs.items():
                actions[kind, "ffmpeg"] = partial(run_ffmpeg, wav)
                actions[kind, "lame"] = partial(lame.convert, wav)
                if kind in trial.by_pydub:
                    actions[kind, "pydub"] = partial(pydub.convert, wav)
            _print(report, trial, best_times(trial.rounds, actions))


def _print(report: Report, trial: _Trial, times: dict[Key, float]) -> None:
    bound = trial.bound
    for kind in trial.encodings:
        ffmpeg, lame, pydub = times[kind, "ffmpeg"], times[kind, "lame"], times.get((kind, "pydub"))
        name, ratio = f"{length(trial.seconds)}, {kind.value}", lame / ffmpeg
        report.row(
            name,
            f"{ffmpeg:.3f} s",
            f"{lame:.3f} s",
            f"{pydub:.3f} s" if pydub else "",
            f"{ratio:.2f}",
            f"{lame / pydub:.2f}" if pydub else "",
            report.verdict(name, ratio, "≤", bound) if bound else "",
        )
        if kind is SampleEncoding.SIGNED_16:
            bound = ratio + _ALLOWANCE
