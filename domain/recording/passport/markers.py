"""Where the marked points of a recording are in its sound.

Source: as for `cues`. The sample of a point counts from its block in a codec of blocks, else from the first sample of
all. Writers that know no block leave its start at 0 and count from the first in any case; some fill in nothing but the
position in the order of play.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.passport import Marker

MAX_TITLE_LENGTH = 100


def markers_of(cue: Sequence[Mapping[str, Any]], block_bytes: int, block_samples: int) -> tuple[Marker, ...]:
    """Of the points of a passport, in the order of their positions; those of one sample in that of their chunk.

    A block of the data has so many bytes, and so many samples per channel: 1 where it is a frame of samples.
    """
    markers = (
        Marker(_position(point, block_bytes, block_samples), _region(point).get("SampleLength", 0), _title(point))
        for point in cue
    )
    return tuple(sorted(markers, key=lambda marker: marker.position))


def _position(point: Mapping[str, Any], block_bytes: int, block_samples: int) -> int:
    block = int(point["BlockStart"]) // block_bytes * block_samples
    sample = int(point["SampleOffset"])
    within = block + sample if block_samples > 1 else sample or int(point["Position"]) or block
    return int(point.get("FirstSample", 0)) + within


def _title(point: Mapping[str, Any]) -> str:
    said: str = point.get("labl") or _region(point).get("Text") or point.get("note") or ""
    return " ".join(said.split())[:MAX_TITLE_LENGTH].strip()


def _region(point: Mapping[str, Any]) -> Mapping[str, Any]:
    region: Mapping[str, Any] = point.get("ltxt", {})
    return region
