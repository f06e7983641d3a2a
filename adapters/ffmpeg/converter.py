"""Encoding with the ffmpeg program."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.ffmpeg.command_line import (
    audio_filters,
    check_ffmpeg,
    filter_arguments,
    input_arguments,
    mp3_arguments,
    refuse_missing,
)
from adapters.ffmpeg.info import correct_info
from adapters.ffmpeg.opening import CountedSamples, opening
from adapters.ffmpeg.results import refuse_failure
from adapters.shared.cancellation import in_thread
from adapters.shared.files import AnonymousFile, Mp3File, anonymous_file
from adapters.shared.programs import Limits, run
from domain.output.converter import AudioConverter, Mp3
from domain.output.format import Mp3Format, samples_at
from domain.recording.format import WavFormat

_MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 4 * 3600
"""12 hours of stereo, the default bound on the duration, take about 7 minutes."""
_SECONDS_AFTER_INPUT = 600.0
_FILE_SLACK_BYTES = 1 << 20


class FfmpegAudioConverter(AudioConverter):
    """One ffmpeg process per conversion: samples go in by a pipe, the MP3 comes out in an anonymous file.

    The file is seekable, so that ffmpeg can go back and write the Info frame.
    """

    def __init__(self, program: str, folder: Path, max_mp3_bytes: int) -> None:
        self._program = program
        self._folder = folder
        self._max_mp3_bytes = max_mp3_bytes

    @asynccontextmanager
    async def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[Mp3, None]:
        refuse_missing(self._program)
        async with anonymous_file(self._folder) as file:
            await self._encode(source, target, samples, file)
            yield Mp3File(file)

    async def check(self) -> None:
        await check_ffmpeg(self._program)

    async def _encode(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes], file: AnonymousFile
    ) -> None:
        counted = CountedSamples(source, samples)
        opened = await opening(source, target, counted)
        filters = filter_arguments(audio_filters(source), opened.filters)
        command = [self._program, *input_arguments(source), *filters, *mp3_arguments(target), f"file:{file.path}"]
        outcome = await run(command, self._limits, counted, head=opened.head, descriptors=[file.descriptor])
        refuse_failure(outcome, file.size(), self._max_mp3_bytes)
        length = samples_at(target.sample_rate, counted.samples, source.sample_rate)
        await in_thread(correct_info, file, target, length, opened.silence)

    @property
    def _limits(self) -> Limits:
        return Limits(_MEMORY_BYTES, self._max_mp3_bytes + _FILE_SLACK_BYTES, _CPU_SECONDS, _SECONDS_AFTER_INPUT)
