"""A form that uses another boundary than the header names is refused at once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.upload_form import UploadForm
from tests.forms import BOUNDARY, form, part
from tests.unit.streams import blocks, breaking, cut

WHOLE = form(part("user_id", "7"), part("user_access_token", "a-token"), part("wav_file", b"RIFF", "a.wav"))
OTHERS = {
    "another": WHOLE.replace(BOUNDARY.encode(), b"another"),
    "a longer one": WHOLE.replace(BOUNDARY.encode(), BOUNDARY.encode() + b"-1"),
    "a shorter one": WHOLE.replace(BOUNDARY.encode(), BOUNDARY.encode()[:-1]),
    "its dashes in the header": WHOLE.replace(b"--" + BOUNDARY.encode(), BOUNDARY.encode()),
    "without dashes": WHOLE.replace(b"--" + BOUNDARY.encode(), b"another"),
    "in quotes": WHOLE.replace(BOUNDARY.encode(), b'"' + BOUNDARY.encode() + b'"'),
    "after an empty line": b"\r\n" + WHOLE.replace(BOUNDARY.encode(), b"another"),
    "with other line ends": WHOLE.replace(BOUNDARY.encode(), b"another").replace(b"\r\n", b"\n"),
}


async def opened(*body: bytes) -> str:
    """The name of the file of a form whose body goes on: whoever wants more of it than this, fails."""
    return await UploadForm(breaking(*body, error=AssertionError("it waited for more")), BOUNDARY).open(None)


@pytest.mark.parametrize("body", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("first", [150, 10_000])
async def test_another_boundary_is_told_before_the_form_has_ended(body: bytes, first: int) -> None:
    with pytest.raises(RequestInvalid, match=f"names the boundary {BOUNDARY}, but .* not begin with the line"):
        await opened(body[:first])


@given(at=st.lists(st.integers(0, 500), max_size=20), kind=st.sampled_from(sorted(OTHERS)))
@settings(max_examples=50)
async def test_however_it_is_cut(at: list[int], kind: str) -> None:
    with pytest.raises(RequestInvalid, match="names the boundary"):
        await opened(*cut(OTHERS[kind], at))


@pytest.mark.parametrize("begin", [b"RIFF\x24\0\0\0WAVEfmt ", b"RF64\xff\xff\xff\xff", b"riff\x2e\x91\xcf\x11"])
async def test_a_file_that_is_called_a_form_is_told_so(begin: bytes) -> None:
    with pytest.raises(RequestInvalid, match=r"the file itself.* Content-Type: audio/wav"):
        await opened(begin)


@pytest.mark.parametrize("body", [b"", b"\r\n", b"-", b"user_id=1&user_access_token=x", b'{"user_id": 1}', b"x" * 2000])
async def test_a_body_without_the_boundary_is_told_so_at_its_end(body: bytes) -> None:
    with pytest.raises(RequestInvalid, match="names the boundary"):
        await UploadForm(blocks(body), BOUNDARY).open(None)


async def test_so_is_one_that_goes_on_and_on() -> None:
    with pytest.raises(RequestInvalid, match="outside of its parts"):
        await opened(*[b"x" * 1000] * 70)


@pytest.mark.parametrize(
    "before", [b"", b"\r\n", b"\r\n\r\n", b"This is a form.\r\n", b"-\r\n", b"RIF\r\n", b"x" * 2000 + b"\r\n"]
)
@given(at=st.lists(st.integers(0, 2500), max_size=20))
@settings(max_examples=10)
async def test_a_form_may_have_a_preamble(before: bytes, at: list[int]) -> None:
    assert await opened(*cut(before + WHOLE, at)) == "a.wav"


async def test_what_is_wrong_behind_the_boundary_is_no_other_boundary() -> None:
    for body in (WHOLE.replace(b"\r\n", b" \r\n", 1), WHOLE[:40], WHOLE.replace(b"Content-Disposition:", b"X", 1)):
        with pytest.raises(RequestInvalid, match="the form cannot be read"):
            await UploadForm(blocks(body), BOUNDARY).open(None)


async def test_a_form_without_parts_has_no_other_boundary() -> None:
    with pytest.raises(RequestInvalid, match="wav_file is missing"):
        await UploadForm(blocks(form()), BOUNDARY).open(None)
