"""What holds for any bytes and any cut."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import RecordingError
from domain.recording.reader import WavReader
from tests.unit.recording.reading import Reading, read_pieces
from tests.wav_reading import push
from tests.wavs import (
    A_LAW,
    FLOAT,
    GSM_610,
    IMA_ADPCM,
    MS_ADPCM,
    PCM,
    floats,
    gsm_blocks,
    ima_adpcm_blocks,
    ms_adpcm_blocks,
    pcm,
    wav,
)

MAGICS = (b"RIFF", b"RIFX", b"RF64", b"BW64", b"riff")
MAX_HELD = 70_000  # one codec block and a chunk's worth


def files() -> st.SearchStrategy[bytes]:
    """One file, or several that are joined, of which those behind the first may be cut."""
    joined = st.lists(whole_files(), min_size=2, max_size=3).map(b"".join)
    return whole_files() | joined | st.tuples(joined, st.integers(1, 60)).map(lambda cut: cut[0][: -cut[1]])


@st.composite
def whole_files(draw: st.DrawFn) -> bytes:
    """Files of every container and codec, with sizes and words that may lie."""
    tag, bits = draw(
        st.sampled_from(
            [(PCM, 8), (PCM, 12), (PCM, 16), (PCM, 24), (PCM, 32), (PCM, 48), (PCM, 64), (FLOAT, 32), (A_LAW, 8)]
        )
        | st.sampled_from([(MS_ADPCM, 4), (IMA_ADPCM, 4), (GSM_610, 0)])
    )
    channels = draw(st.integers(1, 3))
    align = {MS_ADPCM: 64, IMA_ADPCM: 67, GSM_610: 65}.get(tag)
    bodies = st.binary(max_size=9) | st.just(b"INFOINAM\x03\0\0\0abcIART\x01\0\0\0d")
    chunks = st.lists(st.tuples(st.sampled_from([b"LIST", b"junk", b"data"]), bodies), max_size=2)
    return wav(
        draw(st.binary(max_size=300)),
        magic=draw(st.sampled_from(MAGICS)),
        tag=tag,
        bits=bits,
        channels=channels,
        block_align=align,
        extensible=draw(st.booleans()),
        data_size=draw(st.none() | st.sampled_from([0, 1, 100, 299, 1000, 0x7FFFFFF0, 0xFFFFFFFF])),
        riff_size=draw(st.none() | st.sampled_from([0, 8, 0xFFFFFFFF])),
        before=[chunk for chunk in draw(chunks) if chunk[0] != b"data"],
        after=draw(chunks),
        trailing=draw(st.binary(max_size=5)),
        pad=draw(st.booleans()),
    )


@st.composite
def cuts(draw: st.DrawFn, file: bytes) -> list[bytes]:
    at = sorted(draw(st.lists(st.integers(0, len(file)), max_size=8)))
    return [file[start:end] for start, end in zip([0, *at], [*at, len(file)], strict=True)]


def outcome(pieces: list[bytes]) -> Reading | tuple[type, str]:
    try:
        return read_pieces(pieces)
    except RecordingError as error:
        return type(error), str(error)


@given(data=st.data(), file=files())
@settings(max_examples=150, deadline=None)
def test_cuts_change_nothing(data: st.DataObject, file: bytes) -> None:
    whole = outcome([file])
    assert outcome(data.draw(cuts(file))) == whole
    assert outcome([file[at : at + 1] for at in range(len(file))]) == whole


@given(file=files(), changes=st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=4))
@settings(max_examples=200, deadline=None)
def test_changed_heads_raise_nothing_but_wav_errors(file: bytes, changes: list[tuple[int, int]]) -> None:
    mutated = bytearray(file)
    for at, value in changes:
        mutated[at % len(mutated)] = value
    outcome([bytes(mutated)])


@given(head=st.sampled_from([b"", *(magic + b"\0\0\1\0WAVE" for magic in MAGICS)]), rest=st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes_raise_nothing_but_wav_errors(head: bytes, rest: bytes) -> None:
    outcome([head + rest])


@given(file=files(), more=st.integers(0, 20))
@settings(max_examples=50, deadline=None)
def test_nothing_is_hoarded(file: bytes, more: int) -> None:
    reader = WavReader()
    handed_out = 0
    try:
        for piece in [file, *[bytes(10_000)] * more]:
            handed_out += len(push(reader, piece))
            parser = reader._parser
            held = len(parser.feeder._held) + len(parser.sound._stream._rest if parser.sound._stream else b"")
            assert held < MAX_HELD
    except RecordingError:
        return
    assert handed_out <= reader.bytes_read


@given(
    bits=st.integers(1, 32),
    channels=st.integers(1, 8),
    rate=st.integers(2500, 768_000),
    magic=st.sampled_from(MAGICS),
    extensible=st.booleans(),
    values=st.lists(st.floats(-1, 1), min_size=8, max_size=40),
)
@settings(max_examples=100, deadline=None)
def test_pcm_round_trips(
    bits: int, channels: int, rate: int, magic: bytes, extensible: bool, values: list[float]
) -> None:
    samples = np.array(values[: len(values) // channels * channels])
    data = pcm(samples, bits, big_endian=magic == b"RIFX")
    extensible = extensible and magic != b"RIFX"
    found = outcome([wav(data, magic=magic, bits=bits, channels=channels, rate=rate, extensible=extensible)])
    assert isinstance(found, Reading)
    assert (found.data, found.samples) == (pcm(samples, bits), len(samples) // channels)
    assert (found.format.channels, found.format.sample_rate, found.repairs) == (channels, rate, ())


@given(values=st.lists(st.floats(width=32), min_size=1, max_size=40), magic=st.sampled_from(MAGICS))
@settings(max_examples=50, deadline=None)
def test_floats_round_trip_nan_and_infinity_included(values: list[float], magic: bytes) -> None:
    samples = np.array(values)
    found = outcome([wav(floats(samples, 64, big_endian=magic == b"RIFX"), magic=magic, tag=FLOAT, bits=64)])
    assert isinstance(found, Reading)
    assert found.data == floats(samples, 64)


@given(count=st.integers(1, 5), cut=st.integers(0, 64))
@settings(max_examples=30, deadline=None)
def test_block_codecs_hand_out_whole_blocks(count: int, cut: int) -> None:
    for tag, blocks, align in (
        (MS_ADPCM, ms_adpcm_blocks(count, block_bytes=65), 65),
        (IMA_ADPCM, ima_adpcm_blocks(count, block_bytes=64), 64),
        (GSM_610, gsm_blocks(count), 65),
    ):
        reader = WavReader()
        file = wav(blocks + bytes(cut), tag=tag, bits=4, block_align=align, data_size=0xFFFFFFFF, pad=False)
        out = push(reader, file)
        assert len(out) == (len(blocks) + cut) // align * align
