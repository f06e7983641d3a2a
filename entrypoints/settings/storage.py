"""Where things are kept, and by which adapters."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta

from entrypoints.settings.section import SECRET, Section

_WIRING = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"


class Storage(Section, frozen=True, kw_only=True):
    """Read by the wiring, for the stores that it opens."""

    data_dir: str = "data"
    database_url: Annotated[
        str,
        Meta(
            pattern=r"^postgres(ql)?://",
            description="a URL like postgresql://user:password@host:5432/music_app_db",
            extra=SECRET,
        ),
    ] = ""
    database_pool_size: Annotated[int, Meta(ge=1, le=50)] = 10
    wiring: Annotated[str, Meta(pattern=_WIRING, description="a class of adapters, as package.module:Class")] = (
        "entrypoints.wiring.postgres:PostgresAdapters"
    )

    @property
    def at_once(self) -> int:
        """Queries of one kind: as many as `adapters.postgres` has connections for. More would wait there, unfairly."""
        return max(1, 2 * self.database_pool_size // 5)

    @property
    def spool_folder(self) -> Path:
        """Where bytes on their way are kept."""
        return Path(self.data_dir) / "spool"

    @property
    def upload_folder(self) -> Path:
        """Where bytes of resumable uploads are kept until they are whole."""
        return Path(self.data_dir) / "uploads"
