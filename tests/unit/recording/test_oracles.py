"""The reader takes what at least two of three programs decode, and finds the same length."""

from pathlib import Path
from typing import Any

import pytest

from domain.errors import RecordingError
from tests.oracles import JURIES, opinions, verdict
from tests.unit.recording.reading import read
from tests.wavs import A_LAW, FLOAT, GSM_610, IMA_ADPCM, MS_ADPCM, gsm_blocks, ima_adpcm_blocks, ms_adpcm_blocks, wav

NOISE = bytes(range(1, 241)) * 4
INFO = (b"LIST", b"INFOISFT\x04\0\0\0abcd")
CASES: dict[str, dict[str, Any]] = {
    "bits 1": {"bits": 1},
    "bits 12 in stereo": {"bits": 12, "channels": 2},
    "bits 20, wrong alignment": {"bits": 20, "block_align": 4},
    "24 bits, aligned to 4": {"bits": 24, "block_align": 4},
    "64 bits": {"bits": 64},
    "no bits": {"bits": 0},
    "65 bits": {"bits": 65},
    "24 valid bits of 32": {"bits": 32, "valid_bits": 24, "extensible": True},
    "extensible float": {"bits": 32, "tag": FLOAT, "extensible": True},
    "A-law of 16 bits": {"bits": 16, "tag": A_LAW, "block_align": 0},
    "RIFX float": {"bits": 32, "tag": FLOAT, "magic": b"RIFX", "channels": 3},
    "RIFX 12 bits": {"bits": 12, "magic": b"RIFX"},
    "RF64": {"magic": b"RF64", "after": [INFO]},
    "W64": {"magic": b"riff", "bits": 24},
    "unknown length": {"data_size": 0xFFFFFFFF},
    "truncated": {"data_size": 5000, "riff_size": 5036},
    "odd data size": {"data": NOISE[:481]},
    "RIFF size 0": {"riff_size": 0},
    "junk": {"before": [(b"junk", bytes(3))] * 3, "trailing": bytes(50)},
    "no channels": {"channels": 0, "block_align": 2},
    "no rate": {"rate": 0},
    "MS ADPCM, cut": {"data": ms_adpcm_blocks(4)[:-100], "tag": MS_ADPCM, "bits": 4, "block_align": 256},
    "IMA ADPCM, cut": {"data": ima_adpcm_blocks(4)[:-101], "tag": IMA_ADPCM, "bits": 4, "block_align": 256},
    "RIFX IMA ADPCM": {"data": ima_adpcm_blocks(4), "tag": IMA_ADPCM, "bits": 4, "block_align": 256, "magic": b"RIFX"},
    "GSM 6.10": {"data": gsm_blocks(4), "tag": GSM_610, "bits": 0, "block_align": 65},
    "tiny ADPCM blocks": {"data": bytes(80), "tag": MS_ADPCM, "bits": 4, "block_align": 6},
}


TIES = {("packages", "IMA ADPCM, cut")}
"""Where each program of a jury finds another length. The reader's is then ffmpeg's."""


@pytest.mark.parametrize("jury", JURIES)
@pytest.mark.parametrize("name", CASES)
def test_reader_and_oracles_agree(name: str, jury: str, tmp_path: Path) -> None:
    file = wav(**{"data": NOISE, **CASES[name]})
    path = tmp_path / "case.wav"
    path.write_bytes(file)
    each = opinions(path, JURIES[jury])
    said = verdict(each)
    try:
        found = read(file)
    except RecordingError:
        assert not said.accept, each
    else:
        assert said.accept, each
        samples = each["ffmpeg"].samples if (jury, name) in TIES and each["ffmpeg"] else said.samples
        assert (found.samples, found.format.channels, found.format.sample_rate) == (samples, said.channels, said.rate)
