"""Examples of what the API answers with, for its description."""

from typing import Any

_TRACK_UUID = "0b0ff2b6-6f4d-4d9c-9a3a-3f4a5a7f0c11"
_LINK_ID = "5a1c1bb0-93ae-4f0a-8f0e-1f2b8d7f9c55"

ACCOUNT: dict[str, Any] = {
    "user_id": 1,
    "user_name": "Ann",
    "created_at": "2026-01-31T12:00:00Z",
    "tracks": 1,
    "bytes": 949_133,
    "seconds": 59.25,
    "quota": {
        "tracks": 1_000,
        "bytes": 10_000_000_000,
        "seconds": 360_000,
        "uploads": 2,
        "retention_days": 365,
        "left": {"tracks": 999, "bytes": 9_999_050_867, "seconds": 359_940.75},
    },
}
TOKEN: dict[str, Any] = {"user_access_token": "c2d6c9a8-4a3f-4c53-9f4e-5a6b7c8d9e0f"}
SUMMARY: dict[str, Any] = {
    "track_uuid": _TRACK_UUID,
    "file_name": "talk.mp3",
    "link": f"http://127.0.0.1:5000/record?id={_TRACK_UUID}&user=1",
    "created_at": "2026-01-31T12:05:00Z",
    "duration": 59.25,
    "mp3": {
        "size": 949_133,
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "bitrate": "128",
        "sample_rate": 44_100,
        "channels": 2,
    },
    "wav": {
        "size": 10_451_744,
        "sha256": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        "codec": "pcm",
        "sample_rate": 44_100,
        "channels": 2,
        "bits": 16,
    },
    "repairs": ["trailing-bytes;bytes=128"],
    "texts": {"title": "Talk", "artist": "Ann"},
    "sound": {"loudness": -18.4, "peak": 0.93, "clipped": 0},
}
TRACK: dict[str, Any] = SUMMARY | {"passport": {"bext": {"originator": "Ann", "time_reference": 0}}}
TRACKS: dict[str, Any] = {"items": [SUMMARY], "next": "http://127.0.0.1:5000/tracks?cursor=MTc2OTg2MTEwMC4x"}
WAVEFORM: dict[str, Any] = {
    "version": 2,
    "channels": 1,
    "sample_rate": 44_100,
    "samples_per_pixel": 1_452,
    "bits": 8,
    "length": 3,
    "data": [-3, 5, -41, 38, -7, 6],
}
LINK: dict[str, Any] = {
    "link_id": _LINK_ID,
    "url": f"http://127.0.0.1:5000/links/{_LINK_ID}/talk.mp3",
    "created_at": "2026-02-01T09:00:00Z",
    "expires_at": "2026-03-01T09:00:00Z",
    "max_downloads": 3,
    "downloads": 0,
    "inline": False,
}
LINKS: dict[str, Any] = {"items": [LINK]}
TRIED: dict[str, Any] = {
    name: value for name, value in TRACK.items() if name not in ("track_uuid", "link", "created_at")
}
