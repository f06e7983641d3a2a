"""The bytes of requests, made once and sent as they are."""

from tests.forms import CONTENT_TYPE, form, part, part_head, text_parts

FORM = CONTENT_TYPE.encode()
FILE_HEAD = part_head("wav_file", "a.wav")
FORM_END = form()
CHUNKED = b"Transfer-Encoding: chunked"
LAST_CHUNK = b"0\r\n\r\n"


def head(method: bytes, path: bytes, host: bytes, *fields: bytes) -> bytes:
    """Request line and fields, up to the empty line."""
    return b"\r\n".join([b"%s %s HTTP/1.1" % (method, path), b"Host: " + host, *fields, b"", b""])


def get(path: bytes, host: bytes, *fields: bytes) -> bytes:
    """A GET without a body."""
    return head(b"GET", path, host, *fields)


def post(path: bytes, host: bytes, kind: bytes, body: bytes, *fields: bytes) -> bytes:
    """A POST whose body has this Content-Type."""
    return head(b"POST", path, host, b"Content-Type: " + kind, b"Content-Length: %d" % len(body), *fields) + body


def credentials_first(user: dict[str, str], wav: bytes) -> bytes:
    """A form with a recording behind the credentials."""
    return form(text_parts(user), part("wav_file", wav, "a.wav"))


def file_first(user: dict[str, str], wav: bytes) -> bytes:
    """A form with a recording before the credentials."""
    return form(part("wav_file", wav, "a.wav"), text_parts(user))


def upload(host: bytes, form: bytes) -> bytes:
    """The whole request that sends a form."""
    return post(b"/add_track", host, FORM, form)


def in_silent_chunks(count: int, size: int) -> bytes:
    """So many chunks of so many zeros each, of a chunked body (RFC 9112, 7.1)."""
    return in_one_chunk(bytes(size)) * count


def in_one_chunk(body: bytes) -> bytes:
    """One for all of them."""
    return b"%x\r\n%s\r\n" % (len(body), body)
