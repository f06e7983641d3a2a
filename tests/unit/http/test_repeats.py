"""`Idempotency-Key` at `/add_track`: a lost 201 is told again, and nothing is done twice; and `dry_run`."""

from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

import httpx
import pytest
from dependency_injector import providers
from hypothesis import given
from hypothesis import strategies as st

from application.add_track_once import OPERATION
from application.repeatable import MOST_KEYS, moments_at
from domain.repeats import RepeatKey
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.repeat_key import key_of
from entrypoints.wiring.container import Container
from tests.forms import CONTENT_TYPE, form, part, text_parts
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of, fields
from tests.wavs import pcm, tone, wav

OTHER = wav(pcm(tone(9000)))
CLIPPED = wav(pcm(4 * tone(8000)))[:-100]
FORMS = ["fields first", "file first", "raw"]


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def sent(
    client: httpx.AsyncClient,
    user: Mapping[str, str],
    content: bytes = RECORDING,
    kind: str = "fields first",
    query: str = "",
    **headers: str,
) -> httpx.Response:
    """The answer to an upload of this kind; of a header's name, `_` is a hyphen."""
    file, texts = part("wav_file", content, "a.wav"), text_parts(dict(user))
    body = {"fields first": form(texts, file), "file first": form(file, texts), "raw": content}[kind]
    head = {"Content-Type": "audio/wav" if kind == "raw" else CONTENT_TYPE}
    if kind == "raw":
        head["Authorization"] = f"Bearer {user['user_access_token']}"
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.post(f"/add_track{query}", content=body, headers=head)


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """All of an answer but what is each request's own."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, answer.content, headers


@pytest.mark.parametrize("first", FORMS)
async def test_h14_a_repeat_is_answered_in_the_same_words_and_makes_no_track(
    client: httpx.AsyncClient, container: Container, first: str
) -> None:
    user = await fields(client)
    key = "8e03978e-40d5-43dd-bc93-6894a57f9324"
    answers = [await sent(client, user, CLIPPED, first, Idempotency_Key=key)]
    answers += [await sent(client, user, CLIPPED, again, Idempotency_Key=f'"{key}"') for again in FORMS]
    assert [told(answer) for answer in answers] == [told(answers[0])] * 4
    assert answers[0].status_code == 201
    assert {"location", "x-audio-duration", "x-audio-clipped", "x-audio-repairs"} <= answers[0].headers.keys()
    assert len(memory.tracks(container).kept) == 1


@pytest.mark.parametrize("kind", FORMS)
async def test_i1_another_file_under_the_same_key_is_refused(
    client: httpx.AsyncClient, container: Container, kind: str
) -> None:
    user = await fields(client)
    first = await sent(client, user, Idempotency_Key="a")
    answer = await sent(client, user, OTHER, kind, Idempotency_Key="a")
    assert (answer.status_code, answer.json()["code"]) == (422, "repeat.other_request")
    assert told(await sent(client, user, kind=kind, Idempotency_Key="a")) == told(first)
    assert len(memory.tracks(container).kept) == 1


@pytest.mark.parametrize("kind", FORMS)
async def test_i1_while_the_first_runs_the_next_one_is_told_when_to_come_back(
    client: httpx.AsyncClient, container: Container, kind: str
) -> None:
    user = await fields(client)
    moments = moments_at(memory.clock(container).now())
    key = RepeatKey(int(user["user_id"]), OPERATION, "a")
    await memory.repeats(container).claim(key, uuid4(), moments, MOST_KEYS)
    answer = await sent(client, user, kind=kind, Idempotency_Key="a")
    assert (answer.status_code, answer.json()["code"]) == (409, "repeat.running")
    assert int(answer.headers["retry-after"]) >= 1
    assert memory.tracks(container).kept == {}


async def test_i1_the_key_of_another_user_is_theirs_alone(client: httpx.AsyncClient, container: Container) -> None:
    locations = {
        (await sent(client, await fields(client), content, Idempotency_Key="a")).headers["location"]
        for content in (RECORDING, OTHER, RECORDING)
    }
    assert len(locations) == len(memory.tracks(container).kept) == 3


@pytest.mark.parametrize("kind", FORMS)
async def test_i1_what_is_no_key_is_refused(client: httpx.AsyncClient, container: Container, kind: str) -> None:
    user = await fields(client)
    for key in ("", '""', "a b", '"a b"', '"a', '"', '"a"b"', "a" * 256, "a" * 300, "\x7f", "ä", "a\tb"):
        answer = await sent(client, user, kind=kind, Idempotency_Key=key.encode("latin-1"))  # type: ignore[arg-type] # any
        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
        assert "Idempotency-Key must have 1 to 255 visible characters" in answer.json()["message"]
    assert memory.repeats(container).kept == {}


async def test_i1_a_doubled_key_is_refused(client: httpx.AsyncClient) -> None:
    head = [("Content-Type", CONTENT_TYPE), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")]
    answer = await client.post("/add_track", content=form(part("wav_file", RECORDING, "a.wav")), headers=head)
    assert (answer.status_code, answer.json()["message"]) == (400, "Idempotency-Key is sent twice; send it once")


@pytest.mark.parametrize("kind", FORMS)
async def test_i1_wrong_credentials_learn_nothing_of_a_key(client: httpx.AsyncClient, kind: str) -> None:
    user = await fields(client)
    await sent(client, user, Idempotency_Key="a")
    answers = [
        await sent(client, user | {"user_access_token": str(uuid4())}, kind=kind, Idempotency_Key=key)
        for key in ("a", "another")
    ]
    assert told(answers[0]) == told(answers[1])
    assert answers[0].status_code == 401


async def test_i1_a_user_has_so_many_keys_a_day(
    client: httpx.AsyncClient, container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.repeatable.MOST_KEYS", 1)
    user = await fields(client)
    first = await sent(client, user, Idempotency_Key="a")
    answer = await sent(client, user, Idempotency_Key="b")
    assert (answer.status_code, answer.json()["code"]) == (429, "limit.keys")
    assert int(answer.headers["retry-after"]) >= 1
    assert told(await sent(client, user, Idempotency_Key="a")) == told(first)
    assert (await sent(client, user)).status_code == 201


@pytest.mark.parametrize("left_out", ["repeats", "receipts"])
async def test_where_keys_are_not_kept_they_are_ignored(container: Container, left_out: str) -> None:
    with container.adapters.providers[left_out].override(providers.Object(None)):
        async with client_of(container) as client, container.running():
            user = await fields(client)
            answers = [await sent(client, user, Idempotency_Key=key) for key in ("a", "a", "a b")]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len(memory.tracks(container).kept) == 3


@pytest.mark.parametrize("kind", FORMS)
async def test_a_dry_run_says_what_the_track_would_be_and_keeps_nothing(
    client: httpx.AsyncClient, container: Container, kind: str
) -> None:
    user = await fields(client)
    tried = await sent(client, user, CLIPPED, kind, "?dry_run=1", Idempotency_Key="not looked at")
    assert tried.status_code == 200
    assert [*memory.tracks(container).kept, *memory.repeats(container).kept, *memory.keeper(container).mp3s] == []
    added = await sent(client, user, CLIPPED, kind, "?dry_run=0")
    audio = {name: value for name, value in tried.headers.items() if name.startswith("x-audio-")}
    assert audio == {name: value for name, value in added.headers.items() if name.startswith("x-audio-")}
    [track] = memory.tracks(container).kept.values()
    made = track.conversion
    would_be = tried.json()
    assert would_be.keys().isdisjoint({"track_uuid", "link", "created_at"})
    assert (would_be["file_name"], would_be["duration"]) == (track.file_name, made.duration.total_seconds())
    assert (would_be["mp3"]["size"], would_be["mp3"]["sha256"]) == (made.mp3_size, made.mp3_sha256.hex())
    assert (would_be["wav"]["size"], would_be["wav"]["sha256"]) == (len(CLIPPED), made.wav_sha256.hex())
    assert would_be["repairs"] == ["truncated"]
    assert "location" not in tried.headers
    assert tried.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", FORMS)
async def test_a_dry_run_is_refused_as_an_upload_is(client: httpx.AsyncClient, kind: str) -> None:
    user = await fields(client)
    for content, status in ((b"<html>", 415), (RECORDING[:44], 422)):
        answers = [await sent(client, user, content, kind, query) for query in ("?dry_run=1", "")]
        assert told(answers[0]) == told(answers[1])
        assert answers[0].status_code == status
    wrong = user | {"user_access_token": str(uuid4())}
    assert (await sent(client, wrong, RECORDING, kind, "?dry_run=1")).status_code == 401


async def test_what_a_dry_run_is_has_to_be_said_clearly(client: httpx.AsyncClient, container: Container) -> None:
    user = await fields(client)
    for query in ("?dry_run=2", "?dry_run=", "?dry_run=true", "?dry_run=1&dry_run=1", "?dry_run=01"):
        answer = await sent(client, user, query=query)
        assert (answer.status_code, answer.json()["code"]) == (400, "request.invalid")
        assert "dry_run must be 1" in answer.json()["message"]
    assert memory.tracks(container).kept == {}


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=255))
def test_any_visible_text_is_a_key_with_quotes_or_without(key: str) -> None:
    quoted = key.replace("\\", "\\\\").replace('"', '\\"')
    assert key_of(f'"{quoted}"') == key
    if not key.startswith('"'):
        assert key_of(f" {key} ") == key


@given(st.text(st.characters(max_codepoint=0xFF, exclude_categories=["Cc"]), max_size=300))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    try:
        key = key_of(text)
    except RequestInvalid:
        return
    assert key
    assert len(key) <= 255
    assert all("!" <= character <= "~" for character in key)
