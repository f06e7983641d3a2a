"""Sample bytes decoded and resampled as ffmpeg and sox do it."""

import subprocess

import numpy as np
import pytest

from adapters.ffmpeg.command_line import input_arguments
from adapters.lame.pcm import Pcm16
from adapters.numpy.samples import DECODED, decoded
from domain.output.format import Mp3Format, Mp3Quality
from domain.recording.format import SampleEncoding, WavFormat
from domain.recording.source_format import SAMPLE_BYTES
from tests import wavs
from tests.contract.recordings import noise_band
from tests.programs import FFMPEG, on_path
from tests.wavs import Samples

FLOATS = {SampleEncoding.FLOAT_32: 32, SampleEncoding.FLOAT_64: 64}
RATES = [
    (44100, 48000),
    (96000, 48000),
    (48000, 44100),
    (11000, 11025),
    (1000, 8000),
    (384000, 48000),
    (500_000, 48000),
]


def run(command: list[str], data: bytes) -> Samples:
    """What a program makes of the data, as 64-bit floats."""
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60)
    return np.frombuffer(done.stdout, "<f8")


@pytest.mark.parametrize("encoding", sorted(DECODED, key=str), ids=lambda encoding: encoding.name)
def test_every_encoding_is_decoded_as_ffmpeg_does(encoding: SampleEncoding) -> None:
    rng = np.random.default_rng(1)
    form = WavFormat(encoding, 2, 0, 44100, 2 * SAMPLE_BYTES[encoding])
    data = rng.bytes(4096 * form.block_bytes)
    if encoding in FLOATS:
        data = wavs.floats(rng.uniform(-2, 2, 8192), FLOATS[encoding])

    by_ffmpeg = run([FFMPEG, *input_arguments(form), "-f", "f64le", "-"], data)

    assert np.array_equal(decoded(form, data).reshape(-1), by_ffmpeg.astype(np.float32))


@pytest.mark.parametrize("program", ["ffmpeg", "sox"] if on_path("sox") else ["ffmpeg"])
@pytest.mark.parametrize(("source_rate", "target_rate"), RATES)
def test_resampled_sound_lies_where_other_programs_put_it(program: str, source_rate: int, target_rate: int) -> None:
    narrower = min(source_rate, target_rate)
    band = noise_band(source_rate, 1, highest=0.35 * narrower / source_rate)
    commands = {
        "ffmpeg": f"{FFMPEG} -v error -f f64le -ar {source_rate} -ac 1 -i - -ar {target_rate} -f f64le -",
        "sox": f"sox -V1 -t f64 -L -r {source_rate} -c 1 - -t f64 -L - rate -h {target_rate}",
    }

    theirs = run(commands[program].split(), wavs.floats(band, 64))
    form = WavFormat(SampleEncoding.FLOAT_64, 1, 0, source_rate, 8)
    pcm = Pcm16(form, Mp3Format(target_rate, 1, Mp3Quality(bit_rate=64)))
    mine = np.frombuffer(pcm.push(wavs.floats(band, 64)) + pcm.finish(), "<i2") / 32768

    count = min(len(mine), len(theirs))
    assert abs(delay(mine[:count], theirs[:count])) < 0.01
    inner = slice(count // 4, -(count // 4))
    difference = np.std(mine[:count][inner] - theirs[:count][inner])
    assert difference < 0.001 * np.std(theirs[:count][inner])


def delay(mine: Samples, theirs: Samples) -> float:
    """How many samples the first comes behind the second, by the slope of the phase between them."""
    window = np.hanning(len(mine))
    cross = np.fft.rfft(theirs * window) * np.conj(np.fft.rfft(mine * window))
    omega = 2 * np.pi * np.fft.rfftfreq(len(mine))
    return float(np.sum(omega * np.abs(cross) * np.angle(cross)) / np.sum(omega**2 * np.abs(cross)))
