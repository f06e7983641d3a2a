"""What the answer to an upload says of the recording, in its headers."""

from domain.receipts import TrackReceipt
from domain.uploads import Stored
from entrypoints.http.openapi import header, number_schema, text_schema, whole_number_schema

AUDIO_HEADERS = {
    "X-Audio-Duration": header("Of the recording, in seconds, to the millisecond", number_schema(minimum=0)),
    "X-Audio-Clipped": header(
        "How many samples, of all channels together, are at full scale or beyond; absent where none is",
        whole_number_schema(minimum=1),
    ),
    "X-Audio-Repairs": header(
        "What was mended in the WAV: a list of tokens, some with a number of bytes (RFC 9651); absent where nothing was"
    ),
    "X-Audio-SHA256": header("SHA-256 of the WAV as it arrived, in hexadecimal", text_schema(pattern="^[0-9a-f]{64}$")),
}


def audio_headers(receipt: TrackReceipt | Stored) -> dict[str, str]:
    """Those that say something."""
    headers = {"X-Audio-SHA256": receipt.wav_sha256.hex()}
    if receipt.duration is not None:
        headers["X-Audio-Duration"] = f"{receipt.duration.total_seconds():.3f}"  # RFC 9651, 3.3.2, has no more digits
    if receipt.clipped_samples:
        headers["X-Audio-Clipped"] = str(receipt.clipped_samples)
    if receipt.repairs:
        headers["X-Audio-Repairs"] = ", ".join(map(str, receipt.repairs))
    return headers
