"""`/tracks/{track_uuid}/waveform` and `/tracks/{track_uuid}/audio` over the in-memory adapters."""

import hashlib
import struct

import httpx
import pytest
from litestar.testing import RequestFactory

from entrypoints.http.app import create_app
from entrypoints.http.requests.accept import MAX_HEADER_CHARACTERS, prefers
from entrypoints.settings.settings import Settings
from entrypoints.wiring.container import Container
from tests.unit import memory
from tests.unit.http.tracks import RECORDING, Owner

JSON, BINARY = "application/json", "application/octet-stream"


async def test_a_waveform_is_told_as_json_and_as_a_file(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav")

    answer = await ann.get(f"/tracks/{track_uuid}/waveform")
    file = await ann.get(f"/tracks/{track_uuid}/waveform", headers={"Accept": BINARY})

    told = answer.json()
    assert (answer.headers["content-type"], file.headers["content-type"]) == (JSON, BINARY)
    assert told.keys() == {"version", "channels", "sample_rate", "samples_per_pixel", "bits", "length", "data"}
    assert (told["version"], told["sample_rate"], len(told["data"])) == (2, 8000, 2 * told["length"])
    assert max(told["data"]) > 0 > min(told["data"])
    flags = {8: 1, 16: 0}[told["bits"]]
    head = (2, flags, 8000, told["samples_per_pixel"], told["length"], 1)
    assert struct.unpack("<iIiiIi", file.content[:24]) == head
    numbers = f"<{2 * told['length']}{'b' if flags else 'h'}"
    assert list(struct.unpack(numbers, file.content[24:])) == told["data"]
    for form in (answer, file):
        assert form.headers["etag"] == f'"{hashlib.sha256(form.content).hexdigest()}"'
        assert form.headers["vary"] == "Accept, Authorization"


async def test_who_has_the_waveform_is_told_so(ann: Owner) -> None:
    path = f"/tracks/{await ann.upload('one.wav')}/waveform"
    etag = (await ann.get(path)).headers["etag"]

    same = await ann.get(path, headers={"If-None-Match": f'"x", W/{etag}'})
    other = await ann.get(path, headers={"If-None-Match": etag, "Accept": BINARY})

    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("*/*", JSON),
        ("", JSON),
        ("text/html, */*;q=0.8", JSON),
        ("application/octet-stream, */*;q=0.8", BINARY),
        ("application/*", JSON),
        ("Application/Octet-Stream;q=0.5, application/json;q=0.4", BINARY),
        ("application/octet-stream;q=0.5, application/json", JSON),
        ("application/octet-stream;q=0", JSON),
        ("application/octet-stream;version=2;q=0.3", BINARY),
        ("audio/mpeg", JSON),
        ("application/octet-stream" + " " * MAX_HEADER_CHARACTERS, JSON),
        (";;q=,/,", JSON),
    ],
)
def test_accept_chooses_between_the_forms(accept: str, form: str) -> None:
    request = RequestFactory().get("/", headers={"Accept": accept})

    assert prefers(request, BINARY, JSON) == (form == BINARY)


async def test_what_was_not_measured_has_no_waveform() -> None:
    container = memory.in_memory_container(Settings().but(measure_sound="off"))
    transport = httpx.ASGITransport(create_app(container))  # type: ignore[arg-type] # narrower than those of httpx
    async with httpx.AsyncClient(transport=transport, base_url="http://here:5000") as client, container.running():
        ann = await Owner.registered(client, "Ann")
        track_uuid = await ann.upload("one.wav")
        answer = await ann.get(f"/tracks/{track_uuid}/waveform")
        shown = await ann.get(f"/tracks/{track_uuid}")

    assert (answer.status_code, answer.json()["code"]) == (404, "track.no_waveform")
    assert shown.json()["sound"] is None


async def test_the_token_downloads_what_the_link_does(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav")
    link = (await ann.get(f"/tracks/{track_uuid}")).json()["link"]

    by_link = await ann.client.get(link)
    by_token = await ann.get(f"/tracks/{track_uuid}/audio")

    assert by_token.content == by_link.content
    assert by_token.headers["vary"] == "Authorization"
    for name in ("content-type", "etag", "content-disposition", "accept-ranges", "cache-control"):
        assert by_token.headers[name] == by_link.headers[name]


async def test_ranges_conditions_and_inline_are_as_with_the_link(ann: Owner) -> None:
    path = f"/tracks/{await ann.upload('one.wav')}/audio"
    whole = await ann.get(path)
    etag = whole.headers["etag"]

    part = await ann.get(path, headers={"Range": "bytes=10-19"})
    beyond = await ann.get(path, headers={"Range": "bytes=9999999-"})
    had = await ann.get(path, headers={"If-None-Match": etag})
    changed = await ann.get(path, headers={"If-Match": '"other"'})
    inline = await ann.get(path, inline="1")
    wrong = await ann.get(path, inline="yes")

    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert [answer.status_code for answer in (beyond, had, changed, wrong)] == [416, 304, 412, 400]
    assert whole.headers["content-disposition"].startswith("attachment;")
    assert inline.headers["content-disposition"].startswith("inline;")


async def test_d3_a_download_by_the_token_takes_a_place(ann: Owner, container: Container) -> None:
    track_uuid = await ann.upload("one.wav", RECORDING)
    container.application.download_places().shares.free = 0

    audio = await ann.get(f"/tracks/{track_uuid}/audio")
    change = await ann.call("PATCH", f"/tracks/{track_uuid}", json={"texts": {"title": "x"}})
    rename = await ann.call("PATCH", f"/tracks/{track_uuid}", json={"file_name": "x"})

    assert (audio.status_code, change.status_code, rename.status_code) == (503, 503, 200)
