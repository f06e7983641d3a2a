"""MP3s on disk, so that one more decoder can be asked without encoding again, or a trial go on where it ended."""

from collections.abc import Sequence
from pathlib import Path


class Shelf:
    """The MP3s of one converter at one rate, quality and number of channels, by their lengths in samples.

    It knows nothing of the converter: where that has changed, what is there is out of date.
    """

    def __init__(self, folder: Path, converter: str, rate: int, quality: str, channels: int) -> None:
        self._folder = folder / f"{converter}-{rate}-{quality}-{channels}"

    def missing(self, wanted: Sequence[int]) -> list[int]:
        """Those of the lengths that are not there."""
        return [length for length in wanted if not self._path(length).exists()]

    def put(self, length: int, mp3: bytes) -> None:
        """It is there whole or not at all, whenever the trial ends."""
        self._folder.mkdir(parents=True, exist_ok=True)
        unfinished = self._folder / f"{length}.unfinished"
        unfinished.write_bytes(mp3)
        unfinished.replace(self._path(length))

    def get(self, length: int) -> bytes:
        return self._path(length).read_bytes()

    def _path(self, length: int) -> Path:
        return self._folder / str(length)
