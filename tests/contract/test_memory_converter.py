"""The in-memory converter against the contract."""

import pytest

from adapters.memory.converter import InMemoryAudioConverter
from domain.errors import ConverterUnavailable
from tests.contract.converters import ConverterContract
from tests.contract.recordings import seconds


@pytest.fixture
def converter() -> InMemoryAudioConverter:
    return InMemoryAudioConverter()


class TestInMemoryAudioConverter(ConverterContract):
    async def test_it_shows_which_mp3s_are_open(self, converter: InMemoryAudioConverter) -> None:
        what = seconds(0.1)
        async with converter.convert(what.source, what.target(), what.chunks()) as mp3:
            assert converter.open_mp3s == [mp3]

        assert converter.open_mp3s == []

    async def test_it_can_be_made_unable_to_run(self, converter: InMemoryAudioConverter) -> None:
        converter.problem = "made so by a test"

        with pytest.raises(ConverterUnavailable, match="made so by a test"):
            await converter.check()
