"""Places for uploads."""

from contextlib import ExitStack

import pytest

from application.uploads import UploadPlaces
from domain.errors import Overloaded


def test_no_more_places_are_taken_than_there_are() -> None:
    places = UploadPlaces(3)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(places.take())
        with pytest.raises(Overloaded) as refused, places.take():
            pass
    assert refused.value.retry_after > 0


def test_a_place_is_given_back_however_the_upload_ends() -> None:
    places = UploadPlaces(1)
    for error in (RuntimeError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), places.take():
            raise error
    with places.take():
        pass
