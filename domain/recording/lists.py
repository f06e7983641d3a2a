"""The chunks within a `LIST` chunk, whichever way their writer pads them.

Source: *Multimedia Programming Interface and Data Specifications 1.0* (IBM and Microsoft, 1991), chapter 2: a body of
odd size is followed by a byte of 0. Some writers leave it out, some put it behind bodies of even size instead, and some
do not count the 0 that ends a text.
"""

import re
import struct
from collections.abc import Iterator

from domain.recording.budget import Budget

_HEAD_BYTES = 8
_NAME = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_]{2}[A-Za-z0-9_ ]")
_MOST_ZEROS = 3
"""That may lie between two chunks."""
_MAY_BE_NEAR = re.compile(rb".?[A-Za-z0-9]|\0{2,3}[A-Za-z0-9]", re.DOTALL)
"""Where the next one can begin: behind a pad, whatever is in it, or behind zeros."""


def chunks_of_list(body: bytes, budget: Budget, *, big_endian: bool) -> Iterator[tuple[bytes, bytes]]:
    """Names and bodies of the whole chunks behind the list's type, as many as may be looked at.

    What is cut off is left out.
    """
    size_format = ">I" if big_endian else "<I"
    at = 4
    while at + _HEAD_BYTES <= len(body) and budget.take():
        (size,) = struct.unpack_from(size_format, body, at + 4)
        end = at + _HEAD_BYTES + size
        if end > len(body):
            return
        yield body[at : at + 4], body[end - size : end]
        at = _next_chunk(body, end, size % 2, size_format)


def _next_chunk(body: bytes, end: int, pad: int, size_format: str) -> int:
    """Where the next chunk begins: behind the pad that is right, if a chunk that fits is there, else where one is."""
    right = end + pad
    if not _MAY_BE_NEAR.match(body, end):
        return right
    if _fits(body, right, size_format):
        return right
    for at in range(end, end + _MOST_ZEROS + 1):
        if at != right and _fits(body, at, size_format):
            return at
        if body[at : at + 1] != b"\0":
            break
    return right if _NAME.match(body, right) or not _NAME.match(body, end) else end


def _fits(body: bytes, at: int, size_format: str) -> bool:
    """Whether a chunk with a name of letters and digits is there as a whole."""
    if not _NAME.match(body, at) or at + _HEAD_BYTES > len(body):
        return False
    (size,) = struct.unpack_from(size_format, body, at + 4)
    return at + _HEAD_BYTES + int(size) <= len(body)
