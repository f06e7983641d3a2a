"""Encoding with pydub."""

import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from adapters.ffmpeg.command_line import (
    audio_filters,
    check_ffmpeg,
    filter_arguments,
    input_arguments,
    mp3_arguments,
    no_samples,
    refuse_missing,
)
from adapters.ffmpeg.info import correct_info
from adapters.ffmpeg.opening import CountedSamples, opening
from adapters.ffmpeg.results import refuse_failure
from adapters.pydub import worker
from adapters.pydub.folders import sweep, temporary_folder
from adapters.shared.cancellation import in_thread
from adapters.shared.files import AnonymousFile, Mp3File, anonymous_file
from adapters.shared.programs import Limits, run
from domain.errors import ConverterUnavailable, TooLargeToHold
from domain.output.converter import AudioConverter, Mp3
from domain.output.format import Mp3Format, samples_at
from domain.recording.format import WavFormat

_SAMPLE_BYTES = 4
_BASE_MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 4 * 3600
_SECONDS_AFTER_INPUT = 3600.0
"""pydub begins to encode when it has everything, so all its work comes after the input."""
_FILE_SLACK_BYTES = 1 << 20


class PydubAudioConverter(AudioConverter):
    """pydub in a process of its own, which can be killed with the ffmpeg that it starts.

    The exception to bounded memory: pydub holds the whole recording, in samples of 32 bits, up to `max_bytes` of
    them (`TooLargeToHold`); with its copies about three times that. Its temporary files lie in
    `folder`; `check` removes those of a crash.
    """

    def __init__(self, program: str, folder: Path, max_bytes: int, max_mp3_bytes: int) -> None:
        self._program = program
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_mp3_bytes = max_mp3_bytes

    @asynccontextmanager
    async def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[Mp3, None]:
        refuse_missing(self._program)
        async with anonymous_file(self._folder) as file:
            async with temporary_folder(self._folder) as temporary:
                await self._encode(source, target, samples, file, temporary)
            yield Mp3File(file)

    async def check(self) -> None:
        await check_ffmpeg(self._program)
        await in_thread(sweep, self._folder)
        outcome = await run([*_python()], self._limits, no_samples())
        if outcome.code != 0:
            raise ConverterUnavailable("CONVERTER", f"pydub does not start: {outcome.messages}")

    async def _encode(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes], file: AnonymousFile, temporary: Path
    ) -> None:
        async with aclosing(self._bounded(source, target, samples)) as bounded:
            counted = CountedSamples(source, bounded)
            opened = await opening(source, target, counted)
            order = self._order(source, target, file, opened.filters)
            outcome = await run(
                [*_python(), json.dumps(order)],
                self._limits,
                counted,
                head=opened.head,
                descriptors=[file.descriptor],
                environment={"TMPDIR": str(temporary)},
            )
        refuse_failure(outcome, file.size(), self._max_mp3_bytes)
        length = samples_at(target.sample_rate, counted.samples, source.sample_rate)
        await in_thread(correct_info, file, target, length, opened.silence)

    def _order(
        self, source: WavFormat, target: Mp3Format, file: AnonymousFile, filters_behind: str
    ) -> dict[str, object]:
        # pydub itself reads few encodings, warps 24 bits, and lets ffmpeg guess what 16-bit samples are.
        filters = filter_arguments(audio_filters(source))
        decode = [self._program, *input_arguments(source), "-map", "0:a:0", *filters, "-f", "s32le", "pipe:1"]
        parameters = [*filter_arguments(filters_behind), *mp3_arguments(target)]
        return {
            "decode": decode,
            "channels": target.channels,
            "sample_rate": source.sample_rate,
            "converter": self._program,
            "parameters": parameters,
            "output": file.descriptor,
        }

    async def _bounded(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[bytes, None]:
        taken = 0
        async for chunk in samples:
            taken += len(chunk)
            if source.samples_in(taken) * target.channels * _SAMPLE_BYTES > self._max_bytes:
                raise TooLargeToHold(self._max_bytes)
            yield chunk

    @property
    def _limits(self) -> Limits:
        largest_file = max(self._max_bytes, self._max_mp3_bytes) + _FILE_SLACK_BYTES
        return Limits(_BASE_MEMORY_BYTES + 4 * self._max_bytes, largest_file, _CPU_SECONDS, _SECONDS_AFTER_INPUT)


def _python() -> list[str]:
    # -P: the worker's folder, which has our modules in it, is not searched for imports.
    return [sys.executable, "-P", worker.__file__]
