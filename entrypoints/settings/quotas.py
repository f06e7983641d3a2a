"""What one user may have, and for how long."""

from typing import Annotated

from msgspec import Meta

from domain.quotas import LARGEST_QUOTA, LONGEST_RETENTION_DAYS, MOST_UPLOADS, Quota
from entrypoints.settings.section import Section

_Amount = Annotated[int, Meta(ge=0, le=LARGEST_QUOTA)]


class Quotas(Section, frozen=True, kw_only=True):
    """Read by the wiring: what holds for all users for whom an operator has set nothing else. 0 is no bound."""

    max_user_tracks: _Amount = 0
    max_user_bytes: _Amount = 0
    max_user_seconds: _Amount = 0
    max_user_uploads: Annotated[int, Meta(ge=0, le=MOST_UPLOADS)] = 0
    retention_days: Annotated[int, Meta(ge=0, le=LONGEST_RETENTION_DAYS)] = 0

    @property
    def general(self) -> Quota:
        """The same in the words of the domain."""
        return Quota(
            self.max_user_tracks,
            self.max_user_bytes,
            self.max_user_seconds,
            self.max_user_uploads,
            self.retention_days,
        )
