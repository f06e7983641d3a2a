"""Decoding codecs in blocks with the ffmpeg program."""

from collections.abc import AsyncGenerator, AsyncIterator

from adapters.ffmpeg.block_head import block_head
from adapters.ffmpeg.command_line import COMMON_ARGUMENTS, refuse_missing
from adapters.ffmpeg.results import refuse_undecoded
from adapters.shared.programs import Limits, running_filter
from domain.decoding import AudioDecoder
from domain.recording.format import SampleEncoding, WavFormat

_DECODERS = {
    SampleEncoding.MS_ADPCM: "adpcm_ms",
    SampleEncoding.IMA_ADPCM: "adpcm_ima_wav",
    SampleEncoding.IMA_ADPCM_3: "adpcm_ima_wav",
    SampleEncoding.GSM_610: "gsm_ms",
    SampleEncoding.OKI_ADPCM: "adpcm_ima_oki",
    SampleEncoding.YAMAHA_ADPCM: "adpcm_yamaha",
    SampleEncoding.CREATIVE_ADPCM: "adpcm_ct",
    SampleEncoding.G721: "g726le",
    SampleEncoding.G726: "g726",
    SampleEncoding.G722: "g722",
    SampleEncoding.G723_1: "g723_1",
    SampleEncoding.G729: "g729",
    SampleEncoding.TRUESPEECH: "truespeech",
}
_SHORT_G729_BYTES = 8
_IN_LARGE_PIECES = "asetnsamples=n=4096:p=0,asetpts=N/SR/TB"
"""What ffmpeg hands on from part to part costs more than what it decodes, in 9.0 most of all."""
_LIMITS = Limits(memory_bytes=1 << 30, file_bytes=1 << 20, cpu_seconds=4 * 3600, patience_seconds=600.0)
"""12 hours of G.723.1, the default bound on the duration, take about a minute of CPU time. It writes no file."""


class FfmpegAudioDecoder(AudioDecoder):
    """One ffmpeg process per recording, with the decoder named and no other let in.

    Blocks go in by one pipe, behind a WAV head of ours, and samples come out by another, no faster than they are taken.
    """

    def __init__(self, program: str) -> None:
        self._program = program

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        refuse_missing(self._program)
        samples = _WholeSamples(source.decoded.block_bytes)
        async with running_filter([self._program, *_arguments(source)], _LIMITS) as program:
            head = _head(source)
            async for block in blocks:
                program.push(head + block)
                while output := await program.output():
                    if whole := samples.push(output):
                        yield whole
                if not program.took_all_input:
                    break
                head = b""
            while output := await program.rest():
                if whole := samples.push(output):
                    yield whole
            refuse_undecoded(await program.outcome(), source.encoding, _DECODERS[source.encoding], samples.bytes)


def _arguments(source: WavFormat) -> list[str]:
    decoder = _DECODERS[source.encoding]
    form = ["-f", _form(source), "-codec_whitelist", decoder, "-threads", "1", *_cutting(source)]
    samples = ["-map", "0:a:0", "-af", _IN_LARGE_PIECES, "-c:a", "pcm_s16le", "-f", "s16le"]
    return [*COMMON_ARGUMENTS, *form, "-c:a", decoder, "-i", "pipe:0", *samples, "pipe:1"]


def _cutting(source: WavFormat) -> list[str]:
    """Packets of a WAV are whole blocks, and cutting them into single ones costs more than decoding them.

    But of G.729 a decoder knows that blocks have 8 bytes by being given one.
    """
    one_by_one = source.encoding is SampleEncoding.G729 and source.block_bytes == _SHORT_G729_BYTES
    return [] if one_by_one else ["-fflags", "noparse"]


def _form(source: WavFormat) -> str:
    """Of what goes in. In a WAV, ffmpeg cuts G.723.1 without regard to its frames, and misreads those that vary."""
    return "g723_1" if source.encoding is SampleEncoding.G723_1 else "wav"


def _head(source: WavFormat) -> bytes:
    return block_head(source) if _form(source) == "wav" else b""


class _WholeSamples:
    """Cuts what comes into whole samples of all channels."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._rest = b""
        self.bytes = 0
        """That came so far."""

    def push(self, data: bytes) -> bytes:
        self.bytes += len(data)
        data = self._rest + data
        whole = len(data) - len(data) % self._size
        self._rest = data[whole:]
        return data[:whole]
