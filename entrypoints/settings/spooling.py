"""How much disk the bytes on their way may take."""

from typing import Annotated

from msgspec import Meta

from entrypoints.settings.section import Bytes, Section


class Spooling(Section, frozen=True, kw_only=True):
    """Read by the wiring, for the spool."""

    spool_max_bytes: Bytes = 16 << 30
    spool_min_free_bytes: Annotated[int, Meta(ge=0, le=1 << 50)] = 1 << 30
