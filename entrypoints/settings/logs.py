"""What is logged, and how."""

from typing import Literal

from entrypoints.settings.section import Section


class Logs(Section, frozen=True, kw_only=True):
    """Read by `entrypoints/logs.py`."""

    log_format: Literal["auto", "json", "text"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
