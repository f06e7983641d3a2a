"""A WAV under the type that curl and wget give to any body where nobody tells them what it is."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal

from entrypoints.http.errors import WrongType

FORM_BY_DEFAULT = "application/x-www-form-urlencoded"
"""That type: of curl's `--data-binary` and `-d`, of wget's `--post-file`, of Java's HttpURLConnection."""
_HEAD_BYTES = 8
_ORDERS: dict[bytes, Literal["little", "big"]] = {b"RIFF": "little", b"RIFX": "big"}


async def whole_wav(body: AsyncGenerator[bytes, None], body_bytes: int) -> AsyncGenerator[bytes, None]:
    """The blocks of a body of this length in bytes, if it is a WAV whose RIFF size fits to it; closes the body.

    Raises `WrongType` for anything else, before a block is given. `curl -d @talk.wav` leaves out each CR and LF, later
    ones each NUL, too, which nobody could tell from a recording that was cut off; what became of it would be noise.
    """
    head = b""
    async with aclosing(body):
        async for block in body:
            if len(head) >= _HEAD_BYTES:
                yield block
                continue
            head += block
            if len(head) >= _HEAD_BYTES:
                _refuse_unless_whole(head, body_bytes)
                yield head
    if len(head) < _HEAD_BYTES:
        _refuse_unless_whole(head, body_bytes)


def _refuse_unless_whole(head: bytes, body_bytes: int) -> None:
    order = _ORDERS.get(head[:4])
    size = _HEAD_BYTES + int.from_bytes(head[4:_HEAD_BYTES], order or "little")
    if order is None or body_bytes not in (size, size + size % 2):  # its last chunk may have its pad outside
        raise WrongType(
            f"the body is no whole WAV, and its Content-Type is {FORM_BY_DEFAULT}",
            "multipart/form-data, or the WAV itself as audio/wav (with curl by --data-binary, as -d leaves out bytes)",
        )
