"""Hostile files: each is refused or mended, whatever it claims, before any program sees it."""

import socket
import struct
from collections.abc import Iterator
from math import inf, nan
from pathlib import Path
from typing import Any, LiteralString

import httpx
import numpy as np
import pytest

from tests.e2e.watched import Watched, watched_server
from tests.server import NO_TLS
from tests.texts import bext, frame, id3, info
from tests.wavs import IMA_ADPCM, Container, codec_extra, floats, fmt_body, ima_adpcm_blocks, pcm, tone, wav

SECOND = pcm(tone(8000))
HUGE = 0x7FFFFFF0
_DURATION: LiteralString = "SELECT extract(epoch FROM duration) * 1000 FROM tracks WHERE track_uuid = %s"


@pytest.fixture(scope="module", params=["lame", "ffmpeg"])
def watched(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, postgres_server: str
) -> Iterator[Watched]:
    """A running service with each converter that takes every file."""
    with watched_server(tmp_path_factory.mktemp("watched"), postgres_server, CONVERTER=request.param) as running:
        yield running


def refused(watched: Watched, content: bytes, status: int, code: str) -> None:
    """The file is refused so, no program is started, and nothing is kept."""
    starts, rows = watched.starts, watched.rows()
    answer = watched.upload(content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (watched.starts, watched.rows(), watched.leftovers()) == (starts, rows, [])


def taken(watched: Watched, content: bytes) -> httpx.Response:
    """The answer to a file that is taken, whose MP3 can be downloaded."""
    answer = watched.upload(content)
    assert answer.status_code == 201, answer.text
    downloaded = httpx.get(answer.headers["location"], trust_env=False, verify=NO_TLS)
    assert downloaded.content[:1] == b"\xff"
    answer.headers["etag"] = downloaded.headers["etag"]
    return answer


def milliseconds(watched: Watched, answer: httpx.Response) -> int:
    """The duration of the track that this answer links to."""
    identifier = httpx.URL(answer.headers["location"]).params["id"]
    found: float = watched.query(_DURATION, identifier)
    return round(found)


@pytest.mark.parametrize("playlist", ["hls", "concat", "dash", "html"])
def test_f1_a_playlist_named_wav_is_refused_and_fetches_nothing(watched: Watched, playlist: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
        text = {
            "hls": f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\n{url}\n",
            "concat": f"ffconcat version 1.0\nfile '{url}'\nfile /etc/passwd\n",
            "dash": f'<?xml version="1.0"?><MPD><BaseURL>{url}</BaseURL></MPD>',
            "html": f'<img src="{url}">',
        }[playlist]
        refused(watched, text.encode(), 415, "wav.not_a_wav")
        taken(watched, wav(text.encode() * 20))
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize("rate", [1, 999])
def test_f2_a_small_file_of_many_hours_is_refused_before_any_program_starts(watched: Watched, rate: int) -> None:
    refused(watched, wav(bytes(1600), rate=rate), 422, "wav.rate")


@pytest.mark.parametrize(
    ("size", "repair"),
    [
        (0x7FFFFFFF, "unknown-length"),
        (0xFFFFFFFF, "unknown-length"),
        (0, "unknown-length"),
        (20_000, "truncated"),
        (16_044, "wrong-data-size"),
        (8000, "wrong-data-size"),
    ],
)
def test_f3_a_data_size_that_lies_gives_the_audio_that_is_there(watched: Watched, size: int, repair: str) -> None:
    answer = taken(watched, wav(SECOND, data_size=size, riff_size=(size + 36) % 2**32))
    assert repair in answer.headers["x-audio-repairs"].split(", ")
    assert milliseconds(watched, answer) == 1000


@pytest.mark.parametrize(
    "content",
    [
        wav(SECOND, riff_size=1),
        wav(SECOND, riff_size=0xFFFFFFF0),
        wav(SECOND, before=[(b"odd ", b"abc")]),
        wav(SECOND, before=[(b"JUNK", bytes(4000))], after=[(b"LIST", b"adtllabl\x04\0\0\0abc\0")]),
        wav(SECOND, trailing=b"\0\0garbage after the end" * 9),
    ],
    ids=["riff size 1", "riff size huge", "odd chunk", "junk before", "garbage after"],
)
def test_f4_what_real_recorders_get_wrong_changes_no_sample(watched: Watched, content: bytes) -> None:
    right = taken(watched, wav(SECOND))
    assert taken(watched, content).headers["etag"] == right.headers["etag"]


@pytest.mark.parametrize(
    "chunks",
    [
        b"bext" + struct.pack("<I", HUGE) + bytes(100),
        b"LIST" + struct.pack("<I", HUGE) + b"INFO",
        b"junk\0\0\0\0" * 100_000,
        b"RIFF\xff\xff\xff\xffWAVE" * 1000,
    ],
    ids=["bext", "LIST", "tiny chunks", "itself"],
)
def test_f5_chunk_bombs_are_refused(watched: Watched, chunks: bytes) -> None:
    refused(watched, Container().file(Container().chunk(b"fmt ", fmt_body()) + chunks), 422, "wav.damaged")


@pytest.mark.parametrize("channels", [0, 65, 256, 65535])
def test_f6_impossible_channels_are_refused(watched: Watched, channels: int) -> None:
    refused(watched, wav(SECOND, channels=channels), 422, "wav.channels")


@pytest.mark.parametrize("channels", [3, 8])
def test_f6_many_channels_are_mixed_down(watched: Watched, channels: int) -> None:
    assert milliseconds(watched, taken(watched, wav(pcm(tone(8000, channels)), channels=channels))) == 1000


@pytest.mark.parametrize("rate", [0, 0xFFFFFFFF, 768_001])
def test_f7_impossible_rates_are_refused(watched: Watched, rate: int) -> None:
    refused(watched, wav(SECOND, rate=rate), 422, "wav.rate")


@pytest.mark.parametrize("bits", [0, 65, 65535])
def test_f8_impossible_depths_are_refused(watched: Watched, bits: int) -> None:
    refused(watched, wav(SECOND, bits=bits), 415, "wav.unsupported_codec")


@pytest.mark.parametrize("words", [{"block_align": 0}, {"byte_rate": 0}, {"block_align": 9, "byte_rate": 1}])
def test_f8_words_that_contradict_each_other_are_recomputed(watched: Watched, words: dict[str, Any]) -> None:
    right = taken(watched, wav(SECOND))
    assert taken(watched, wav(SECOND, **words)).headers["etag"] == right.headers["etag"]


@pytest.mark.parametrize("bits", [5, 12, 20, 64])
def test_f8_odd_depths_are_taken(watched: Watched, bits: int) -> None:
    assert milliseconds(watched, taken(watched, wav(pcm(tone(4000), bits), bits=bits))) == 500


@pytest.mark.parametrize("value", [nan, inf, -inf, 1e10, 1e30, 5e-324])
def test_f9_float_samples_that_are_no_sound_do_no_harm(watched: Watched, value: float) -> None:
    samples = tone(8000)
    samples[1000:1100] = value
    with np.errstate(over="ignore"):
        content = wav(floats(samples, 64), tag=3, bits=64)
    assert milliseconds(watched, taken(watched, content)) == 1000


@pytest.mark.parametrize("tag", [0x55, 0x2000, 0x161, 0x270, 0x166, 0x92, 0x8, 0xFFFF, 0])
def test_f10_another_codec_is_refused_before_any_program_starts(watched: Watched, tag: int) -> None:
    refused(watched, wav(SECOND, fmt=fmt_body(tag=tag, extra=b"")), 415, "wav.unsupported_codec")


@pytest.mark.parametrize("sync", [b"\x72\xf8\x1f\x4e\x01\x00\x00\x04", b"\x7f\xfe\x80\x01", b"\xfe\x7f\x01\x80"])
def test_f10_samples_that_look_like_another_codec_stay_samples(watched: Watched, sync: bytes) -> None:
    content = wav((sync + bytes(2048 - len(sync))) * 20, channels=2, rate=48000)
    assert milliseconds(watched, taken(watched, content)) == round(20 * 512 / 48)


@pytest.mark.parametrize("data", [b"", b"\0"], ids=["no sample", "half a sample"])
def test_f11_a_file_without_audio_is_refused(watched: Watched, data: bytes) -> None:
    refused(watched, wav(data), 422, "wav.no_audio")


def test_f11_one_sample_is_a_recording(watched: Watched) -> None:
    taken(watched, wav(bytes(2)))


def test_f12_an_id3_tag_before_the_file_is_passed_over(watched: Watched) -> None:
    right = taken(watched, wav(SECOND))
    tagged = taken(watched, b"ID3\x03\0\0\0\0\0\x0a" + bytes(10) + wav(SECOND))
    assert tagged.headers["etag"] == right.headers["etag"]


@pytest.mark.parametrize("name", [b"LIST", b"bext", b"id3 ", b"iXML", b"_PMX"])
def test_f12_text_in_the_file_comes_out_in_the_tag_alone(watched: Watched, name: bytes) -> None:
    text = b"<script>alert(1)</script>"
    body = {b"LIST": info((b"INAM", text)), b"bext": bext(text), b"id3 ": id3(3, frame(3, b"TIT2", b"\0" + text))}
    lines = len(watched.lines())
    answer = watched.upload(wav(SECOND, before=[(name, body.get(name, text))]))
    downloaded = httpx.get(answer.headers["location"], trust_env=False, verify=NO_TLS)
    assert downloaded.content.count(b"script") == (2 if name in body else 0)
    assert "script" not in f"{answer.headers}{downloaded.headers}{watched.lines(lines)}"


@pytest.mark.parametrize(
    "chunk",
    [
        (b"LIST", b"INFOINAM" + struct.pack("<I", HUGE) + b"text"),
        (b"LIST", b"INFO" + b"LIST\x0c\0\0\0INFO" * 10_000),
        (b"LIST", info(*[(b"IXXX", b"x")] * 10_000)),
        (b"LIST", info((b"INAM", b"\0" * 1000), (b"IART", b"\r\n\x1b\x07"), (b"ICRD", b"\xff\xfe"))),
        (b"bext", b"\0" * 602),
        (b"id3 ", id3(3, frame(3, b"TIT2", b"\1\xff\xfe\0\xd8"), frame(3, b"TPE1", b"\1\xff"))),
        (b"id3 ", id3(4, frame(4, b"TIT2", b"\3x", size=b"\x7f" * 4), size=(1 << 28) - 1)),
        (b"id3 ", b"ID3\x04\0\xff" + b"\xff" * 5000),
    ],
    ids=["size", "nested", "many texts", "controls", "bext of NUL", "UTF-16", "id3 sizes", "id3 flags"],
)
def test_f12_hostile_tags_are_left_out(watched: Watched, chunk: tuple[bytes, bytes]) -> None:
    right = taken(watched, wav(SECOND))
    answer = taken(watched, wav(SECOND, before=[chunk], after=[chunk] * 20))
    assert "x-audio-repairs" not in answer.headers
    assert answer.headers["etag"] == right.headers["etag"]


@pytest.mark.parametrize("name", [b"fmt ", b"bext", b"data"])
def test_f13_a_claimed_size_takes_no_memory(watched: Watched, name: bytes) -> None:
    before = _peak_kilobytes(watched)
    container = Container()
    chunks = b"" if name == b"fmt " else container.chunk(b"fmt ", fmt_body())
    answer = watched.upload(container.file(chunks + container.chunk(name, bytes(64), size=HUGE)))
    assert answer.status_code in (201, 422)
    assert _peak_kilobytes(watched) - before < 64 * 1024


def test_f14_a_decoder_gets_only_samples_and_runs_within_bounds(watched: Watched) -> None:
    fmt = fmt_body(IMA_ADPCM, 1, 8000, 4, block_align=256, extra=codec_extra(IMA_ADPCM, 1, 256))
    assert watched.upload(wav(ima_adpcm_blocks(20), fmt=fmt), name="-i;$(id) file.wav").status_code == 201
    decoding = [line for line in watched.starts_file.read_text().splitlines() if "adpcm_ima_wav" in line]
    arguments, _, limits = decoding[-1].rpartition("; ")
    assert "-protocol_whitelist pipe,file -f wav -codec_whitelist adpcm_ima_wav" in arguments
    assert "-c:a adpcm_ima_wav -i pipe:0" in arguments
    assert "$(id)" not in arguments
    assert "unlimited" not in limits


@pytest.mark.parametrize("magic", [b"RF64", b"BW64", b"RIFX", b"riff"])
def test_f15_every_wav_container_is_taken(watched: Watched, magic: bytes) -> None:
    samples = pcm(tone(8000), big_endian=magic == b"RIFX")
    assert milliseconds(watched, taken(watched, wav(samples, magic=magic))) == 1000


@pytest.mark.parametrize(
    "ds64", [b"", struct.pack("<qqqI", -1, -1, -1, 0), struct.pack("<QQQI", 1 << 62, 1 << 62, 1 << 62, 0)]
)
def test_f15_a_missing_or_lying_ds64_gives_the_audio_that_is_there(watched: Watched, ds64: bytes) -> None:
    assert milliseconds(watched, taken(watched, wav(SECOND, magic=b"RF64", ds64=ds64))) == 1000


def _peak_kilobytes(watched: Watched) -> int:
    status = Path("/proc", str(watched.server.process.pid), "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
