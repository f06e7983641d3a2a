"""What every edge (HTTP, the command line) needs to put its own words to the errors of the domain.

An edge has a table from class to words, with a row for `MusicAppError`. The words are a format that is given the
error, so that they can name its data: `"it is longer than {error.limit:g} seconds"`; `{error}` is its neutral text.
"""

from collections.abc import Mapping
from typing import TypeVar

from domain.errors import MusicAppError

Row = TypeVar("Row")

TAKEN_CONTAINERS = "a RIFF, RIFX, RF64, BW64 or Sony Wave64 file"
TAKEN_CODECS = (
    "PCM of 8 to 32 or of 64 bit, 32 or 64-bit float, A-law, µ-law, ADPCM (MS, IMA, OKI, Yamaha or Creative), "
    "GSM 6.10, G.721, G.722, G.723.1, G.726, G.729 or TrueSpeech"
)


def row_of(table: Mapping[type[MusicAppError], Row], error: MusicAppError) -> Row:
    """The row of the error's class, else of its nearest base. `table` has one for `MusicAppError`."""
    return next(table[kind] for kind in type(error).__mro__ if issubclass(kind, MusicAppError) and kind in table)
