"""Builds what holds a WAV's texts: `INFO` lists, `bext` chunks, ID3v2 tags of each version."""

import struct


def info(*texts: tuple[bytes, bytes], big_endian: bool = False, pad: bool = True) -> bytes:
    """The body of a `LIST` chunk of type `INFO`."""
    order = ">I" if big_endian else "<I"
    return b"INFO" + b"".join(
        name + struct.pack(order, len(text)) + text + bytes(len(text) % 2 if pad else 0) for name, text in texts
    )


def bext(description: bytes = b"", originator: bytes = b"", date: bytes = b"", time: bytes = b"") -> bytes:
    """The body of a `bext` chunk of version 1 (EBU Tech 3285), with an originator's reference and a coding history."""
    fields = ((description, 256), (originator, 32), (b"REFERENCE", 32), (date, 10), (time, 8))
    head = b"".join(text.ljust(size, b"\0") for text, size in fields)
    return head + bytes(8 + 2 + 64 + 190) + b"A=PCM,F=48000\r\n"


def id3(version: int, *frames: bytes, flags: int = 0, extended: bytes = b"", size: int | None = None) -> bytes:
    """A tag of version 2.`version`; `size` is what it claims, where that is to be a lie."""
    body = extended + b"".join(frames)
    return b"ID3" + bytes([version, 0, flags]) + synchsafe(len(body) if size is None else size) + body


def frame(version: int, name: bytes, body: bytes, flags: int = 0, size: bytes | None = None) -> bytes:
    """A frame as this version has it."""
    if version == 2:
        return name + len(body).to_bytes(3, "big") + body
    claimed = synchsafe(len(body)) if version == 4 else len(body).to_bytes(4, "big")
    return name + (claimed if size is None else size) + flags.to_bytes(2, "big") + body


def synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
