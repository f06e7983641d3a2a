"""The port to what makes MP3s, and what comes out of it."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

from domain.output.format import Mp3Format
from domain.recording.format import WavFormat


class Mp3(ABC):
    """A finished MP3 in its temporary place."""

    size: int
    """In bytes."""

    @abstractmethod
    def read(self, start: int, count: int) -> AsyncIterator[bytes]:
        """`count` bytes from byte `start`, in blocks of at most 1 MiB. The caller asks for bytes that are there."""


class AudioConverter(ABC):
    """Makes MP3s from samples."""

    @abstractmethod
    def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AbstractAsyncContextManager[Mp3]:
        """Encode all samples; entering the context ends when the MP3 is whole, leaving it removes the MP3.

        `samples` yields at least one item; every item holds whole samples of `source.block_bytes`: PCM, float, A-law or
        µ-law, for codecs that pack samples into blocks have been decoded. More than two channels are mixed down by
        `domain.output.downmix`. The MP3 starts with an Info/Xing frame (frames, bytes, seek table, encoder delay and
        padding), by which players give out exactly the samples, `domain.output.format.samples_at` the MP3's rate;
        `LEAST_FRAMES` at least follow it, and it holds no tags. Memory is bounded whatever the length, unless the
        adapter says otherwise.

        An exception raised by `samples`, and cancellation, come out unchanged, and leave no process, thread or
        file behind; `samples` is not closed, that is its owner's work. Raises `ConverterFailed` when no MP3 comes out,
        `ConverterUnavailable` when the converter cannot run at all, `Mp3TooLarge`, `TooLargeToHold`, `DiskFull` and
        `WorkspaceAway`. Safe to repeat and to run several at once.
        """

    @abstractmethod
    async def check(self) -> None:
        """Return if the converter can run; else raise `ConverterUnavailable`, which names the setting to change."""
