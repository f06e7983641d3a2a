"""The bytes of requests, made once and sent as they are."""

BOUNDARY = b"abuse"
FORM = b"multipart/form-data; boundary=" + BOUNDARY
FILE_HEAD = b'--%s\r\nContent-Disposition: form-data; name="wav_file"; filename="a.wav"\r\n\r\n' % BOUNDARY
FORM_END = b"--%s--\r\n" % BOUNDARY
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


def text_parts(user: dict[str, str]) -> bytes:
    """The parts of a form that say who uploads."""
    return b"".join(
        b'--%s\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (BOUNDARY, name.encode(), value.encode())
        for name, value in user.items()
    )


def credentials_first(user: dict[str, str], wav: bytes) -> bytes:
    """A form with a recording behind the credentials."""
    return text_parts(user) + FILE_HEAD + wav + b"\r\n" + FORM_END


def file_first(user: dict[str, str], wav: bytes) -> bytes:
    """A form with a recording before the credentials."""
    return FILE_HEAD + wav + b"\r\n" + text_parts(user) + FORM_END


def upload(host: bytes, form: bytes) -> bytes:
    """The whole request that sends a form."""
    return post(b"/add_track", host, FORM, form)


def in_silent_chunks(count: int, size: int) -> bytes:
    """So many chunks of so many zeros each, of a chunked body (RFC 9112, 7.1)."""
    return in_one_chunk(bytes(size)) * count


def in_one_chunk(body: bytes) -> bytes:
    """One for all of them."""
    return b"%x\r\n%s\r\n" % (len(body), body)
