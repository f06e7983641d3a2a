"""An MP3 behind its tag."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.mp3 import InMemoryMp3
from domain.output.tagged_mp3 import TaggedMp3


@given(st.data(), st.binary(max_size=30), st.binary(max_size=30))
async def test_any_part_is_that_of_both_together(data: st.DataObject, tag: bytes, mp3: bytes) -> None:
    both = TaggedMp3(tag, InMemoryMp3(mp3))
    start = data.draw(st.integers(0, both.size))
    count = data.draw(st.integers(0, both.size - start))

    blocks = [block async for block in both.read(start, count)]

    assert both.size == len(tag) + len(mp3)
    assert b"".join(blocks) == (tag + mp3)[start : start + count]
    assert all(blocks)
