"""What of a passport is for listeners, too: when and with what a recording was made, and a note on it.

Where it was made (`Loc Position` of GUANO, `LOCATION` of iXML) is not: an MP3 is passed on.
"""

from collections.abc import Iterator
from typing import Any

from domain.passport import Passport
from domain.recording.passport.audiomoth import date_of

_IXML_TEXTS = (
    ("date", "BWF_ORIGINATION_DATE"),
    ("encoded_by", "BWF_ORIGINATOR"),
    ("description", "BWF_DESCRIPTION"),
)
"""Of its element `BEXT`, which repeats that chunk."""


def texts_of(passport: Passport) -> Iterator[tuple[str, str]]:
    """Fields of `domain.tags.Tags` and their texts; of several the first that says something counts."""
    yield from _of_guano(passport.get("GUANO", {}))
    moth = passport.get("AudioMoth", {})
    yield "date", date_of(moth)
    yield "encoded_by", moth.get("Device", "")
    yield from _of_ixml(passport.get("iXML", {}))
    cart = passport.get("cart", {})
    yield "title", cart.get("Title", "")
    yield "artist", cart.get("Artist", "")
    yield "software", f"{cart.get('ProducerAppID', '')} {cart.get('ProducerAppVersion', '')}"


def _of_guano(guano: dict[str, str]) -> Iterator[tuple[str, str]]:
    yield "date", guano.get("Timestamp", "")
    yield "encoded_by", " ".join(guano[name] for name in ("Make", "Model", "Serial") if name in guano)
    yield "comment", guano.get("Note", "")


def _of_ixml(ixml: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """An element may be a text or a tree: only texts count."""
    bext = ixml.get("BEXT")
    if isinstance(bext, dict):
        for field, name in _IXML_TEXTS:
            text = bext.get(name)
            time = bext.get("BWF_ORIGINATION_TIME") if field == "date" else ""
            if isinstance(text, str):
                yield field, f"{text} {time}" if isinstance(time, str) else text
    if isinstance(note := ixml.get("NOTE"), str):
        yield "comment", note
