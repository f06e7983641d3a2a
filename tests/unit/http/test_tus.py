"""What heads say by tus, for whatever clients write."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from litestar import Request

from domain.errors import WrongChecksum
from entrypoints.http.errors import RequestInvalid
from entrypoints.http.requests.tus import Checksum, metadata, new_length, told_number

KEYS = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=20)


def request(**headers: str) -> Request[Any, Any, Any]:
    fields = [(name.replace("_", "-").lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": fields})  # type: ignore[arg-type] # enough


def written(values: dict[str, bytes]) -> str:
    """`Upload-Metadata` as a client writes it."""
    return ",".join(f"{key} {base64.b64encode(value).decode()}".rstrip() for key, value in values.items())


@given(name=st.text(max_size=100), others=st.dictionaries(KEYS, st.binary(max_size=20), max_size=5))
def test_the_name_of_the_file_is_read_whatever_else_there_is(name: str, others: dict[str, bytes]) -> None:
    try:
        encoded = name.encode()
    except UnicodeEncodeError:  # a lone surrogate, which no client can write
        return
    text = written({**others, "filename": encoded})
    assert metadata(request(Upload_Metadata=text)) == (text, name)


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60))
@example(text="\xa0")
@example(text="a YQ==\x85")
def test_any_metadata_is_read_or_refused(text: str) -> None:
    try:
        told, _ = metadata(request(Upload_Metadata=text))
    except RequestInvalid:
        return
    assert told == text
    assert told.isascii()


def test_some_clients_call_the_file_by_another_key() -> None:
    assert metadata(request(Upload_Metadata=written({"name": b"a.wav", "type": b"audio/wav"})))[1] == "a.wav"
    assert metadata(request(Upload_Metadata=written({"name": b"a.wav", "filename": b"b.wav"})))[1] == "b.wav"
    assert metadata(request()) == ("", "")


@given(text=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=25))
def test_a_length_is_digits_or_refused(text: str) -> None:
    try:
        length = told_number(request(Upload_Length=text), "upload-length")
    except RequestInvalid:
        return
    assert text.isascii()
    assert text.isdigit()
    assert length == int(text)


def test_a_length_is_told_or_deferred_and_not_both() -> None:
    assert new_length(request(Upload_Length="7")) == 7
    assert new_length(request(Upload_Defer_Length="1")) is None
    for headers in (
        {},
        {"Upload_Length": "7", "Upload_Defer_Length": "1"},
        {"Upload_Length": "7", "Upload_Concat": "partial"},
    ):
        with pytest.raises(RequestInvalid):
            new_length(request(**headers))


@given(data=st.binary(max_size=100), algorithm=st.sampled_from(["sha1", "sha256"]), other=st.binary(max_size=40))
def test_a_checksum_is_that_of_the_bytes_and_of_no_others(data: bytes, algorithm: str, other: bytes) -> None:
    digest = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    checksum = Checksum.of(request(Upload_Checksum=f"{algorithm} {base64.b64encode(digest).decode()}"))
    assert checksum is not None
    checksum.refuse_other(digest)
    if other != digest:
        with pytest.raises(WrongChecksum):
            checksum.refuse_other(other)
