"""`/tracks` and `/tracks/{track_uuid}` over the in-memory adapters."""

import asyncio
import base64
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from domain.output.id3 import tag_size
from domain.search import MAX_QUESTION_LENGTH
from entrypoints.wiring.container import Container
from tests.passports import adtl, cue, note
from tests.texts import info
from tests.unit import memory
from tests.unit.http.tracks import NEVER, RECORDING, Owner, known
from tests.unit.recording.reading import id3_texts
from tests.wavs import pcm, tone, wav

MARKED = wav(
    pcm(tone(8000)),
    before=[
        (b"LIST", info((b"INAM", b"Before"), (b"IART", b"Ann"))),
        (b"cue ", cue(0, 4000)),
        adtl(note(b"labl", 1, b"Start"), note(b"labl", 2, b"Middle")),
    ],
)
CALLS = [("GET", ""), ("HEAD", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/waveform"), ("GET", "/audio")]
CHANGE = {"texts": {"title": "After", "comment": "два слова"}}


async def test_a_list_is_newest_first_with_its_names_on_the_wire(ann: Owner, container: Container) -> None:
    first = await ann.upload("one.wav", MARKED)
    memory.clock(container).advance(timedelta(hours=1))
    second = await ann.upload("two.wav")

    answer = await ann.get("/tracks")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "link" not in answer.headers
    body = answer.json()
    assert (body.keys(), body["next"]) == ({"items", "next"}, None)
    assert [item["track_uuid"] for item in body["items"]] == [second, first]
    item = body["items"][1]
    assert list(item) == [
        *("track_uuid", "file_name", "link", "created_at", "duration", "mp3", "wav", "repairs", "texts", "sound")
    ]
    mp3 = memory.keeper(container).mp3s[next(iter(memory.tracks(container).kept))]
    assert (item["file_name"], item["duration"], item["repairs"]) == ("one.mp3", 1.0, [])
    assert item["created_at"] == "2026-01-01T00:00:00Z"
    assert (item["mp3"]["size"], item["mp3"]["sample_rate"], item["wav"]["size"]) == (len(mp3), 8000, len(MARKED))
    assert item["texts"] == {"title": "Before", "artist": "Ann"}
    assert item["sound"].keys() == {"loudness", "peak", "clipped"}
    assert (await ann.client.get(item["link"])).content == mp3


async def test_pages_follow_one_another_by_their_links(ann: Owner) -> None:
    kept = [await ann.upload(f"{number}.wav") for number in range(5)]
    found, link = [], "/tracks?limit=2&q=&nothing=else"
    while link:
        answer = await ann.get(link)
        found += [item["track_uuid"] for item in answer.json()["items"]]
        link = answer.json()["next"]
        assert answer.headers.get("link") == (f'<{link}>; rel="next"' if link else None)
    assert found == kept[::-1]


CHOSEN = {
    "q=talk": ["Talks-2.mp3", "talk.mp3"],
    "q=TAL+2": ["Talks-2.mp3"],
    "q=alk": [],
    "q=%D1%80%D0%B0%D0%B7": ["Разговор.mp3"],
    "q=РАЗГОВОР": ["Разговор.mp3"],
    "q=ёлки": ["Разговор.mp3"],
    "q=%EF%BD%94%EF%BD%81%EF%BD%8C%EF%BD%8B": ["Talks-2.mp3", "talk.mp3"],
    "q=": ["Разговор.mp3", "Talks-2.mp3", "talk.mp3"],
    "q=+&limit=1": ["Разговор.mp3"],
    "since=2026-01-01T02:00:00Z": ["Разговор.mp3"],
    "since=2026-01-01T05:00:00+03:00": ["Разговор.mp3"],
    "until=2026-01-01T01:00:00.5Z": ["Talks-2.mp3", "talk.mp3"],
    "since=2026-01-02": [],
    "until=2026-01-01": ["Разговор.mp3", "Talks-2.mp3", "talk.mp3"],
    "until=2025-12-31": [],
    "min_duration=1": ["Talks-2.mp3"],
    "max_duration=0.999": ["Разговор.mp3", "talk.mp3"],
    "repaired=true": ["talk.mp3"],
    "repaired=false": ["Разговор.mp3", "Talks-2.mp3"],
    "clipped=true": [],
    "clipped=false&q=talk": ["Talks-2.mp3", "talk.mp3"],
}


async def test_words_and_filters_choose(ann: Owner, container: Container) -> None:
    await ann.upload("talk.wav", RECORDING[:-100])
    memory.clock(container).advance(timedelta(hours=1))
    await ann.upload("Talks-2.wav", MARKED)
    memory.clock(container).advance(timedelta(hours=1))
    await ann.upload("Разговор.wav", wav(pcm(tone(800)), before=[(b"LIST", info((b"ICMT", "Елки".encode())))]))

    answers = {query: await ann.get(f"/tracks?{query}") for query in CHOSEN}

    names = {query: [item["file_name"] for item in answer.json()["items"]] for query, answer in answers.items()}
    assert names == CHOSEN


WRONG = [
    (f"q={'a' * (MAX_QUESTION_LENGTH + 1)}", "q"),
    (f"q={'a' * 10_000}", "q"),
    ("q=a+b+c+d+e+f+g+h+i", "q"),
    ("q=***", "q"),
    ("q=%00", "q"),
    ("q=a&q=b", "q"),
    ("limit=0", "limit"),
    ("limit=501", "limit"),
    ("limit=-1", "limit"),
    ("limit=٣", "limit"),
    ("limit=", "limit"),
    ("since=yesterday", "since"),
    ("since=2026-02-30", "since"),
    ("since=0000-01-01", "since"),
    ("since=0001-01-01T00:00:00%2B02:00", "since"),
    ("until=2026-01-01T00:00:00", "until"),
    ("until=9999-12-31", "until"),
    ("until=2026-01-01T25:00:00Z", "until"),
    ("min_duration=-1", "min_duration"),
    ("min_duration=NaN", "min_duration"),
    ("max_duration=1e3", "max_duration"),
    ("max_duration=1:00", "max_duration"),
    ("repaired=1", "repaired"),
    ("clipped=TRUE", "clipped"),
    ("cursor=", "cursor"),
]


async def test_t1_what_is_no_question_is_refused_by_the_name_of_its_field(ann: Owner) -> None:
    for query, field in WRONG:
        answer = await ann.get(f"/tracks?{query}")

        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid"), query
        assert str(answer.json()["message"]).startswith(f"{field} "), query


async def test_t1_operators_and_quotes_are_no_words(ann: Owner) -> None:
    await ann.upload("other.wav")
    for asked in ["%", "_", "*:*", "'", "');--", "a' | 'b", "tal:*", "t&k", "!talk", "\\", "a\0b", "🎧"]:
        answer = await ann.get("/tracks", q=f"none {asked}")

        assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None}), asked


async def test_t2_a_cursor_works_for_its_user_and_its_filters_alone(ann: Owner, bob: Owner) -> None:
    for owner in (ann, bob):
        for number in range(3):
            await owner.upload(f"talk {number}.wav")
    link = (await ann.get("/tracks?limit=1&q=talk")).json()["next"]
    [cursor] = parse_qs(urlsplit(link).query)["cursor"]
    packed = bytearray(base64.urlsafe_b64decode(cursor))
    packed[0] ^= 0x7F

    wrong = [
        await bob.get("/tracks", limit="1", q="talk", cursor=cursor),
        await ann.get("/tracks", limit="1", cursor=cursor),
        await ann.get("/tracks", q="tal", cursor=cursor),
        await ann.get("/tracks", q="talk", repaired="false", cursor=cursor),
        await ann.get("/tracks", q="talk", cursor=base64.urlsafe_b64encode(packed).decode()),
        *[
            await ann.get("/tracks", q="talk", cursor=made_up)
            for made_up in ("x", "é", cursor + "=", cursor[:-1], cursor.lower(), f" {cursor}", "A" * 32, "A" * 5000)
        ],
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in wrong} == {(400, "request.invalid")}
    assert all(answer.json()["message"].startswith("cursor ") for answer in wrong)
    assert len((await ann.get("/tracks", limit="2", q="TALK", cursor=cursor)).json()["items"]) == 2


async def test_a_track_tells_all_that_is_known_of_it(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)

    answer = await ann.get(f"/tracks/{track_uuid}")

    [listed] = (await ann.get("/tracks")).json()["items"]
    body = answer.json()
    passport = body.pop("passport")
    assert (answer.status_code, body, answer.headers["cache-control"]) == (200, listed, "no-store")
    assert [point["labl"] for point in passport["cue"]] == ["Start", "Middle"]
    head = await ann.client.request("HEAD", f"/tracks/{track_uuid}", headers=ann.headers)
    assert head.headers["content-length"] == answer.headers["content-length"]


async def test_a5_another_users_track_is_the_same_404_as_one_that_never_was(
    ann: Owner, bob: Owner, container: Container
) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)
    before = known(container)

    for method, path in CALLS:
        answers = [
            await bob.call(method, f"/tracks/{name}{path}", json=CHANGE if method == "PATCH" else None)
            for name in (track_uuid, NEVER, "x", "%2e%2e", track_uuid.replace("-", ""))
        ]
        assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
        assert method == "HEAD" or answers[0].json()["code"] == "track.not_found"

    assert known(container) == before


async def test_a2_without_a_token_nothing_is_told_or_changed(ann: Owner, container: Container) -> None:
    track_uuid = await ann.upload("one.wav")
    before = known(container)

    for method, target in [("GET", "/tracks"), *((method, f"/tracks/{track_uuid}{path}") for method, path in CALLS)]:
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            answer = await ann.client.request(method, target, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert known(container) == before


async def test_a_new_text_changes_the_tag_and_not_the_sound(ann: Owner, container: Container) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)
    before = await ann.get(f"/tracks/{track_uuid}/audio")

    answer = await ann.call("PATCH", f"/tracks/{track_uuid}", json=CHANGE)

    body = answer.json()
    assert (answer.status_code, body["file_name"]) == (200, "one.mp3")
    assert body["texts"] == {"title": "After", "artist": "Ann", "comment": "два слова"}
    assert body == (await ann.get(f"/tracks/{track_uuid}")).json()
    after = await ann.get(f"/tracks/{track_uuid}/audio")
    assert after.headers["etag"] == f'"{body["mp3"]["sha256"]}"' != before.headers["etag"]
    assert len(after.content) == body["mp3"]["size"]
    old, new = tag_size(before.content[:10]), tag_size(after.content[:10])
    assert after.content[new:] == before.content[old:]
    texts = id3_texts(after.content[:new])
    assert (texts.title, texts.artist, texts.comment) == ("After", "Ann", "два слова")
    assert after.content[after.content.index(b"CTOC") : new] == before.content[before.content.index(b"CTOC") : old]
    [stored] = memory.keeper(container).mp3s.values()
    assert stored == before.content
    part = await ann.get(f"/tracks/{track_uuid}/audio", headers={"Range": f"bytes={new - 3}-{new + 4}"})
    assert part.content == after.content[new - 3 : new + 5]
    assert [checked.problem async for checked in container.check_tracks()()] == [None]


async def test_a_new_name_changes_no_byte(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)
    before = await ann.get(f"/tracks/{track_uuid}/audio")

    answer = await ann.call("PATCH", f"/tracks/{track_uuid}", json={"file_name": "../другой\u202e.MP3"})

    after = await ann.get(f"/tracks/{track_uuid}/audio")
    assert answer.json()["file_name"] == "другой.mp3"
    assert (after.content, after.headers["etag"]) == (before.content, before.headers["etag"])
    assert "%D0%B4%D1%80%D1%83%D0%B3%D0%BE%D0%B9.mp3" in after.headers["content-disposition"]


async def test_texts_can_be_taken_away_until_there_is_no_tag(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav", wav(pcm(tone(800)), before=[(b"LIST", info((b"INAM", b"Title")))]))
    before = (await ann.get(f"/tracks/{track_uuid}/audio")).content

    answer = await ann.call("PATCH", f"/tracks/{track_uuid}", json={"texts": {"title": None, "artist": ""}})

    assert answer.json()["texts"] == {}
    assert (await ann.get(f"/tracks/{track_uuid}/audio")).content == before[tag_size(before[:10]) :]


MADE_FIT: list[tuple[dict[str, str], dict[str, str]]] = [
    ({"title": "<script>alert(1)</script>"}, {"title": "<script>alert(1)</script>"}),
    ({"title": "a\u202eb\x07c\nd"}, {"title": "abc d"}),
    ({"title": "x" * 5000, "comment": "y" * 5000}, {"title": "x" * 1000, "comment": "y" * 4000}),
    ({"title": "\u202e\u200b", "artist": "  ", "comment": "\0hidden"}, {}),
    ({"date": "2026.11.28 10:30:59", "track": "3 / 12"}, {"date": "2026-11-28T10:30", "track": "3/12"}),
    ({"comment": "one\r\ntwo"}, {"comment": "one\ntwo"}),
    ({}, {}),
]


async def test_t3_texts_are_made_fit_as_at_the_upload(ann: Owner) -> None:
    for sent, kept in MADE_FIT:
        track_uuid = await ann.upload("one.wav")

        answer = await ann.call("PATCH", f"/tracks/{track_uuid}", json={"texts": sent})

        assert (answer.status_code, answer.json()["texts"]) == (200, kept)


REFUSED: list[tuple[Any, str]] = [
    ({"texts": {"date": "someday"}}, "texts.date"),
    ({"texts": {"date": "2026-02-30"}}, "texts.date"),
    ({"texts": {"track": "three"}}, "texts.track"),
    ({"texts": {"titel": "x"}}, "titel"),
    ({"texts": {"title": 1}}, "texts"),
    ({"texts": None}, "texts"),
    ({"texts": ["x"]}, "texts"),
    ({"file_name": None}, "file_name"),
    ({"file_name": 1}, "file_name"),
    ([], "object"),
]


async def test_what_no_track_can_be_is_refused_and_changes_nothing(ann: Owner, container: Container) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)
    before = known(container)

    for body, named in REFUSED:
        answer = await ann.call("PATCH", f"/tracks/{track_uuid}", json=body)

        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
        assert named in answer.json()["message"]
    assert known(container) == before


async def test_a_change_is_small_json(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav")
    large = await ann.call("PATCH", f"/tracks/{track_uuid}", json={"texts": {"title": "x" * 300_000}})
    form = await ann.call("PATCH", f"/tracks/{track_uuid}", data={"file_name": "x"})

    assert (large.status_code, form.status_code) == (413, 415)


async def test_numbers_of_any_length_are_read_over_in_fields_that_are_unknown(ann: Owner) -> None:
    """Python itself refuses to make a number of more than 4,300 digits."""
    path, body = f"/tracks/{await ann.upload('one.wav')}", f'{{"x": {"1" * 5000}, "file_name": "two"}}'

    answer = await ann.call("PATCH", path, content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["file_name"]) == (200, "two.mp3")


async def test_changes_at_once_do_not_lose_one_anothers_fields(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)
    texts = {"title": "t", "album": "a", "genre": "g", "comment": "c", "composer": "p"}

    answers = await asyncio.gather(
        *(ann.call("PATCH", f"/tracks/{track_uuid}", json={"texts": {name: text}}) for name, text in texts.items()),
        ann.call("PATCH", f"/tracks/{track_uuid}", json={"file_name": "new"}),
    )

    assert {answer.status_code for answer in answers} == {200}
    body = (await ann.get(f"/tracks/{track_uuid}")).json()
    assert (body["file_name"], body["texts"]) == ("new.mp3", {"artist": "Ann", **texts})
    audio = await ann.get(f"/tracks/{track_uuid}/audio")
    assert id3_texts(audio.content).title == "t"


async def test_a_removed_track_is_nowhere_any_more(ann: Owner, container: Container) -> None:
    track_uuid, other = await ann.upload("one.wav"), await ann.upload("two.wav")
    link = (await ann.get(f"/tracks/{track_uuid}")).json()["link"]

    answer = await ann.call("DELETE", f"/tracks/{track_uuid}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert (await ann.client.get(link)).status_code == 404
    for method, path in CALLS:
        assert (await ann.call(method, f"/tracks/{track_uuid}{path}", json={})).status_code == 404
    assert [item["track_uuid"] for item in (await ann.get("/tracks")).json()["items"]] == [other]
    assert [str(found) for found in memory.keeper(container).mp3s] == [other]


async def test_where_get_is_there_is_head(ann: Owner) -> None:
    track_uuid = await ann.upload("one.wav")
    for path in ("/tracks", f"/tracks/{track_uuid}", f"/tracks/{track_uuid}/waveform", f"/tracks/{track_uuid}/audio"):
        whole, head = [await ann.call(method, path) for method in ("GET", "HEAD")]
        for answer in (whole, head):
            del answer.headers["x-request-id"]
        assert (head.status_code, head.headers) == (whole.status_code, whole.headers)


async def test_t4_a_track_that_is_removed_while_it_is_changed_is_not_found(ann: Owner, container: Container) -> None:
    track_uuid = await ann.upload("one.wav", MARKED)
    reads = container.application.reads()
    taken, reads.free = reads.free, 0
    change = asyncio.create_task(ann.call("PATCH", f"/tracks/{track_uuid}", json=CHANGE))
    for _ in range(100):
        await asyncio.sleep(0)
    assert reads.waiting()
    assert (await ann.call("DELETE", f"/tracks/{track_uuid}")).status_code == 204
    reads.free = taken - 1
    async with reads.turn():
        pass  # its end wakes who waits

    answer = await change
    assert (answer.status_code, answer.json()["code"]) == (404, "track.not_found")
    assert known(container) == {}


async def test_t4_a_list_goes_on_behind_tracks_that_are_removed(ann: Owner) -> None:
    kept = [await ann.upload(f"{number}.wav") for number in range(4)]
    first = (await ann.get("/tracks?limit=2")).json()
    for item in first["items"]:
        await ann.call("DELETE", f"/tracks/{item['track_uuid']}")

    assert [item["track_uuid"] for item in (await ann.get(first["next"])).json()["items"]] == kept[1::-1]
