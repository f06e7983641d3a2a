"""The numpy sound meter against the contract."""

import pytest

from adapters.numpy.meter import NumpySoundMeter
from tests.contract.meters import SoundMeterContract


@pytest.fixture
def meter() -> NumpySoundMeter:
    return NumpySoundMeter()


class TestNumpySoundMeter(SoundMeterContract):
    pass
