"""How much resumable uploads that are not finished may take."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta

from domain.errors import WrongSetting
from entrypoints.settings.section import Bytes, Section

_Count = Annotated[int, Meta(ge=1, le=1_000_000)]


class Uploads(Section, frozen=True, kw_only=True):
    """Read by the wiring, as `UploadBounds`. Sizes are in bytes."""

    user_unfinished_uploads: _Count = 1000
    user_unfinished_bytes: Bytes = 16 << 30
    max_unfinished_uploads: _Count = 10_000
    max_unfinished_bytes: Bytes = 64 << 30
    upload_expiry_hours: Annotated[int, Meta(ge=1, le=24 * 365)] = 24
    uploads_in: Literal["disk", "database"] = "disk"
    """Where they are kept: below DATA_DIR, which is one service's, or in the database, which several may share."""

    def __post_init__(self) -> None:
        self._refuse_more("USER_UNFINISHED_UPLOADS", self.user_unfinished_uploads, self.max_unfinished_uploads)
        self._refuse_more("USER_UNFINISHED_BYTES", self.user_unfinished_bytes, self.max_unfinished_bytes)

    @property
    def expiry(self) -> timedelta:
        """How long an upload may take."""
        return timedelta(hours=self.upload_expiry_hours)

    @staticmethod
    def _refuse_more(name: str, value: int, most: int) -> None:
        if value > most:
            other = name.replace("USER_", "MAX_")
            raise WrongSetting(name, f"must not be above {other}, which is {most}; it is {value}")
