"""The form of an upload, however it is cut, ordered or broken."""

from contextlib import aclosing
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from application.authenticate import Credentials
from domain.users import User
from entrypoints.http.errors import RequestInvalid, WrongType
from entrypoints.http.requests.form_events import FORM_BYTES, MAX_BYTES_OUTSIDE_PARTS, MAX_PARTS
from entrypoints.http.requests.upload_form import MAX_TEXT_BYTES, UploadForm, boundary_of
from tests.forms import BOUNDARY, form, part
from tests.unit.streams import blocks, breaking, cut

FILE = part("wav_file", b"RIFF\r\n--\r\n--the\r\n" + bytes(range(256)), "talk.wav", "Content-Type: audio/wav\r\n")
USER = part("user_id", "7")
TOKEN = part("user_access_token", "a-token")
CONTENT = b"RIFF\r\n--\r\n--the\r\n" + bytes(range(256))
TOKEN_OF_SEVEN = "a-token"


def user(user_id: int) -> User:
    """Somebody of this number."""
    return User(user_id, "Ann", bytes(32), datetime.now(UTC))


async def read(
    *body: bytes, bearer: str | None = None, owner: int | None = None
) -> tuple[str, bytes, Credentials | None]:
    """The file's name, its bytes, and the credentials."""
    upload = UploadForm(blocks(*body), BOUNDARY, bearer)
    name = await upload.open(user(owner) if owner else None)
    content = b"".join([block async for block in upload.blocks()])
    return name, content, upload.fields.credentials()


@pytest.mark.parametrize("parts", list(permutations([FILE, USER, TOKEN, part("comment", "ignored")])))
async def test_the_fields_come_in_any_order(parts: tuple[bytes, ...]) -> None:
    assert await read(form(*parts)) == ("talk.wav", CONTENT, Credentials(TOKEN_OF_SEVEN, 7))


@given(st.sampled_from(list(permutations([FILE, USER, TOKEN]))), st.lists(st.integers(0, 900), max_size=30))
@example((USER, TOKEN, FILE), list(range(900)))
@example((FILE, TOKEN, USER), list(range(900)))
@settings(max_examples=60, deadline=None)
async def test_it_does_not_matter_how_the_body_is_cut(parts: tuple[bytes, ...], at: list[int]) -> None:
    assert await read(*cut(form(*parts), at)) == ("talk.wav", CONTENT, Credentials(TOKEN_OF_SEVEN, 7))


@pytest.mark.parametrize("damaged", [form(USER, TOKEN, FILE)[:-3], form(USER, TOKEN), form(), b"", b"\r\n", b"text"])
@given(at=st.lists(st.integers(0, 900), max_size=20))
@settings(max_examples=10, deadline=None)
async def test_a_damaged_body_is_refused_however_it_is_cut(damaged: bytes, at: list[int]) -> None:
    with pytest.raises(RequestInvalid):
        await read(*cut(damaged, at))


async def test_credentials_before_the_file_are_known_when_it_opens() -> None:
    upload = UploadForm(blocks(form(USER, TOKEN, FILE)), BOUNDARY)
    await upload.open(None)
    assert upload.sender() == Credentials(TOKEN_OF_SEVEN, 7)


async def test_credentials_after_the_file_are_not_known_before_its_end() -> None:
    upload = UploadForm(blocks(form(USER, FILE, TOKEN)), BOUNDARY)
    await upload.open(None)
    assert upload.sender() is None


async def test_a_form_that_ends_early_raises_before_the_file_ends() -> None:
    upload = UploadForm(blocks(form(USER, TOKEN, FILE)[:-10]), BOUNDARY)
    await upload.open(None)
    file = upload.blocks()
    assert CONTENT.startswith(await anext(file))
    with pytest.raises(RequestInvalid):
        await anext(file)


async def test_a_bearer_token_names_the_sender_before_a_byte_is_read() -> None:
    async with aclosing(UploadForm(breaking(error=AssertionError()), BOUNDARY, "a-token")) as upload:
        assert upload.sender() == Credentials("a-token")


@pytest.mark.parametrize("told", [0, 100, FORM_BYTES, FORM_BYTES + 1, 10 * FORM_BYTES])
async def test_bytes_are_certain_to_come_as_far_as_the_length_of_the_body_tells(told: int) -> None:
    upload = UploadForm(blocks(USER, TOKEN, FILE[:-100], FILE[-100:-2]), BOUNDARY, body_bytes=told)
    await upload.open(None)
    assert upload.bytes_to_come() == max(0, told - FORM_BYTES)
    async with aclosing(upload.blocks()) as file:
        begun = await anext(file)
    assert 0 < len(begun) < len(CONTENT)
    assert upload.bytes_to_come() == max(0, told - FORM_BYTES - len(begun))
    await upload.aclose()


async def test_what_is_certain_to_come_does_come() -> None:
    """Of all forms that are taken, the one with the most beside its file."""
    texts = [part(f"x{number}", bytes(MAX_TEXT_BYTES)) for number in range(MAX_PARTS - 3)]
    rest = FORM_BYTES - len(form(USER, TOKEN, *texts)) - len(FILE) + len(CONTENT)
    body = form(USER, TOKEN, *texts, FILE) + bytes(rest)
    assert len(body) == FORM_BYTES + len(CONTENT)
    upload = UploadForm(blocks(body), BOUNDARY, body_bytes=len(body))
    await upload.open(None)
    assert upload.bytes_to_come() == len(CONTENT)
    assert b"".join([block async for block in upload.blocks()]) == CONTENT
    with pytest.raises(RequestInvalid, match=f"more than {FORM_BYTES} bytes beside its file"):
        await read(body, b"x")


@pytest.mark.parametrize("read", [0, 1, 2])
async def test_closing_a_form_closes_its_body(read: int) -> None:
    body = blocks(part("user_id", "7"), FILE[:200], FILE[200:], b"more")
    upload = UploadForm(body, BOUNDARY)
    await upload.open(None)
    async with aclosing(upload.blocks()) as content:
        for _ in range(read):
            await anext(content)
    await upload.aclose()
    assert [block async for block in body] == []


async def test_a_bearer_token_takes_the_place_of_the_fields() -> None:
    assert await read(form(FILE), bearer="a-token", owner=7) == ("talk.wav", CONTENT, None)
    assert (await read(form(FILE, USER, TOKEN), bearer="a-token", owner=7))[2] == Credentials(TOKEN_OF_SEVEN, 7)


@pytest.mark.parametrize(
    ("parts", "problem"),
    [
        ([USER, TOKEN], "wav_file is missing"),
        ([FILE], "user_id is missing"),
        ([FILE, USER], "user_access_token is missing"),
        ([FILE, TOKEN], "user_id is missing"),
        ([USER, TOKEN, FILE, FILE], "wav_file is sent twice"),
        ([USER, USER, TOKEN, FILE], "user_id is sent twice"),
        ([FILE, USER, TOKEN, TOKEN], "user_access_token is sent twice"),
        ([USER, TOKEN, part("wav_file", b"RIFF")], "must be a file part with a file name"),
        ([USER, TOKEN, part("wav_file", b"RIFF", "")], "must be a file part with a file name"),
        ([part("user_id", "7" * 5000), TOKEN, FILE], "longer than 4096 bytes"),
        ([FILE, USER, part("user_access_token", "a" * 5000)], "longer than 4096 bytes"),
        ([USER, TOKEN, part("cover", bytes(MAX_TEXT_BYTES + 1), "cover.png"), FILE], "a part that is not the file"),
        ([USER, TOKEN, part("file", bytes(MAX_TEXT_BYTES + 1), "a.wav")], "send the WAV as the part wav_file"),
        ([part("user_id", b"\xff"), TOKEN, FILE], "user_id is not UTF-8"),
        ([USER, part("user_access_token", b"\xc3\x28"), FILE], "user_access_token is not UTF-8"),
        ([USER, part("user_access_token", " "), FILE], "user_access_token is missing"),
        ([part(f"x{number}", "") for number in range(MAX_PARTS)] + [FILE], "cannot be read"),
        ([part("wav_file", b"", "a.wav", "X-Long: " + "x" * 5000 + "\r\n")], "cannot be read"),
        ([part("wav_file", b"", "a.wav", "X-Many: 1\r\n" * 20)], "cannot be read"),
    ],
)
async def test_a_wrong_form_is_refused_by_name(parts: list[bytes], problem: str) -> None:
    with pytest.raises(RequestInvalid, match=problem):
        await read(form(*parts))


@pytest.mark.parametrize(
    "user_id",
    ["0", "-1", "1.0", "1_0", "1e3", "٣", "+1", "0x1", "7\0", str(2**63), "9" * 19, "9" * 30, "Ann", "[1]", "1 2"],
)
@pytest.mark.parametrize("first", [True, False])
async def test_a_user_id_that_no_user_can_have_is_refused(user_id: str, first: bool) -> None:
    fields = [part("user_id", user_id), TOKEN]
    with pytest.raises(RequestInvalid, match="user_id must be a whole number from 1"):
        await read(form(*fields, FILE) if first else form(FILE, *fields))


@pytest.mark.parametrize("user_id", ["1", " 7 ", "007", str(2**63 - 1)])
async def test_a_user_id_that_a_user_can_have_is_taken(user_id: str) -> None:
    _, _, credentials = await read(form(part("user_id", user_id), TOKEN, FILE))
    assert credentials == Credentials(TOKEN_OF_SEVEN, int(user_id))


@pytest.mark.parametrize(
    ("field", "problem"),
    [
        (part("user_id", "8"), "not the user of the Bearer"),
        (part("user_access_token", "other"), "not the Bearer token"),
    ],
)
async def test_fields_that_disagree_with_the_bearer_token_are_refused(field: bytes, problem: str) -> None:
    for parts in ([field, FILE], [FILE, field]):
        with pytest.raises(RequestInvalid, match=problem):
            await read(form(*parts), bearer="a-token", owner=7)


@pytest.mark.parametrize(
    ("user_id", "token"),
    [('"7"', '"a-token"'), ('"7"', "a-token"), ("7", '"a-token"'), (' "7"\r\n', '"a-token" ')],
)
async def test_one_pair_of_quotes_is_taken_off_the_fields(user_id: str, token: str) -> None:
    """As Retrofit writes each field with a JSON converter."""
    _, _, credentials = await read(form(part("user_id", user_id), part("user_access_token", token), FILE))
    assert credentials == Credentials(TOKEN_OF_SEVEN, 7)


@pytest.mark.parametrize("token", ['""a-token""', '"a-token', 'a-token"', "'a-token'"])
async def test_no_more_than_one_pair_of_quotes_is_taken_off(token: str) -> None:
    _, _, credentials = await read(form(USER, part("user_access_token", token), FILE))
    assert credentials
    assert credentials.access_token == (token[1:-1] if token.startswith('""') else token)


@pytest.mark.parametrize("user_id", ['"', '""', '""7""', '"7', "'7'"])
async def test_a_user_id_in_other_quotes_is_refused(user_id: str) -> None:
    with pytest.raises(RequestInvalid, match="user_id"):
        await read(form(part("user_id", user_id), TOKEN, FILE))


@pytest.mark.parametrize(
    "type_",
    [
        *("audio/wav", "audio/x-wav", "Audio/Wave; rate=8000", "audio/mpeg", "application/octet-stream"),
        *("multipart/form-data", "image/*", "*/*"),  # Retrofit's, as its users have it from each other
    ],
)
@pytest.mark.parametrize("file_name", [None, ""])
async def test_a_part_with_the_type_of_a_file_needs_no_name(type_: str, file_name: str | None) -> None:
    file = part("wav_file", CONTENT, file_name, f"Content-Type: {type_}\r\n")
    assert (await read(form(USER, TOKEN, file)))[:2] == ("recording", CONTENT)


@pytest.mark.parametrize(
    "type_", ["text/plain", "application/json", "application/problem+json; charset=utf-8", "audio", ""]
)
async def test_a_part_without_name_and_type_of_a_file_is_none(type_: str) -> None:
    with pytest.raises(RequestInvalid, match=r"with a file name .* or with a Content-Type such as audio/wav"):
        await read(form(USER, TOKEN, part("wav_file", CONTENT, headers=f"Content-Type: {type_}\r\n")))


async def test_many_parts_of_other_names_are_read_over() -> None:
    others = [part(f"call{number}", f"talkgroup {number}") for number in range(MAX_PARTS - 3)]
    assert await read(form(*others, USER, TOKEN, FILE)) == ("talk.wav", CONTENT, Credentials(TOKEN_OF_SEVEN, 7))


@pytest.mark.parametrize("charset", ["nope", "hex", "utf-16", "idna", "utf-7"])
async def test_the_charset_of_a_part_changes_nothing(charset: str) -> None:
    header = f"Content-Type: text/plain; charset={charset}\r\n"
    body = form(part("user_id", "7", headers=header), part("user_access_token", "a-token", headers=header), FILE)
    assert (await read(body))[2] == Credentials(TOKEN_OF_SEVEN, 7)


async def test_several_problems_are_told_at_once() -> None:
    with pytest.raises(RequestInvalid) as refused:
        await read(form(FILE))
    assert len(refused.value.problems) == 2


async def test_bytes_before_the_first_and_after_the_last_part_are_bounded() -> None:
    too_much = [b"x" * 1000] * (MAX_BYTES_OUTSIDE_PARTS // 1000 + 2)
    whole = form(USER, TOKEN, FILE)
    for body in ([b"preamble\r\n", whole], [whole, b"epilogue"]):
        assert (await read(*body))[1] == CONTENT
    for body in ([*too_much, b"\r\n", whole], [whole, *too_much]):
        with pytest.raises(RequestInvalid):
            await read(*body)


@pytest.mark.parametrize(
    ("written", "boundary"),
    [
        ('"a b"', "a b"),
        ('"a;b"', "a;b"),
        (r'"a\"b"', 'a"b'),
        ("----=_Part_1_2.3", "----=_Part_1_2.3"),  # RFC 2045 wants quotes around these, and not all write them
        ("Boundary+17376C87E2579930", "Boundary+17376C87E2579930"),
        ("a/b:c==", "a/b:c=="),
        ("x ; charset=utf-8", "x"),
    ],
)
def test_the_boundary_is_read_as_it_is_written(written: str, boundary: str) -> None:
    assert boundary_of(f"Multipart/Form-Data; charset=utf-8; Boundary={written}") == boundary


@pytest.mark.parametrize("content_type", ["", "application/json", "multipart/mixed; boundary=x", "text/plain"])
def test_another_type_is_refused(content_type: str) -> None:
    with pytest.raises(WrongType, match="multipart/form-data"):
        boundary_of(content_type)


@pytest.mark.parametrize("options", ["", "; boundary=", '; boundary=""', "; boundary=" + "x" * 201, "; boundary=\x7f"])
def test_a_form_without_a_usable_boundary_is_refused(options: str) -> None:
    with pytest.raises(RequestInvalid, match="boundary"):
        boundary_of("multipart/form-data" + options)
