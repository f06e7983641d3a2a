"""Places for those who are let in at once."""

from contextlib import ExitStack

import pytest

from application.admission.places import Places
from domain.errors import Overloaded


def test_no_more_places_are_taken_than_there_are() -> None:
    places = Places(3, "uploads")
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(places.take())
        with pytest.raises(Overloaded) as refused, places.take():
            pass
        with pytest.raises(Overloaded):
            places.refuse_if_full()
    assert refused.value.retry_after > 0
    assert "places for uploads" in str(refused.value)
    places.refuse_if_full()


def test_a_place_is_given_back_however_the_upload_ends() -> None:
    places = Places(1, "uploads")
    for error in (RuntimeError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error), places.take():
            raise error
    with places.take():
        pass
