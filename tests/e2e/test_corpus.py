"""The corpus script judges the service rightly, and finds it right."""

import struct
from pathlib import Path

import pytest

from tests.corpus.__main__ import judged, main
from tests.e2e.watched import connection_url
from tests.server import running_server
from tests.wavs import FLOAT, IMA_ADPCM, MU_LAW, floats, ima_adpcm_blocks, mu_law, pcm, tone, wav

STEREO = tone(4410, channels=2, rate=44100)
FILES = {
    "plain": wav(pcm(STEREO), channels=2, rate=44100),
    "high": wav(pcm(tone(9600, rate=96000), 24), bits=24, rate=96000),
    "float": wav(floats(STEREO), tag=FLOAT, bits=32, channels=2, rate=44100),
    "telephone": wav(mu_law(tone(4000)), tag=MU_LAW, bits=8),
    "compressed": wav(ima_adpcm_blocks(9), tag=IMA_ADPCM, bits=4, block_align=256),
    "swapped": wav(pcm(tone(4000), big_endian=True), magic=b"RIFX"),
    "wide": wav(pcm(tone(4000)), magic=b"RF64"),
    "truncated": wav(pcm(tone(4000)), data_size=100_000),
    "surround": wav(pcm(tone(4000, channels=6), 16), channels=6, extensible=True, mask=0x3F),
    "silent": wav(bytes(4000)),
    "no WAV": b"ID3 and something",
    "empty": wav(b""),
    "MP3 in WAV": wav(bytes(400), tag=0x55),
}
REFUSED = {"no WAV", "empty", "MP3 in WAV"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same for each converter, so that the other programs are asked once."""
    return _write(tmp_path_factory.mktemp("corpus") / "files", FILES)


@pytest.mark.parametrize("converter", ["lame", "ffmpeg", "pydub"])
def test_the_service_is_right_on_made_recordings(
    tmp_path: Path, postgres_server: str, files: list[Path], converter: str
) -> None:
    with running_server(tmp_path, CONVERTER=converter, DATABASE_URL=connection_url(postgres_server)) as server:
        found = {one.path.stem: one for one in judged(server.url, files)}
    assert {name: one.problem for name, one in found.items() if one.problem} == {}
    assert {name for name, one in found.items() if one.status != 201} == REFUSED
    assert all(one.alike and one.alike.correlation > 0.99 for name, one in found.items() if name in ("plain", "high"))


def test_a_service_that_refuses_what_it_should_take_is_found_out(
    tmp_path: Path, postgres_server: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(tmp_path / "files", {"plain": FILES["plain"], "unheard of": b"RIFF" + struct.pack("<I", 4) + b"WAVE"})
    with running_server(tmp_path, MAX_CHANNELS="1", DATABASE_URL=connection_url(postgres_server)) as server:
        assert main([str(tmp_path / "files"), "--url", server.url]) == 1
    printed = capsys.readouterr().out
    assert "1 right, 1 wrong" in printed
    assert "wav.channels" in printed


def _write(folder: Path, files: dict[str, bytes]) -> list[Path]:
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.wav").write_bytes(content)
    return sorted(folder.iterdir())
