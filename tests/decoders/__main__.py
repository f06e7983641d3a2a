"""Decodes MP3s of every length by every decoder that this machine has, and prints a table; the exit code tells.

`python -m tests.decoders` takes hours for every length and converter, most of them for `pydub`, which starts three
programs for an MP3; with `--step 97 --frames 5` minutes. `--keep FOLDER` leaves the MP3s there, and takes them from
there the next time, for other decoders or where a trial was ended; empty it where a converter has changed.
`python -m tests.decoders --seek` makes an hour and seeks in it. Both want Debian's mpg123, ffmpeg, chromium,
python3-gi, gir1.2-gstreamer-1.0 and gstreamer1.0-plugins-good, and leave out what is not there.
"""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.decoders.counting import Decoder, decoders
from tests.decoders.keeping import Shelf
from tests.decoders.mp3s import RATES, converters, lengths, mp3s, qualities
from tests.decoders.seeking import trial
from tests.programs import FFMPEG

_CONVERTERS = ("lame", "ffmpeg", "pydub")
_QUALITIES = ("64", "V2", "128", "192")
_MOST_SECONDS = {"Chromium": {"64": 0.12, "V2": 8.0}, "GStreamer": {"64": 8.0, "V2": 8.0}}
"""At the constant rate Chromium lands within 0.07 s, and is silent for up to 0.05 s then (docs/recordings.md)."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.decoders", description=__doc__)
    parser.add_argument("--step", type=int, default=1, help="every which length from 1 to 5000")
    parser.add_argument("--frames", type=int, default=30, help="how many multiples of 1152 to look around")
    parser.add_argument("--converters", nargs="+", choices=_CONVERTERS, default=_CONVERTERS)
    parser.add_argument("--rates", nargs="+", type=int, choices=RATES, default=RATES, help="in Hz")
    parser.add_argument("--qualities", nargs="+", choices=_QUALITIES, default=_QUALITIES)
    parser.add_argument("--decoders", nargs="+", metavar="WORD", default=[""], help="those with a word in their name")
    parser.add_argument("--ffmpeg", default=FFMPEG, help="the ffmpeg that encodes")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where MP3s are left for the next time")
    parser.add_argument("--seek", action="store_true", help="seek in an hour instead")
    chosen = parser.parse_args(arguments)
    if chosen.seek:
        return _seek(chosen.converters)
    asked = {name: decode for name, decode in decoders().items() if any(word in name for word in chosen.decoders)}
    encoders = [
        (name, rate, quality, channels)
        for name in chosen.converters
        for rate in chosen.rates
        for quality, channels in qualities(name)
        if quality in chosen.qualities
    ]
    with tempfile.TemporaryDirectory() as folder:
        maker = _Maker(Path(folder), chosen.keep or Path(folder), chosen.ffmpeg)
        return _count(encoders, maker, lengths(chosen.step, chosen.frames), asked)


def _seek(names: Sequence[str]) -> int:
    failed = 0
    for seeks in trial(names, ("64", "V2")):
        too_far = seeks.most > _MOST_SECONDS[seeks.player][seeks.quality]
        failed += too_far
        errors = " ".join(f"{error:+.2f}" for error in seeks.errors)
        print(
            f"{seeks.player:10} {seeks.converter:7} {seeks.quality:4} {errors}{'  TOO FAR' if too_far else ''}",
            flush=True,
        )
    return min(1, failed)


@dataclass(frozen=True)
class _Maker:
    """Makes the MP3s that are not kept yet; `spool` is for the converters."""

    spool: Path
    kept: Path
    ffmpeg: str

    async def mp3s(self, name: str, rate: int, quality: str, channels: int, wanted: Sequence[int]) -> dict[int, bytes]:
        """By their lengths."""
        shelf = Shelf(self.kept, name, rate, quality, channels)
        converter = converters(self.spool, self.ffmpeg)[name]
        async for length, mp3 in mp3s(converter, rate, quality, channels, shelf.missing(wanted)):
            shelf.put(length, mp3)
        return {length: shelf.get(length) for length in wanted}


def _count(
    encoders: Sequence[tuple[str, int, str, int]], maker: _Maker, wanted: Sequence[int], asked: Mapping[str, Decoder]
) -> int:
    wrong = Counter[str]()
    total = 0
    for name, rate, quality, channels in encoders:
        made = asyncio.run(maker.mp3s(name, rate, quality, channels, wanted))
        total += len(made)
        wrong += _differences(made, rate, channels, f"{name} {rate} Hz {quality} {channels} channels", asked)
    for decoder in asked:
        print(f"{decoder:28} {wrong[decoder]:6} of {total} MP3s not exact")
    return min(1, wrong.total())


def _differences(
    made: dict[int, bytes], rate: int, channels: int, title: str, asked: Mapping[str, Decoder]
) -> Counter[str]:
    """How many MP3s each decoder gets wrong; what it makes of them is printed."""
    wrong = Counter[str]()
    for decoder, decode in asked.items():
        counts = decode(list(made.values()), rate, channels)
        off = {length: count for length, count in zip(made, counts, strict=True) if count != length}
        wrong[decoder] = len(off)
        seen = Counter("refused" if count is None else f"{count - length:+}" for length, count in off.items())
        print(f"{title}: {decoder}: {len(off)} of {len(made)} not exact {dict(seen.most_common(5))}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
