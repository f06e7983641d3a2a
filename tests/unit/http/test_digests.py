"""What a client says that the digest of its upload is, is compared before anything is kept (RFC 9530)."""

import base64
import hashlib
from collections.abc import AsyncIterator, Mapping
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.digests import expected_digests
from entrypoints.wiring.container import Container
from tests.forms import CONTENT_TYPE, form, part, text_parts
from tests.unit import memory
from tests.unit.http.test_app_in_memory import RECORDING, client_of, fields

FIELDS = ["Content-Digest", "Repr-Digest"]
ALGORITHMS = ["sha-256", "sha-512"]
UNKNOWN = ["md5=:AAAA:", "unixsum=:AA==:", 'x;y=1;z="\\"", *="a, b"', "id-sha-256=token", ""]
MALFORMED = {
    "no value": "sha-256",
    "no colons": "sha-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "text": 'sha-256="47DEQpj8HBSa"',
    "hexadecimal": "sha-256=:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855:",
    "of another length": "sha-512=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
    "one character too many": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUAA:",
    "nothing": "sha-256=::",
    "capitals": "SHA-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
    "a comma at the end": "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:,",
    "no comma": "md5=:AAAA: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
    "beyond ASCII": "sha-256=\xff",
    "no dictionary": "\x80=::",
}


def digest(algorithm: str, content: bytes) -> str:
    """A member of such a field."""
    value = hashlib.new(algorithm.replace("-", ""), content).digest()
    return f"{algorithm}=:{base64.b64encode(value).decode()}:"


@pytest.fixture
async def client(container: Container) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(container) as client, container.running():
        yield client


async def sent(
    client: httpx.AsyncClient, body: bytes, headers: Mapping[str, str], content_type: str = "audio/wav"
) -> httpx.Response:
    """The answer to an upload of a new user, who is known by a Bearer token."""
    token = (await fields(client))["user_access_token"]
    head = {"Authorization": f"Bearer {token}", "Content-Type": content_type, **headers}
    return await client.post("/add_track", content=body, headers=head)


def is_refused(answer: httpx.Response, container: Container, code: str = "digest.mismatch") -> bool:
    """Whether it is for this reason, and nothing is kept."""
    left = [*memory.tracks(container).kept, *memory.spool(container).open_files, *memory.converter(container).open_mp3s]
    return (answer.status_code, answer.json().get("code"), left) == (400, code, [])


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("content_type", ["audio/wav", CONTENT_TYPE])
async def test_i2_what_is_not_as_its_digest_says_is_refused(
    client: httpx.AsyncClient, container: Container, field: str, content_type: str
) -> None:
    body = RECORDING if content_type == "audio/wav" else form(part("wav_file", RECORDING, "a.wav"))
    for algorithm, other in product(ALGORITHMS, (body + b"\0", body[:-1], b"")):
        answer = await sent(client, body, {field: digest(algorithm, other)}, content_type)
        assert is_refused(answer, container)
        assert digest(algorithm, body) in answer.json()["message"]
    for algorithm in ALGORITHMS:
        assert (await sent(client, body, {field: digest(algorithm, body)}, content_type)).status_code == 201


@pytest.mark.parametrize(("field", "algorithm"), [*zip(FIELDS, ALGORITHMS, strict=True)])
@pytest.mark.parametrize("file_first", [True, False])
async def test_i2_a_file_is_compared_with_what_the_head_of_its_part_says(
    client: httpx.AsyncClient, container: Container, field: str, algorithm: str, file_first: bool
) -> None:
    texts = text_parts(await fields(client))

    async def answer_to(content: bytes) -> httpx.Response:
        file = part("wav_file", RECORDING, "a.wav", f"{field.lower()}: {digest(algorithm, content)}\r\n")
        body = form(file, texts) if file_first else form(texts, file)
        return await client.post("/add_track", content=body, headers={"Content-Type": CONTENT_TYPE})

    assert is_refused(await answer_to(RECORDING + b"\0"), container)
    assert (await answer_to(RECORDING)).status_code == 201


async def test_i2_all_that_is_said_is_compared(client: httpx.AsyncClient, container: Container) -> None:
    for wrong in range(4):
        contents = [b"another" if number == wrong else RECORDING for number in range(4)]
        members = [digest(ALGORITHMS[number % 2], content) for number, content in enumerate(contents)]
        head = {FIELDS[0]: ", ".join(members[:2]), FIELDS[1]: " ,\t".join(members[2:])}
        assert is_refused(await sent(client, RECORDING, head), container)


@pytest.mark.parametrize("malformed", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_digest_is_told_from_one(malformed: str) -> None:
    with pytest.raises(RequestInvalid, match="Content-Digest "):
        expected_digests("Content-Digest", [malformed])


@pytest.mark.parametrize("field", FIELDS)
async def test_i2_what_is_no_digest_is_refused(client: httpx.AsyncClient, container: Container, field: str) -> None:
    head: Any = {field: b"sha-256=\xff"}
    answer = await sent(client, RECORDING, head)
    assert is_refused(answer, container, "request.invalid")
    assert f"{field} " in answer.json()["message"]
    file = part("wav_file", RECORDING, "a.wav", f"{field}: sha-256\r\n")
    assert is_refused(await sent(client, form(file), {}, CONTENT_TYPE), container, "request.invalid")


async def test_i2_a_doubled_digest_is_refused(client: httpx.AsyncClient, container: Container) -> None:
    right = digest("sha-256", RECORDING)
    assert is_refused(await sent(client, RECORDING, {FIELDS[0]: f"{right}, {right}"}), container, "request.invalid")
    token = (await fields(client))["user_access_token"]
    head = [("Authorization", f"Bearer {token}"), ("Content-Type", "audio/wav"), *[(FIELDS[0], right)] * 2]
    answer = await client.post("/add_track", content=RECORDING, headers=head)
    assert is_refused(answer, container, "request.invalid")
    assert "has sha-256 twice" in answer.json()["message"]


async def test_i2_what_is_said_in_an_unknown_form_is_read_over(client: httpx.AsyncClient) -> None:
    for unknown in UNKNOWN:
        assert (await sent(client, RECORDING, {FIELDS[0]: unknown})).status_code == 201


async def test_i2_a_body_without_a_length_is_compared_too(client: httpx.AsyncClient, container: Container) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(RECORDING), 1000):
            yield RECORDING[start : start + 1000]

    token = (await fields(client))["user_access_token"]
    for content, status in ((RECORDING[1:], 400), (RECORDING, 201)):
        head = {"Authorization": f"Bearer {token}", FIELDS[0]: digest("sha-256", content)}
        answer = await client.post("/add_track", content=chunks(), headers=head | {"Content-Type": "audio/wav"})
        assert answer.status_code == status
    assert len(memory.tracks(container).kept) == 1


async def test_i2_a_body_of_json_is_compared_too(client: httpx.AsyncClient, container: Container) -> None:
    body = b'{"user_name": "Ann"}'
    for content, status in ((b"{}", 400), (body, 201)):
        head = {"Content-Type": "application/json", FIELDS[0]: digest("sha-512", content)}
        assert (await client.post("/register", content=body, headers=head)).status_code == status
    assert len(memory.users(container).kept) == 1


NAMES = st.from_regex(r"[a-z*][a-z0-9_.*-]{0,9}", fullmatch=True).filter(lambda name: name not in ALGORITHMS)
VALUES = st.one_of(
    st.binary(max_size=70).map(lambda value: f"=:{base64.b64encode(value).decode()}:"),
    st.from_regex(r'="(?:[ !#-\[\]-~]|\\["\\])*"', fullmatch=True),
    st.from_regex(r"=[A-Za-z0-9_.+-]{1,9}", fullmatch=True),
    st.just(""),
)
SPACES = st.text(" \t", max_size=3)


@given(
    st.dictionaries(NAMES, VALUES, max_size=5),
    st.dictionaries(st.sampled_from(ALGORITHMS), st.binary(max_size=9)),
    st.randoms(use_true_random=False),
    SPACES,
)
@settings(max_examples=40)
def test_of_any_dictionary_the_known_digests_are_found(
    others: dict[str, str], known: dict[str, bytes], random: Any, space: str
) -> None:
    members = [f"{name}{value}" for name, value in others.items()]
    members += [digest(name, content) + random.choice(["", ";a", "; b=:AA==:"]) for name, content in known.items()]
    random.shuffle(members)
    at = random.randint(0, len(members))
    lines = [f"{space},{space}".join(part) for part in (members[:at], members[at:])]

    found = expected_digests("Content-Digest", lines)

    assert {one.algorithm: one.digest for one in found} == {
        name: hashlib.new(name.replace("-", ""), content).digest() for name, content in known.items()
    }


@given(st.lists(st.text('sha-256=:AB+/ ,;"\\\t*()é\0', max_size=90), max_size=3))
@example(["sha-256" + " " * 60_000 + ";"])
@example(["a" * 60_000])
@example(["a;" * 30_000])
@example(['a="' + "\\" * 60_000])
def test_any_text_is_a_list_of_digests_or_refused(lines: list[str]) -> None:
    try:
        found = expected_digests("Content-Digest", lines)
    except RequestInvalid:
        return
    assert all(len(one.digest) in (32, 64) for one in found)
