"""`python -m tests.curl`: of curl as much as the README and the tests use, for machines without it."""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from tests.server import NO_TLS

BLOCK_BYTES = 1 << 16


def main(arguments: list[str]) -> int:
    """Do one request; 28 after too long a time, 56 where there is no answer."""
    options = _parser().parse_args(arguments)
    try:
        client = httpx.Client(trust_env=False, verify=NO_TLS, timeout=float(options.seconds))
        with client, ExitStack() as files:
            _show(client.send(_request(client, options, files)), options)
    except httpx.HTTPError as error:
        print(f"curl: {error!r}", file=sys.stderr)
        return 28 if isinstance(error, httpx.TimeoutException) else 56
    return 0


def _request(client: httpx.Client, options: argparse.Namespace, files: ExitStack) -> httpx.Request:
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in options.headers) if value]
    content: dict[str, Any] = {}
    if options.fields:
        content["files"] = [_part(field, files) for field in options.fields]
    elif options.upload:
        content["content"] = _blocks(options.upload)
        headers.append(("Content-Length", str(options.upload.stat().st_size)))
    elif options.data:
        content["content"] = Path(options.data[1:]).read_bytes() if options.data[0] == "@" else options.data
    method = options.method or ("HEAD" if options.head else "PUT" if options.upload else "POST" if content else "GET")
    request = client.build_request(method, options.url, headers=headers, **content)
    if "chunked" in request.headers.get("Transfer-Encoding", ""):
        request.headers.pop("Content-Length", None)
    return request


def _part(field: str, files: ExitStack) -> tuple[str, Any]:
    """`name=value`, `name=@file` or `name=@file;filename=other`."""
    name, _, value = field.partition("=")
    if not value.startswith("@"):
        return name, (None, value)
    path, _, given = value[1:].partition(";filename=")
    return name, (given or Path(path).name, files.enter_context(Path(path).open("rb")))


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _show(answer: httpx.Response, options: argparse.Namespace) -> None:
    head = f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n".encode()
    head += b"".join(b"%b: %b\r\n" % line for line in answer.headers.raw) + b"\r\n"
    if options.headers_to:
        options.headers_to.write_bytes(head)
    if named := options.remote_name and re.search('filename="([^"/]+)"', answer.headers["content-disposition"]):
        options.to = Path(named[1])
    body = (head if options.include or options.head else b"") + answer.content
    if options.to:
        options.to.write_bytes(body)
    else:
        sys.stdout.buffer.write(body)
    sys.stdout.write((options.write_out or "").replace("%{http_code}", str(answer.status_code)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="curl", allow_abbrev=False)
    parser.add_argument("url")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-I", dest="head", action="store_true")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-F", dest="fields", action="append", default=[])
    parser.add_argument("-d", "--data-binary", dest="data", default="")
    parser.add_argument("-T", dest="upload", type=Path)
    parser.add_argument("-D", dest="headers_to", type=Path)
    parser.add_argument("-o", dest="to", type=Path)
    parser.add_argument("-O", dest="remote_name", action="store_true")
    parser.add_argument("-J", dest="by_header", action="store_true")
    parser.add_argument("-i", dest="include", action="store_true")
    parser.add_argument("-w", dest="write_out")
    parser.add_argument("-m", dest="seconds", type=int, default=60)
    parser.add_argument("--noproxy")
    parser.add_argument("-s", dest="silent", action="store_true")
    parser.add_argument("-S", dest="show_errors", action="store_true")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
