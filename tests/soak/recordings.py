"""What is uploaded: recordings of many kinds, small enough to be held."""

from dataclasses import dataclass
from pathlib import Path

from domain.recording.format import SampleEncoding
from tests.benchmarks.recordings import music
from tests.texts import info
from tests.wavs import (
    A_LAW,
    FLOAT,
    GSM_610,
    IMA_ADPCM,
    MS_ADPCM,
    MU_LAW,
    a_law,
    floats,
    gsm_blocks,
    ima_adpcm_blocks,
    ms_adpcm_blocks,
    mu_law,
    pcm,
    tone,
    wav,
)


@dataclass(frozen=True)
class Recording:
    """A WAV under a name of its own."""

    name: str
    wav: bytes


def make_recordings(folder: Path) -> list[Recording]:
    """Music as it comes from a microphone, calls as they come from a PBX, and every container and kind of codec."""
    return [*_music(folder / "music.wav"), *_calls(), *_containers()]


def _music(path: Path) -> list[Recording]:
    kinds = {
        "1 s": music(path, 1).read_bytes(),
        "5 s": music(path, 5).read_bytes(),
        "25 s": music(path, 25).read_bytes(),
        "24 bit": music(path, 3, SampleEncoding.SIGNED_24).read_bytes(),
        "float": music(path, 3, SampleEncoding.FLOAT_32, rate=48_000).read_bytes(),
        "mono": music(path, 10, rate=16_000, channels=1).read_bytes(),
    }
    path.unlink()
    return [Recording(name, data) for name, data in kinds.items()]


def _calls() -> list[Recording]:
    speech = tone(16_000)
    return [
        Recording("a-law", wav(a_law(speech), tag=A_LAW, bits=8)),
        Recording("mu-law", wav(mu_law(speech), tag=MU_LAW, bits=8)),
        Recording("gsm", wav(gsm_blocks(50), tag=GSM_610, bits=0, block_align=65)),
        Recording("ima", wav(ima_adpcm_blocks(40), tag=IMA_ADPCM, bits=4, block_align=256)),
        Recording("ms", wav(ms_adpcm_blocks(40), tag=MS_ADPCM, bits=4, block_align=256)),
    ]


def _containers() -> list[Recording]:
    samples = tone(16_000, channels=2)
    little, big = pcm(samples), pcm(samples, big_endian=True)
    texts = info((b"INAM", b"A title"), (b"ICMT", b"A comment"))
    return [
        Recording("rf64", wav(little, channels=2, magic=b"RF64")),
        Recording("w64", wav(little, channels=2, magic=b"riff")),
        Recording("rifx", wav(big, channels=2, magic=b"RIFX")),
        Recording("64-bit float", wav(floats(samples, 64), tag=FLOAT, channels=2, bits=64)),
        Recording("texts", wav(little, channels=2, after=[(b"LIST", texts)])),
        Recording("truncated", wav(little, channels=2, data_size=len(little) + 1000)),
    ]
