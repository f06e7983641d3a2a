"""What a recording must satisfy, from bytes to a checked MP3."""

import asyncio
import hashlib
import struct
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.converter import InMemoryAudioConverter, silence
from adapters.memory.decoder import InMemoryAudioDecoder
from adapters.memory.mp3 import InMemoryMp3
from domain.convert import Convert, Converted
from domain.decoding import AudioDecoder
from domain.errors import (
    ConverterFailed,
    Mp3TooLarge,
    MusicAppError,
    NoAudio,
    RecordingTooLarge,
    TooLong,
    UndecodableRecording,
    UnsupportedCodec,
)
from domain.incoming_wav import AudioLimits
from domain.output.chapters import Chapter
from domain.output.converter import Mp3
from domain.output.format import Mp3Format, Mp3Quality
from domain.output.id3 import write_id3
from domain.output.info_frame import read_info
from domain.recording.format import Codec, RecordingFormat, SampleEncoding, WavFormat
from domain.recording.limits import WavLimits
from domain.recording.reader import WavReader
from domain.tags import Tags
from tests.codecs import RECORDINGS
from tests.costly_texts import COSTLY_CHUNKS
from tests.passports import cue
from tests.texts import info
from tests.unit.streams import blocks, breaking, cut
from tests.wavs import floats, pcm, tone, wav

LIMITS = AudioLimits(WavLimits(), max_wav_bytes=1 << 20, max_duration=60, max_mp3_bytes=1 << 20)
RECORDING = wav(pcm(tone(8000)))


class Recorder(InMemoryAudioConverter):
    """Counts the conversions that were begun, and gives another MP3 where it is told to."""

    def __init__(self, mp3: bytes | None = None) -> None:
        super().__init__()
        self.begun = 0
        self.mp3 = mp3

    @asynccontextmanager
    async def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[Mp3, None]:
        self.begun += 1
        async with super().convert(source, target, samples) as made:
            yield made if self.mp3 is None else InMemoryMp3(self.mp3)


async def converted(
    *wav: bytes,
    converter: InMemoryAudioConverter | None = None,
    limits: AudioLimits = LIMITS,
    at_least: int = 0,
    decoder: AudioDecoder | None = None,
) -> Converted:
    convert = Convert(
        converter or InMemoryAudioConverter(),
        limits,
        Mp3Quality(bit_rate=128),
        decoder=decoder or InMemoryAudioDecoder(),
    )
    async with convert(blocks(*wav), at_least) as made:
        return made


async def test_a_conversion_tells_what_was_found_out() -> None:
    made = await converted(RECORDING)
    conversion = made.conversion
    assert conversion.duration == timedelta(seconds=1)
    assert (conversion.wav_size, conversion.wav_sha256) == (len(RECORDING), hashlib.sha256(RECORDING).digest())
    assert conversion.mp3_format == Mp3Format(8000, 1, Mp3Quality(bit_rate=64))
    assert conversion.recording_format == RecordingFormat(Codec.PCM, 8000, 1, 16)
    mp3 = await content(made)
    assert (conversion.mp3_size, conversion.mp3_sha256) == (len(mp3), hashlib.sha256(mp3).digest())
    assert read_info(mp3).samples == 8000


@pytest.mark.parametrize("place", ["before", "after"])
async def test_markers_and_what_the_recorder_wrote_are_kept(place: str) -> None:
    words: dict[str, Any] = {place: [(b"guan", b"Make: Pettersson"), (b"cue ", cue(4000))]}
    made = await converted(wav(pcm(tone(8000)), **words))
    point = {"Name": 1, "Position": 4000, "BlockStart": 0, "SampleOffset": 4000}
    assert made.conversion.passport == {"GUANO": {"Make": "Pettersson"}, "cue": [point]}
    expected = write_id3(Tags(encoded_by="Pettersson"), [Chapter(500, 1000, 4000, "Marker 1")])
    assert (await content(made)).startswith(expected)


@given(st.lists(st.integers(0, 2000), max_size=12))
@settings(max_examples=40, deadline=None)
async def test_it_does_not_matter_how_the_wav_is_cut(at: list[int]) -> None:
    recording = wav(pcm(tone(900)), before=[(b"LIST", b"INFO")], after=[(b"cue ", cue(5, 7)), (b"guan", b"a: b")])
    whole, pieces = await converted(recording), await converted(*cut(recording, at))
    assert whole.conversion == pieces.conversion


@pytest.mark.parametrize("frames", [0, 1])
async def test_no_sample_is_no_audio_and_one_is(frames: int) -> None:
    converter = Recorder()
    if frames:
        assert (await converted(wav(bytes(2)), converter=converter)).conversion.duration > timedelta(0)
    else:
        with pytest.raises(NoAudio):
            await converted(wav(b""), converter=converter)
    assert converter.begun == frames


async def test_a_claim_that_is_too_long_is_refused_before_anything_is_encoded() -> None:
    converter = Recorder()
    head = wav(b"", data_size=2 * 8000 * 61)
    with pytest.raises(TooLong):
        await converted(head + bytes(1000), converter=converter, at_least=10**9)
    assert converter.begun == 0


async def test_a_claim_whose_bytes_are_not_certain_to_come_refuses_nothing() -> None:
    made = await converted(wav(b"", data_size=0x7FFFFFF0) + bytes(16000), at_least=1000)
    assert made.conversion.duration == timedelta(seconds=1)


async def test_what_turns_out_too_long_while_it_flows_is_refused() -> None:
    converter = Recorder()
    head = wav(b"", data_size=0xFFFFFFFF)
    with pytest.raises(TooLong):
        await converted(
            head, *[bytes(2 * 8000)] * 61, converter=converter, limits=replace(LIMITS, max_wav_bytes=1 << 30)
        )
    assert converter.open_mp3s == []


async def test_an_mp3_that_would_be_too_large_is_refused_before_anything_is_encoded() -> None:
    converter = Recorder()
    with pytest.raises(Mp3TooLarge):
        await converted(
            RECORDING, converter=converter, at_least=len(RECORDING), limits=replace(LIMITS, max_mp3_bytes=1000)
        )
    assert converter.begun == 0


async def test_an_mp3_that_turns_out_too_large_is_refused() -> None:
    with pytest.raises(Mp3TooLarge):
        await converted(RECORDING, limits=replace(LIMITS, max_mp3_bytes=1000))


async def test_bytes_are_counted_and_not_believed() -> None:
    limits = replace(LIMITS, max_wav_bytes=len(RECORDING) - 1)
    with pytest.raises(RecordingTooLarge):
        await converted(*cut(RECORDING, range(0, len(RECORDING), 1000)), limits=limits)
    await converted(RECORDING, limits=replace(limits, max_wav_bytes=len(RECORDING)))


async def test_the_mp3_is_gone_when_the_context_ends_in_an_error() -> None:
    converter = InMemoryAudioConverter()
    convert = Convert(converter, LIMITS, Mp3Quality(bit_rate=128))
    with pytest.raises(RuntimeError, match="the commit"):
        async with convert(blocks(RECORDING)):
            raise RuntimeError("the commit")
    assert converter.open_mp3s == []


async def test_an_error_of_the_upload_comes_out_unchanged() -> None:
    error = RuntimeError("the network")
    converter = InMemoryAudioConverter()
    with pytest.raises(RuntimeError) as raised:
        async with Convert(converter, LIMITS, Mp3Quality(bit_rate=128))(breaking(RECORDING, error=error)):
            pass
    assert raised.value is error
    assert converter.open_mp3s == []


TEXTS = [(b"LIST", info((b"INAM", "Größe".encode()), (b"IART", b"Ann")))]


async def content(made: Converted) -> bytes:
    return b"".join([block async for block in made.mp3.read(0, made.mp3.size)])


@pytest.mark.parametrize("place", ["before", "after"])
async def test_texts_of_the_recording_are_the_tag_of_the_mp3(place: str) -> None:
    chunks: dict[str, Any] = {place: TEXTS}
    made, texts = await converted(wav(pcm(tone(8000)), **chunks)), Tags(title="Größe", artist="Ann")
    mp3 = await content(made)
    assert mp3 == write_id3(texts) + await right_mp3()
    assert made.conversion.texts == texts
    assert (made.conversion.mp3_size, made.conversion.mp3_sha256) == (len(mp3), hashlib.sha256(mp3).digest())


async def test_texts_that_would_make_the_mp3_too_large_are_left_out() -> None:
    recording, right = wav(pcm(tone(8000)), before=TEXTS), await right_mp3()
    tagged = len(await content(await converted(recording)))
    fitting = await converted(recording, limits=replace(LIMITS, max_mp3_bytes=tagged))
    assert fitting.mp3.size == tagged > len(right)
    assert await content(await converted(recording, limits=replace(LIMITS, max_mp3_bytes=tagged - 1))) == right


async def right_mp3() -> bytes:
    return await content(await converted(RECORDING))


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "longer", "no tag", "other frames"])
async def test_an_mp3_that_contradicts_the_recording_is_not_kept(damage: str) -> None:
    right = await right_mp3()
    tag = right.index(b"Info")
    (frames,) = struct.unpack(">I", right[tag + 8 : tag + 12])
    wrong = {
        "empty": b"",
        "text": b"<html>" * 100,
        "cut": right[:-1],
        "longer": right + b"\0",
        "no tag": right.replace(b"Info", b"Nope"),
        "other frames": right[: tag + 8] + struct.pack(">I", frames + 5) + right[tag + 12 :],
    }[damage]
    with pytest.raises(ConverterFailed):
        await converted(RECORDING, converter=Recorder(wrong))


class Dropping(InMemoryAudioDecoder):
    """Loses so many samples, or gives more where it is a negative number."""

    def __init__(self, samples: int) -> None:
        self.samples = samples

    async def decode(self, source: WavFormat, blocks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        samples = b"".join([block async for block in super().decode(source, blocks)])
        yield samples[: len(samples) - 2 * self.samples] + bytes(max(0, -2 * self.samples))


@pytest.mark.parametrize(
    ("lost", "error"), [(0, None), (499, None), (500, UndecodableRecording), (-501, ConverterFailed)]
)
async def test_sound_that_a_decoder_does_not_give_is_the_recordings_fault(
    lost: int, error: type[MusicAppError] | None
) -> None:
    recording = RECORDINGS["MS ADPCM"]  # of blocks of 500 samples
    if error is None:
        made = await converted(recording.file(), decoder=Dropping(lost))
        assert made.conversion.duration == timedelta(seconds=20 * 500 / 8000)
        assert read_info(await content(made)).samples == 20 * 500
    else:
        with pytest.raises(error):
            await converted(recording.file(), decoder=Dropping(lost))


async def test_without_a_decoder_codecs_in_blocks_are_refused_by_name() -> None:
    with pytest.raises(UnsupportedCodec, match=r"GSM 6\.10"):
        async with Convert(InMemoryAudioConverter(), LIMITS, Mp3Quality(bit_rate=128))(
            blocks(RECORDINGS["GSM 6.10"].file())
        ):
            pass


@pytest.mark.parametrize("name", [name for name in RECORDINGS if name != "G.723.1 with silence"])
@given(at=st.lists(st.integers(0, 5000), max_size=6), padding=st.integers(0, 30))
@settings(max_examples=10, deadline=None)
async def test_every_codec_is_as_long_as_its_rule_says_but_for_padding(name: str, at: list[int], padding: int) -> None:
    what = RECORDINGS[name]
    length = what.samples - min(padding, what.source.block_samples - 1)

    made = await converted(*cut(what.file(fact=length), at))

    assert made.conversion.duration == timedelta(seconds=length / what.rate)
    assert read_info(await content(made)).samples == length * made.conversion.mp3_format.sample_rate // what.rate


async def test_sound_that_is_missing_of_plain_samples_is_no_fault_of_the_recording() -> None:
    target = Mp3Format(8000, 1, Mp3Quality(bit_rate=64))

    with pytest.raises(ConverterFailed, match="4000 samples"):
        await converted(RECORDING, converter=Recorder(silence(target, 4000)))


@pytest.mark.parametrize("place", ["before", "after"])
@pytest.mark.parametrize("form", ["control characters", "tiny chunks"])
async def test_c10_others_have_a_turn_between_two_steps_of_the_reader(form: str, place: str) -> None:
    chunks: dict[str, Any] = {place: COSTLY_CHUNKS[form]()}
    recording, turns = wav(pcm(tone(800)), **chunks), 0

    async def count_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    await converted(recording, limits=replace(LIMITS, max_wav_bytes=1 << 21))
    counting.cancel()

    assert turns >= sum(1 for _ in WavReader().push_in_steps(recording)) > 10


class Listener(InMemoryAudioConverter):
    """Keeps the samples that it is given, and their format."""

    def __init__(self) -> None:
        super().__init__()
        self.source: WavFormat | None = None
        self.blocks: list[bytes] = []

    @asynccontextmanager
    async def convert(
        self, source: WavFormat, target: Mp3Format, samples: AsyncIterator[bytes]
    ) -> AsyncGenerator[Mp3, None]:
        self.source = source

        async def heard() -> AsyncGenerator[bytes, None]:
            async for block in samples:
                self.blocks.append(block)
                yield block

        async with super().convert(source, target, heard()) as made:
            yield made


@pytest.mark.parametrize("size", [1000, 4096, 1 << 20])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (floats(tone(600)), SampleEncoding.FLOAT_32),
        (pcm(tone(600), 32), SampleEncoding.SIGNED_32),
        (b"", SampleEncoding.SIGNED_32),
    ],
)
async def test_silence_before_the_samples_show_what_they_are_is_converted_as_well(
    data: bytes, encoding: SampleEncoding, channels: int, size: int
) -> None:
    whole = bytes(4 * channels * 30_000) + data
    file = wav(whole, bits=32, channels=channels)
    converter = Listener()

    async with Convert(converter, LIMITS, Mp3Quality(bit_rate=128))(
        blocks(*(file[at : at + size] for at in range(0, len(file), size)))
    ) as made:
        assert made.conversion.duration.total_seconds() == len(whole) / channels / 4 / 8000

    assert converter.source is not None
    assert converter.source.encoding is encoding
    assert b"".join(converter.blocks) == whole
    assert all(block and len(block) % (4 * channels) == 0 for block in converter.blocks)


async def test_silence_that_lasts_too_long_is_refused_before_anything_is_known_of_it() -> None:
    file = wav(bytes(4 * 8000 * 61), bits=32)
    converter = Recorder()

    with pytest.raises(TooLong):
        async with Convert(converter, replace(LIMITS, max_wav_bytes=1 << 22), Mp3Quality(bit_rate=128))(
            blocks(*(file[at : at + 65_536] for at in range(0, len(file), 65_536)))
        ):
            pass

    assert converter.begun == 0


async def test_c10_a_recording_that_takes_little_to_read_waits_for_no_turn() -> None:
    async def rest(_: object) -> None:
        raise AssertionError("it rested")

    async with Convert(InMemoryAudioConverter(), LIMITS, Mp3Quality(bit_rate=128), rest=rest)(blocks(RECORDING)):
        pass


async def test_c10_who_reads_on_waits_for_its_turn_between_two_steps() -> None:
    turns: list[asyncio.Future[None]] = []

    async def rest(_: object) -> None:
        turns.append(asyncio.get_running_loop().create_future())
        await turns[-1]

    async def convert() -> None:
        async with Convert(InMemoryAudioConverter(), LIMITS, Mp3Quality(bit_rate=128), rest=rest)(blocks(costly)):
            pass

    costly = wav(pcm(tone(100)), before=[(b"junk", b"")] * 400)
    task = asyncio.create_task(convert())
    for number in range(1, 5):
        for _ in range(20):
            await asyncio.sleep(0)
        assert (len(turns), task.done()) == (number, False)
        turns[-1].set_result(None)
    task.cancel()
    await asyncio.wait([task])
