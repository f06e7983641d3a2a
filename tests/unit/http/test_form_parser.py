"""Heads and line ends of forms as clients write them, however odd."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.form_parser import part_name
from entrypoints.http.requests.upload_form import UploadForm
from tests.forms import BOUNDARY, form, part
from tests.unit.streams import blocks, breaking, cut

CONTENT = b"RIFF\r\n--\r\n--the" + bytes(range(256)) + b"\r"
USER, TOKEN = part("user_id", "7"), part("user_access_token", "a-token")
FILE = part("wav_file", CONTENT, "talk.wav")
LINE = f"\r\n--{BOUNDARY}".encode()


async def read(*body: bytes) -> tuple[str, bytes]:
    """The file's name and its bytes; the form is read to its end."""
    upload = UploadForm(blocks(*body), BOUNDARY)
    name = await upload.open(None)
    content = b"".join([block async for block in upload.blocks()])
    assert upload.fields.credentials() is not None
    return name, content


def of_head(*lines: str) -> bytes:
    """A file part with this head."""
    return "".join([f"--{BOUNDARY}\r\n", *(f"{line}\r\n" for line in lines), "\r\n"]).encode() + CONTENT + b"\r\n"


NAMED = 'form-data; name="wav_file"; filename="talk.wav"'
TYPED = "Content-Type: audio/wav"


@pytest.mark.parametrize(
    "head",
    [
        ['Content-Disposition: form-data;\tname="wav_file";\tfilename="talk.wav"'],
        ["content-disposition:form-data;name=wav_file;filename=talk.wav"],
        ["Content-Disposition: form-data; name='wav_file'; filename=talk.wav"],
        ["Content-Disposition: form-data;", ' name="wav_file";', ' filename="talk.wav"'],
        ['Content-Disposition: form-data; filename="talk.wav"; name="wav_file"', TYPED],
        ['Content-Disposition: attachment; name="wav_file"; filename="talk.wav"', TYPED],
        ['Content-Disposition: form-data; name="wav_file[]"; filename="talk.wav"', TYPED],
        ['Content-Disposition: form-data; name="wav_file[0]"; filename="talk.wav"', TYPED],
        [f"Content-Disposition: {NAMED}", TYPED, f"Content-Length: {len(CONTENT)}"],
        [f"Content-Disposition: {NAMED}", TYPED, "content-length:  12"],
        [f"Content-Disposition: {NAMED}", TYPED, "Content-Length: -1", "Content-Length: x"],
        [f"Content-Disposition: {NAMED}", TYPED, *(f"X-{number}: 1" for number in range(4))],
    ],
)
async def test_of_the_head_of_a_part_its_name_and_its_file_name_count(head: list[str]) -> None:
    assert await read(form(USER, TOKEN, of_head(*head))) == ("talk.wav", CONTENT)
    assert await read(form(of_head(*head), USER, TOKEN)) == ("talk.wav", CONTENT)


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="wav_file[]"', "wav_file"),
        ('form-data; name="wav_file[1]"', "wav_file[1]"),
        ('form-data; name="wav_file[][]"', "wav_file[]"),
        ('form-data; name="[]"', ""),
        ('form-data; name="wav;file"', "wav;file"),
        ('form-data; filename="x; name=wav_file.wav"', ""),
        ("form-data", ""),
        ("", ""),
    ],
)
def test_a_part_has_the_name_that_its_disposition_says(disposition: str, name: str) -> None:
    assert part_name(disposition) == name


async def test_a_part_without_a_name_is_read_over() -> None:
    nameless = f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nx\r\n".encode()
    assert await read(form(nameless, USER, nameless, TOKEN, FILE)) == ("talk.wav", CONTENT)


async def test_a_list_of_two_files_is_two_files() -> None:
    with pytest.raises(RequestInvalid, match="wav_file is sent twice"):
        await read(form(USER, TOKEN, *[part("wav_file[]", CONTENT, "talk.wav")] * 2))


@given(less=st.integers(0, len(LINE) + len(CONTENT)), at=st.lists(st.integers(0, 900), max_size=20))
@settings(max_examples=30, deadline=None)
async def test_a_form_that_ends_before_its_last_boundary_is_cut_off(less: int, at: list[int]) -> None:
    body = USER + TOKEN + FILE.removesuffix(b"\r\n") + LINE
    body = body[: len(body) - less]
    with pytest.raises(RequestInvalid, match=f"end it with the line --{BOUNDARY}--"):
        await read(*cut(body, at))


async def test_a_form_that_ends_in_the_head_of_a_part_is_cut_off() -> None:
    with pytest.raises(RequestInvalid, match="end it with the line"):
        await read(USER + TOKEN + FILE + f"--{BOUNDARY}\r\nContent-Disposition: form-data".encode())


async def test_what_is_wrong_with_line_ends_is_told() -> None:
    mixed = USER.replace(b'"user_id"\r\n\r\n', b'"user_id"\n\n')
    with pytest.raises(RequestInvalid, match="all of which end with CR LF"):
        await read(form(mixed, TOKEN, FILE))


def with_lf(*parts: bytes, end: bytes = b"--\n") -> bytes:
    """A form as a shell script writes it, with `CONTENT` in it as it is."""
    around = b"".join(parts).removesuffix(b"\r\n") + LINE
    before, after = [text.replace(b"\r\n", b"\n") for text in around.split(CONTENT)]
    return before + CONTENT + after + end


@pytest.mark.parametrize("parts", [(USER, TOKEN, FILE), (FILE, USER, TOKEN), (USER, FILE, part("x", ""), TOKEN)])
@pytest.mark.parametrize("end", [b"--\n", b"--", b"--\nepilogue\n"])
@given(at=st.lists(st.integers(0, 900), max_size=20))
@example(at=list(range(900)))
@settings(max_examples=5, deadline=None)
async def test_the_lines_of_a_form_may_end_with_lf_alone(parts: tuple[bytes, ...], end: bytes, at: list[int]) -> None:
    assert await read(*cut(with_lf(*parts, end=end), at)) == ("talk.wav", CONTENT)


@given(content=st.binary(max_size=300), at=st.lists(st.integers(0, 900), max_size=20))
@settings(max_examples=50, deadline=None)
async def test_what_is_in_a_part_stays_as_it_is(content: bytes, at: list[int]) -> None:
    for parts in ([USER, TOKEN, FILE], [FILE, TOKEN, USER]):
        body = with_lf(*parts).replace(CONTENT, content)
        assert await read(*cut(body, at)) == ("talk.wav", content)


@given(less=st.integers(0, len(LINE) + len(CONTENT)), at=st.lists(st.integers(0, 900), max_size=20))
@settings(max_examples=30, deadline=None)
async def test_such_a_form_is_cut_off_where_another_is(less: int, at: list[int]) -> None:
    body = with_lf(USER, TOKEN, FILE, end=b"")
    body = body[: len(body) - less]
    with pytest.raises(RequestInvalid, match="end it with the line"):
        await read(*cut(body, at))


async def test_a_head_without_a_line_end_is_bounded_in_such_a_form() -> None:
    begin = f"--{BOUNDARY}\nX: ".encode()
    with pytest.raises(RequestInvalid, match="too many bytes outside of its parts"):
        await UploadForm(breaking(begin, *[b"x" * 1000] * 300, error=AssertionError()), BOUNDARY).open(None)
