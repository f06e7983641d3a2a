"""A decoder that makes silence, without any program."""

from collections.abc import AsyncGenerator, AsyncIterator

from domain.decoding import MOST_DECODED_BYTES, AudioDecoder
from domain.recording.format import WavFormat


class InMemoryAudioDecoder(AudioDecoder):
    """Gives as many silent samples as are in the blocks; of G.723.1 as if all its frames had the usual length."""

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        async for block in blocks:
            left, sample_bytes = source.samples_in(len(block)), source.decoded.block_bytes
            while left:
                count = min(left, MOST_DECODED_BYTES // sample_bytes)
                left -= count
                yield bytes(count * sample_bytes)
