"""A decoder that makes silence, without any program."""

from collections.abc import AsyncGenerator, AsyncIterator

from domain.decoding import AudioDecoder
from domain.recording.format import WavFormat


class InMemoryAudioDecoder(AudioDecoder):
    """Gives as many silent samples as are in the blocks; of G.723.1 as if all its frames had the usual length."""

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        async for block in blocks:
            if samples := source.samples_in(len(block)):
                yield bytes(samples * source.decoded.block_bytes)
