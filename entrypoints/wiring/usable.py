"""Whether adapters can do their work at the start; what cannot is told by the name of its setting."""

import os

from domain.errors import ConverterUnavailable, DiskFull, WorkspaceAway, WrongSetting
from domain.output.converter import AudioConverter
from domain.system import Spool
from entrypoints.settings.settings import Settings


async def check_converter(converter: AudioConverter) -> None:
    """Raise `WrongSetting` where the converter cannot run."""
    try:
        await converter.check()
    except ConverterUnavailable as error:
        raise WrongSetting(error.setting, error.problem) from error


async def check_spool(spool: Spool, settings: Settings) -> None:
    """Raise `WrongSetting` for a folder in which no upload could be taken. One that is full may be emptied yet."""
    try:
        await spool.check()
    except DiskFull:
        return
    except WorkspaceAway as error:
        reason = error.__cause__.strerror if isinstance(error.__cause__, OSError) else error
        found = f"{settings.storage.spool_folder} cannot be used by user {os.geteuid()} ({reason})"
        raise WrongSetting("DATA_DIR", f"{found}; name a folder in which this user may write") from error
