"""What a recording says about itself is in the MP3, for every player to see, and changes no sample."""

import hashlib
from pathlib import Path

import httpx
import pytest

from tests.passports import adtl, cset, cue, note, region
from tests.players import PLAYERS, Player, shown_chapters, shown_texts
from tests.server import NO_TLS, Server
from tests.texts import bext, frame, id3, info
from tests.wavs import Chunk, pcm, tone, wav

DATA = pcm(tone(44100, rate=44100))
INFO: Chunk = (b"LIST", info((b"INAM", "Größe 名前".encode()), (b"ICMT", b"one\r\ntwo"), (b"ISFT", b"Recorder 1.0")))
BEXT: Chunk = (b"bext", bext("совещание".encode(), b"Zoom H5", b"2024-05-06", b"07:08:09"))
ID3: Chunk = (b"id3 ", id3(4, frame(4, b"TPE1", b"\3Ann"), frame(4, b"TRCK", b"\x003/12")))
SHOWN = {
    "title": "Größe 名前",
    "artist": "Ann",
    "track": "3/12",
    "date": "2024-05-06 07:08",
    "encoded_by": "Zoom H5",
    "encoder": "Recorder 1.0",
    "comment": "one\ntwo",
    "description": "совещание",
}


def downloaded(server: Server, recording: bytes) -> httpx.Response:
    with server.client() as client:
        uploaded = client.post("/add_track", data=server.register(), files={"wav_file": ("talk.wav", recording)})
        assert uploaded.status_code == 201, uploaded.text
        assert "x-audio-repairs" not in uploaded.headers
        return client.get(uploaded.headers["location"])


def heard(play: Player, mp3: bytes) -> bytes:
    """Decoded samples, without a word of warning."""
    samples, warnings = play(mp3, 1)
    assert warnings == ""
    return samples.tobytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [((INFO, BEXT, ID3), ()), ((), (INFO, BEXT, ID3)), ((BEXT,), (ID3, INFO))],
    ids=["before", "after", "around"],
)
def test_texts_come_back_in_the_mp3_and_change_no_sample(
    server: Server, tmp_path: Path, before: tuple[Chunk, ...], after: tuple[Chunk, ...]
) -> None:
    plain, tagged = downloaded(server, wav(DATA, rate=44100)).content, tmp_path / "tagged.mp3"
    answer = downloaded(server, wav(DATA, rate=44100, before=before, after=after))
    tagged.write_bytes(answer.content)

    assert shown_texts(tagged) == SHOWN
    assert answer.content.endswith(plain)
    assert answer.headers["etag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    for play in PLAYERS.values():
        assert heard(play, answer.content) == heard(play, plain)


def test_markers_come_back_as_chapters(server: Server, tmp_path: Path) -> None:
    """To the millisecond, as ID3v2 has them; the sample itself is in the tag."""
    plain, path = downloaded(server, wav(DATA, rate=44100)).content, tmp_path / "chapters.mp3"
    notes = adtl(note(b"labl", 1, b"Intro\0"), note(b"labl", 2, "Припев".encode("cp1251")), region(2, 4410))
    title = b"LIST", info((b"INAM", "Песня".encode("cp1251")))
    chunks = [(b"cue ", cue(11_025, 20_000, 90_000)), notes, title, cset(1251)]

    path.write_bytes(downloaded(server, wav(DATA, rate=44100, after=chunks)).content)

    assert shown_chapters(path) == [(0.25, 0.454, "Intro"), (0.454, 0.554, "Припев")]
    assert shown_texts(path) == {"title": "Песня"}
    assert b"sample\x0011025" in path.read_bytes()
    assert b"sample\x0020000" in path.read_bytes()
    for play in PLAYERS.values():
        assert heard(play, path.read_bytes()) == heard(play, plain)


def test_a_range_reaches_over_the_end_of_the_tag(server: Server) -> None:
    answer = downloaded(server, wav(DATA, rate=44100, before=[INFO, BEXT]))
    whole, start = answer.content, answer.content.index(b"Info") - 200
    part = httpx.get(answer.url, headers={"Range": f"bytes={start}-{start + 999}"}, trust_env=False, verify=NO_TLS)
    assert (part.status_code, part.content) == (206, whole[start : start + 1000])
