"""What samplers are told of a recording: `smpl` and `inst`.

Source: *New Multimedia Data Types and Data Techniques*, revision 3.0 (Microsoft, 1994), sampler and instrument chunks.
Positions are in samples per channel from the first; the end of a loop is its last sample.
"""

from domain.recording.passport.entries import Entries, Room, numbers

MAX_LOOPS = 64
_SAMPLER = (
    "Manufacturer",
    "Product",
    "SamplePeriod",
    "MIDIUnityNote",
    "MIDIPitchFraction",
    "SMPTEFormat",
    "SMPTEOffset",
    "SampleLoops",
    "SamplerData",
)
_LOOP = ("Identifier", "Type", "Start", "End", "Fraction", "PlayCount")
_INSTRUMENT = ("UnshiftedNote", "FineTune", "Gain", "LowNote", "HighNote", "LowVelocity", "HighVelocity")
_SAMPLER_BYTES, _LOOP_BYTES = 36, 24


def read_sampler(body: bytes, room: Room, *, big_endian: bool) -> Entries:
    """What `smpl` says, by the names of its source: `SampleLoops` are the loops that are there, not their count."""
    order = ">" if big_endian else "<"
    found = numbers(body, f"{order}9I", _SAMPLER, room)
    claimed = found.pop("SampleLoops", 0)
    loops = (
        numbers(body[at : at + _LOOP_BYTES], f"{order}6I", _LOOP, room)
        for at in range(_SAMPLER_BYTES, len(body), _LOOP_BYTES)[
            : min(MAX_LOOPS, claimed if isinstance(claimed, int) else 0)
        ]
    )
    if whole := [loop for loop in loops if loop]:
        found["SampleLoops"] = whole
    return found


def read_instrument(body: bytes, room: Room, *, big_endian: bool) -> Entries:
    """What `inst` says, by the names of its source: notes of MIDI, fine tuning in cents, gain in dB."""
    return numbers(body, "BbbBBBB", _INSTRUMENT, room)
