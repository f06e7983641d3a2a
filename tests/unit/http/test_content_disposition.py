"""The name under which a download is saved."""

from email.message import Message
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tracks import mp3_file_name
from entrypoints.http.download import content_disposition


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("talk.mp3", "attachment; filename=\"talk.mp3\"; filename*=UTF-8''talk.mp3"),
        ("a b.mp3", "attachment; filename=\"a b.mp3\"; filename*=UTF-8''a%20b.mp3"),
        ("é.mp3", "attachment; filename=\"_.mp3\"; filename*=UTF-8''%C3%A9.mp3"),
        ('a".mp3', "attachment; filename=\"a_.mp3\"; filename*=UTF-8''a%22.mp3"),
        ("50%.mp3", "attachment; filename=\"50_.mp3\"; filename*=UTF-8''50%25.mp3"),
        ("a;b=c.mp3", "attachment; filename=\"a;b=c.mp3\"; filename*=UTF-8''a%3Bb%3Dc.mp3"),
    ],
)
def test_the_name_is_sent_in_ascii_and_as_it_is(name: str, header: str) -> None:
    assert content_disposition(name) == header


@given(st.text(max_size=200))
def test_no_name_breaks_out_of_the_header(uploaded: str) -> None:
    name = mp3_file_name(uploaded)
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert unquote(header.rpartition("''")[2]) == name
    message = Message()
    message["Content-Disposition"] = header.partition("; filename*")[0]
    assert message.get_content_disposition() == "attachment"
    assert [parameter for parameter, _ in message.get_params([], "content-disposition")] == ["attachment", "filename"]
