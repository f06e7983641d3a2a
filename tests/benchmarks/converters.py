"""The converters alone against ffmpeg on the command line, and how LAME scales with threads."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from adapters.lame.pool import available_cores
from domain.wav.format import SampleEncoding
from tests.benchmarks.converting import Conversions
from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report, length
from tests.benchmarks.rounds import best_times, run_ffmpeg

_ENCODINGS = (SampleEncoding.SIGNED_16, SampleEncoding.SIGNED_24, SampleEncoding.FLOAT_32)
_ROUNDS = {1: 20, 59: 7, 600: 3, 3600: 2}
"""Seconds of audio, and how often each is measured."""
_BOUNDS = {1: 0.35, 59: 0.70, 600: 0.60}
"""Of ffmpeg's time, in 16-bit samples."""
_FORMAT_ALLOWANCE = 0.10
"""What other samples may have above that."""
_LONGEST_OF_ALL = 600
"""With more there are 16-bit samples only, and no pydub, which would hold all of it in memory."""

Key = tuple[SampleEncoding, str]


def measure_converters(folder: Path, report: Report) -> None:
    """Every length in every encoding."""
    report.table(
        "Converter alone", "44.1 kHz stereo, 128 kb/s", "ffmpeg", "lame", "pydub", "lame/ffmpeg", "lame/pydub", "bound"
    )
    with closing(Conversions(folder, "lame")) as lame, closing(Conversions(folder, "pydub")) as pydub:
        for seconds, rounds in _ROUNDS.items():
            encodings = _ENCODINGS if seconds <= _LONGEST_OF_ALL else _ENCODINGS[:1]
            wavs = {kind: music(folder / f"{kind.name}.wav", seconds, kind) for kind in encodings}
            lame.convert(wavs[SampleEncoding.SIGNED_16])
            times = best_times(rounds, _actions(wavs, lame, pydub if seconds <= _LONGEST_OF_ALL else None))
            _print(report, seconds, times)


def _actions(
    wavs: dict[SampleEncoding, Path], lame: Conversions, pydub: Conversions | None
) -> dict[Key, Callable[[], object]]:
    actions: dict[Key, Callable[[], object]] = {}
    for kind, wav in wavs.items():
        actions[kind, "ffmpeg"] = partial(run_ffmpeg, wav)
        actions[kind, "lame"] = partial(lame.convert, wav)
        if pydub:
            actions[kind, "pydub"] = partial(pydub.convert, wav)
    return actions


def _print(report: Report, seconds: int, times: dict[Key, float]) -> None:
    in_16_bits = times[SampleEncoding.SIGNED_16, "lame"] / times[SampleEncoding.SIGNED_16, "ffmpeg"]
    for kind in dict.fromkeys(kind for kind, _ in times):
        ffmpeg, lame, pydub = (times.get((kind, name)) for name in ("ffmpeg", "lame", "pydub"))
        assert ffmpeg
        assert lame
        name, ratio = f"{length(seconds)}, {kind.value}", lame / ffmpeg
        bound = _BOUNDS.get(seconds) if kind is SampleEncoding.SIGNED_16 else in_16_bits + _FORMAT_ALLOWANCE
        report.row(
            name,
            f"{ffmpeg:.3f} s",
            f"{lame:.3f} s",
            f"{pydub:.3f} s" if pydub else "",
            f"{ratio:.2f}",
            f"{lame / pydub:.2f}" if pydub else "",
            report.verdict(name, ratio, "≤", bound) if bound else "",
        )


def measure_threads(folder: Path, report: Report) -> None:
    """10 minutes in 16-bit samples, by a pool of one thread, two, four … and one for each core."""
    report.table("Threads", "threads, 10 min, 16-bit", "lame", "speed-up")
    wav = music(folder / "threads.wav", 600)
    most = available_cores()
    counts = sorted({most, *(1 << power for power in range(most.bit_length()) if 1 << power <= most)})
    with ExitStack() as stack:
        pools = {count: stack.enter_context(closing(Conversions(folder, "lame", count))) for count in counts}
        times = best_times(_ROUNDS[600], {count: partial(pool.convert, wav) for count, pool in pools.items()})
    for count in counts:
        report.row(str(count), f"{times[count]:.3f} s", f"{times[1] / times[count]:.2f}")
