"""Multipart bodies, part by part, so that each can be wrong."""

BOUNDARY = "--the-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def part(name: str, content: bytes | str, file_name: str | None = None, headers: str = "") -> bytes:
    """One part of a form; a file part where there is a file name. `headers` are more lines, each ending in CRLF."""
    head = part_head(name, file_name, headers)
    return head + (content.encode() if isinstance(content, str) else content) + b"\r\n"


def part_head(name: str, file_name: str | None = None, headers: str = "") -> bytes:
    """What comes before the content of a part."""
    named = "" if file_name is None else f'; filename="{file_name}"'
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{headers}\r\n'.encode()


def form(*parts: bytes) -> bytes:
    """A whole form of these parts."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def text_parts(fields: dict[str, str]) -> bytes:
    """One part for each field."""
    return b"".join(part(name, value) for name, value in fields.items())


def around_file(fields: dict[str, str], *, file_first: bool = False) -> tuple[bytes, bytes]:
    """What comes before the content of the file, and what after it, in a form with these text fields."""
    texts, head = text_parts(fields), part_head("wav_file", "a.wav")
    return (head, b"\r\n" + texts + form()) if file_first else (texts + head, b"\r\n" + form())


def begun_upload(fields: dict[str, str], begin: bytes, *, more: int) -> bytes:
    """A request of `/add_track` up to somewhere in its file, of which so many bytes are to come."""
    body = around_file(fields)[0] + begin
    head = f"Host: localhost\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(body) + more}\r\n\r\n"
    return f"POST /add_track HTTP/1.1\r\n{head}".encode() + body
