"""How much may come in at once."""

from typing import Annotated

from msgspec import Meta

from domain.errors import WrongSetting
from entrypoints.settings.section import Section

_UPLOADS_PER_CORE = 8
_WAITING_UPLOADS_PER_UPLOAD = 4
"""They take no encoder, but a file and up to a MiB of memory each."""


class Admission(Section, frozen=True, kw_only=True):
    """Read by the wiring, for the places and the rate of `application/admission/`; what bounds every request is read by
    `entrypoints/cli/serve.py` and `entrypoints/http/app.py`.
    """

    max_uploads: Annotated[int, Meta(ge=0, le=10_000)] = 0
    max_waiting_uploads: Annotated[int, Meta(ge=0, le=40_000)] = 0
    max_downloads: Annotated[int, Meta(ge=1, le=10_000)] = 400
    register_rate: Annotated[int, Meta(ge=1, le=1_000_000)] = 60
    """Registrations a minute of one client."""
    max_connections: Annotated[int, Meta(ge=1, le=50_000)] = 4096
    max_requests: Annotated[int, Meta(ge=1, le=50_000)] = 2000
    """Being answered at once."""

    def __post_init__(self) -> None:
        largest = max(
            ("MAX_UPLOADS", self.max_uploads), ("MAX_DOWNLOADS", self.max_downloads), key=lambda pair: pair[1]
        )
        self._refuse_less("MAX_REQUESTS", self.max_requests, *largest)
        self._refuse_less("MAX_CONNECTIONS", self.max_connections, "MAX_REQUESTS", self.max_requests)

    @staticmethod
    def _refuse_less(name: str, value: int, other: str, least: int) -> None:
        if value < least:
            raise WrongSetting(name, f"must not be below {other}, which is {least}; it is {value}")

    def upload_places(self, cores: int) -> int:
        """`max_uploads`, or where that is 0, eight for each core."""
        return self.max_uploads or _UPLOADS_PER_CORE * cores

    def waiting_upload_places(self, cores: int) -> int:
        """`max_waiting_uploads`, or where that is 0, four for each upload place."""
        return self.max_waiting_uploads or _WAITING_UPLOADS_PER_UPLOAD * self.upload_places(cores)
