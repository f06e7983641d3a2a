"""What is logged, and how; and for how long it is kept who did what."""

from typing import Annotated, Literal

from msgspec import Meta

from entrypoints.settings.section import Section


class Logs(Section, frozen=True, kw_only=True):
    """Read by `entrypoints/logs.py`; `audit_days` by the wiring."""

    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    audit_days: Annotated[int, Meta(ge=0, le=36_500)] = 365
    """0: no audit trail is kept."""
