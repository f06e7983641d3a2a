"""Codecs that are not taken are refused by the names that are registered for their format tags."""

import pytest

from domain.errors import UnsupportedCodec
from domain.recording.block_codecs import BLOCK_CODEC_TAGS
from domain.recording.format_tags import TAG_NAMES
from tests.unit.recording.reading import read
from tests.wavs import wav

TAKEN = {1, 3, 6, 7, *BLOCK_CODEC_TAGS}


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        *((0x04, "VSELP"), (0x05, "CVSD"), (0x08, "DTS"), (0x0A, "WMA Voice"), (0x13, "Sierra Semiconductor ADPCM")),
        *((0x25, "aptX"), (0x30, "AC-2"), (0x32, "MSN Audio"), (0x38, "NMS VBX ADPCM"), (0x41, "CELP")),
        *((0x43, "G.723.1"), (0x44, "G.729"), (0x50, "MPEG"), (0x55, "MP3"), (0x57, "AMR"), (0x70, "CELP")),
        *((0x72, "SBC"), (0x75, "MetaSound"), (0x85, "G.726"), (0x86, "GSM"), (0x92, "AC-3"), (0xA4, "ACELP")),
        *((0xFF, "AAC"), (0x130, "ACELP"), (0x140, "G.726"), (0x150, "PureVoice"), (0x161, "WMA"), (0x166, "XMA2")),
        *((0x270, "ATRAC3"), (0x1104, "SBC"), (0x1610, "AAC"), (0x2001, "DTS"), (0x5756, "WavPack")),
        *((0x674F, "Vorbis"), (0x6C61, "ALAC"), (0x704F, "Opus"), (0xA109, "Speex"), (0xA119, "NICE ADPCM")),
        *((0xA11D, "G.728"), (0xF1AC, "FLAC"), (0xBEEF, "codec 0xBEEF")),
    ],
)
@pytest.mark.parametrize("extensible", [False, True])
def test_the_message_names_the_codec(tag: int, name: str, extensible: bool) -> None:
    with pytest.raises(UnsupportedCodec) as caught:
        read(wav(bytes(1000), tag=tag, extensible=extensible))

    assert name in caught.value.codec


@pytest.mark.parametrize("tag", sorted(set(TAG_NAMES) - TAKEN))
def test_every_registered_tag_that_is_not_taken_is_refused_by_its_name(tag: int) -> None:
    with pytest.raises(UnsupportedCodec) as caught:
        read(wav(bytes(1000), tag=tag))

    assert caught.value.codec == TAG_NAMES[tag]
