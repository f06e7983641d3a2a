"""ffmpeg's command line: how samples go in and an MP3 comes out. For every adapter that runs it."""

import re
import shutil
from collections.abc import AsyncIterator

from adapters.shared.programs import Limits, Outcome, run
from domain.errors import ConverterUnavailable
from domain.output.downmix import downmix_matrix
from domain.output.format import Mp3Format
from domain.recording.format import SampleEncoding, WavFormat

_RAW = {
    SampleEncoding.UNSIGNED_8: ("u8", "pcm_u8"),
    SampleEncoding.SIGNED_16: ("s16le", "pcm_s16le"),
    SampleEncoding.SIGNED_24: ("s24le", "pcm_s24le"),
    SampleEncoding.SIGNED_32: ("s32le", "pcm_s32le"),
    # There is no raw 64-bit integer format; f64le cuts the same blocks, and the decoder is named anyway.
    SampleEncoding.SIGNED_64: ("f64le", "pcm_s64le"),
    SampleEncoding.FLOAT_32: ("f32le", "pcm_f32le"),
    SampleEncoding.FLOAT_64: ("f64le", "pcm_f64le"),
    SampleEncoding.A_LAW: ("alaw", "pcm_alaw"),
    SampleEncoding.MU_LAW: ("mulaw", "pcm_mulaw"),
}
COMMON_ARGUMENTS = ("-nostdin", "-hide_banner", "-y", "-loglevel", "error", "-protocol_whitelist", "pipe,file")
_OLDEST_LIBAVFORMAT = 59  # of ffmpeg 5
_CHECK_LIMITS = Limits(memory_bytes=1 << 30, file_bytes=1 << 20, cpu_seconds=20, patience_seconds=20)


def input_arguments(source: WavFormat) -> list[str]:
    """Arguments for samples on standard input, up to and with `-i`.

    They go in raw: ffmpeg's WAV demuxer takes 16-bit samples that look like S/PDIF for AC-3, whatever
    decoder is named.
    """
    raw, decoder = _RAW[source.encoding]
    form = ["-f", raw, "-ar", str(source.sample_rate), "-ac", str(source.channels)]
    return [*COMMON_ARGUMENTS, *form, "-codec_whitelist", decoder, "-c:a", decoder, "-i", "pipe:0"]


def audio_filters(source: WavFormat) -> str:
    """The filters between decoder and encoder, or an empty string.

    They mix down by `domain.output.downmix` with its exact weights, and make float samples safe to encode: what is not
    finite becomes silence before it is mixed, what is beyond full scale full scale afterwards.
    """
    matrix = downmix_matrix(source)
    filters = []
    if source.encoding.is_float:
        filters.append(_each_channel("if(isnan(val({0}))+isinf(val({0})),0,val({0}))", source.channels))
    if source.channels > 2:
        filters += ["aformat=sample_fmts=dblp", _pan(matrix)]
    if source.encoding.is_float:
        filters.append(_each_channel("clip(val({0}),-1,1)", len(matrix)))
    return ",".join(filters)


def _each_channel(expression: str, channels: int) -> str:
    return f"aeval='{'|'.join(expression.format(channel) for channel in range(channels))}':c=same"


def _pan(matrix: tuple[tuple[float, ...], ...]) -> str:
    rows = ("+".join(f"{weight!r}*c{i}" for i, weight in enumerate(row) if weight) or "0*c0" for row in matrix)
    outputs = "|".join(f"c{o}={row}" for o, row in enumerate(rows))
    return f"pan={'mono' if len(matrix) == 1 else 'stereo'}|{outputs}"


def filter_arguments(*filters: str) -> list[str]:
    """`-af` with those of the filters that are not empty, if there are any."""
    present = ",".join(filter(None, filters))
    return ["-af", present] if present else []


def mp3_arguments(target: Mp3Format) -> list[str]:
    """Arguments for the MP3, without the output's name.

    LAME gets 32-bit integers: exact for every PCM, and one NaN in float samples would abort it.
    """
    quality = target.quality
    rate = ["-q:a", str(quality.variable)] if quality.bit_rate is None else ["-b:a", f"{quality.bit_rate}k"]
    streams = ["-map", "0:a:0", "-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"]
    encoder = ["-c:a", "libmp3lame", *rate, "-sample_fmt", "s32p", "-ar", str(target.sample_rate)]
    return [*streams, *encoder, "-write_xing", "1", "-id3v2_version", "0", "-write_id3v1", "0", "-f", "mp3"]


def find_ffmpeg(configured: str | None) -> str:
    """The ffmpeg to run: the configured one, else the one on PATH, else the one in the imageio-ffmpeg package.

    Whether it runs is found out by `check_ffmpeg`. Raises `ConverterUnavailable` when there is none.
    """
    if found := configured or shutil.which("ffmpeg"):
        return found
    import imageio_ffmpeg  # only where it is needed

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ConverterUnavailable("FFMPEG_PATH", "no ffmpeg on PATH and none in imageio-ffmpeg") from error


async def check_ffmpeg(program: str) -> None:
    """Return if the program is an ffmpeg of version 5.0 or later with libmp3lame, else raise `ConverterUnavailable`."""
    refuse_missing(program)
    try:
        outcome = await run([program, "-nostdin", "-h", "encoder=libmp3lame"], _CHECK_LIMITS, no_samples())
    except OSError as error:
        raise ConverterUnavailable("FFMPEG_PATH", f"{program!r} does not start: {error}") from error
    if problem := _problem(outcome):
        raise ConverterUnavailable(
            "FFMPEG_PATH", f"{program!r} {problem}; an ffmpeg of 5.0 or later with LAME is needed"
        )


def refuse_missing(program: str) -> None:
    """Raise `ConverterUnavailable` if there is no such program, or it may not be run."""
    if shutil.which(program) is None:
        raise ConverterUnavailable("FFMPEG_PATH", f"{program!r} is no program that can be run")


def _problem(outcome: Outcome) -> str:
    version = re.search(r"libavformat +(\d+)\.", outcome.messages)
    if outcome.code != 0 or version is None:
        return f"is no ffmpeg that runs (exit code {outcome.code}: {outcome.messages[-300:]})"
    if int(version[1]) < _OLDEST_LIBAVFORMAT:
        return f"is too old (libavformat {version[1]})"
    return "" if "Encoder libmp3lame" in outcome.messages else "has no libmp3lame encoder"


async def no_samples() -> AsyncIterator[bytes]:
    """For programs that read nothing."""
    for chunk in tuple[bytes, ...]():
        yield chunk
