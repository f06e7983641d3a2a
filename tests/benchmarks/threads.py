"""How LAME scales from one core to all."""

from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from adapters.system.cores import available_cores
from tests.benchmarks.converting import Conversions
from tests.benchmarks.recordings import music
from tests.benchmarks.report import Report
from tests.benchmarks.rounds import best_times

_ROUNDS = 3


def measure_threads(folder: Path, report: Report) -> None:
    """The converter alone with a pool of one thread, two, four … and one for each core."""
    report.table("Threads", "10 min, 16-bit PCM", "lame", "speed-up", "bound")
    wav = music(folder / "threads.wav", 600)
    most = available_cores()
    counts = sorted({most, *(1 << power for power in range(most.bit_length()))})
    with ExitStack() as stack:
        pools = {count: stack.enter_context(closing(Conversions(folder, "lame", count))) for count in counts}
        times = best_times(_ROUNDS, {count: partial(pool.convert, wav) for count, pool in pools.items()})
    for count in counts:
        name = "1 thread" if count == 1 else f"{count} threads"
        report.row(name, f"{times[count]:.3f} s", f"{times[1] / times[count]:.2f}", "")
