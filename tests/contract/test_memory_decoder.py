"""The twin of the decoder against its contract."""

import pytest

from adapters.memory.decoder import InMemoryAudioDecoder
from tests.contract.decoders import DecoderContract


@pytest.fixture
def decoder() -> InMemoryAudioDecoder:
    return InMemoryAudioDecoder()


class TestInMemoryAudioDecoder(DecoderContract):
    pass
