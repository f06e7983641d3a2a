"""All settings: the sections, and what they cannot be together."""

from collections.abc import Mapping

import msgspec

from domain.errors import WrongSetting
from entrypoints.settings.admission import Admission
from entrypoints.settings.converting import Converting
from entrypoints.settings.logs import Logs
from entrypoints.settings.quotas import Quotas
from entrypoints.settings.reading import read_section
from entrypoints.settings.recordings import Recordings
from entrypoints.settings.requests import Requests
from entrypoints.settings.serving import Serving
from entrypoints.settings.spooling import Spooling
from entrypoints.settings.storage import Storage
from entrypoints.settings.uploads import Uploads


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting, in the order of `.env`, which explains each.

    Raises `WrongSetting` where two sections contradict each other, however they were made.
    """

    serving: Serving = Serving()
    storage: Storage = Storage()
    converting: Converting = Converting()
    recordings: Recordings = Recordings()
    admission: Admission = Admission()
    requests: Requests = Requests()
    spooling: Spooling = Spooling()
    quotas: Quotas = Quotas()
    uploads: Uploads = Uploads()
    logs: Logs = Logs()

    def __post_init__(self) -> None:
        largest, room = self.recordings.max_upload_bytes, self.spooling.spool_max_bytes
        if largest > room:
            bound = f"must not be above SPOOL_MAX_BYTES, which is {room}"
            reason = "a file that comes before its credentials waits there whole"
            raise WrongSetting("MAX_UPLOAD_BYTES", f"{bound}: {reason}; it is {largest}")
        if largest > (most := self.uploads.user_unfinished_bytes):
            bound = f"must not be above USER_UNFINISHED_BYTES, which is {most}"
            reason = "an upload that comes in pieces is kept whole until it is finished"
            raise WrongSetting("MAX_UPLOAD_BYTES", f"{bound}: {reason}; it is {largest}")

    def but(self, **changed: object) -> "Settings":
        """The same with other values of these fields, whichever section they are in. Raises `WrongSetting`."""
        sections = {}
        for name in self.__struct_fields__:
            section = getattr(self, name)
            mine = {field: changed.pop(field) for field in section.__struct_fields__ if field in changed}
            sections[name] = msgspec.structs.replace(section, **mine)
        if changed:
            raise TypeError(f"there is no setting {', '.join(changed)}")
        return msgspec.structs.replace(self, **sections)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings from environment variables; an empty one counts as not set. Raises `WrongSetting`."""
    return Settings(
        serving=read_section(Serving, environment),
        storage=read_section(Storage, environment),
        converting=read_section(Converting, environment),
        recordings=read_section(Recordings, environment),
        admission=read_section(Admission, environment),
        requests=read_section(Requests, environment),
        spooling=read_section(Spooling, environment),
        quotas=read_section(Quotas, environment),
        uploads=read_section(Uploads, environment),
        logs=read_section(Logs, environment),
    )
