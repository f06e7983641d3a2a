"""How slow a request may be, and how large its head."""

from typing import Annotated

from msgspec import Meta

from domain.errors import WrongSetting
from entrypoints.settings.section import Section


class Requests(Section, frozen=True, kw_only=True):
    """Read by `entrypoints/http/requests/body.py`, `entrypoints/http/app.py` and `entrypoints/cli/serve.py`."""

    min_upload_rate: Annotated[int, Meta(ge=1, le=1 << 30)] = 8192
    """Bytes a second."""
    upload_grace: Annotated[int, Meta(ge=1, le=3600)] = 10
    max_upload_seconds: Annotated[int, Meta(ge=1, le=7 * 24 * 3600)] = 6 * 3600
    min_download_rate: Annotated[int, Meta(ge=1, le=1 << 30)] = 2000
    """Bytes a second. The default is the 16 kb/s of the smallest MP3s, so that they can be played in real time."""
    download_grace: Annotated[int, Meta(ge=1, le=3600)] = 30
    max_head_bytes: Annotated[int, Meta(ge=1024, le=1 << 20)] = 64 << 10
    max_head_seconds: Annotated[int, Meta(ge=1, le=3600)] = 10
    max_stalled_seconds: Annotated[int, Meta(ge=1, le=24 * 3600)] = 60

    def __post_init__(self) -> None:
        if self.upload_grace > self.max_upload_seconds:
            bound = f"must not be above MAX_UPLOAD_SECONDS, which is {self.max_upload_seconds}"
            reason = "an upload ends before that grace does"
            raise WrongSetting("UPLOAD_GRACE", f"{bound}: {reason}; it is {self.upload_grace}")
