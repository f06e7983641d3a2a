"""Connections that are read in small parts, and rest where these take long."""

import asyncio
from itertools import pairwise
from typing import Any

from application.admission.pace import Pace
from entrypoints.http.server.reading import READ_BYTES, SmallReads
from entrypoints.http.server.resting import RestingFlow

HOLDER = ("address 203.0.113.7",)


class Transport(asyncio.Transport):
    """Tells whether it reads."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = True
        self.ended = False

    def pause_reading(self) -> None:
        assert self.reads
        self.reads = False

    def resume_reading(self) -> None:
        assert not self.reads
        self.reads = True

    def is_closing(self) -> bool:
        return self.ended


async def rounds(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_h24_a_connection_that_rests_reads_on_in_its_turn() -> None:
    transport = Transport()
    flow = RestingFlow(transport, Pace(), HOLDER)
    flow.rest()
    flow.rest()
    assert not transport.reads
    await rounds(8)
    assert transport.reads


async def test_h24_connections_of_one_client_rest_until_those_before_have_read() -> None:
    pace = Pace(rounds=4)
    transports = [Transport() for _ in range(5)]
    for transport in transports:
        RestingFlow(transport, pace, HOLDER).rest()
    read = [0]
    for _ in range(60):
        await rounds(1)
        read.append(sum(transport.reads for transport in transports))
    assert read[-1] == 5
    assert max(after - before for before, after in pairwise(read)) == 1


async def test_what_is_asked_of_a_connection_that_rests_holds_afterwards() -> None:
    transport = Transport()
    flow = RestingFlow(transport, Pace(), HOLDER)
    flow.pause_reading()
    flow.rest()
    flow.resume_reading()  # as whoever answers does, who wants the next part of a body
    assert not transport.reads
    await rounds(8)
    assert transport.reads
    flow.rest()
    flow.pause_reading()
    await rounds(8)
    assert not transport.reads


async def test_a_connection_that_ends_rests_no_more() -> None:
    transport, pace = Transport(), Pace()
    flow = RestingFlow(transport, pace, HOLDER)
    flow.rest()
    transport.ended = True
    flow.end()
    await rounds(8)
    assert not transport.reads
    assert pace.waiting() == {}
    flow.rest()
    assert pace.waiting() == {}


async def test_h24_no_more_is_read_at_a_time_than_takes_little() -> None:
    received: list[bytes] = []

    class Protocol(asyncio.Protocol):
        def data_received(self, data: bytes) -> None:
            received.append(data)

    reads: Any = SmallReads(Protocol())
    for _ in range(2):
        buffer = reads.get_buffer(-1)
        assert len(buffer) == READ_BYTES
        buffer[:3] = b"abc"
        reads.buffer_updated(3)
        buffer[:3] = b"xyz"  # as the next connection's
    assert received == [b"abc", b"abc"]
