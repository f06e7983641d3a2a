"""What can be wrong with the service and what it depends on. Reasons and problems are for the operator alone."""

from domain.errors.base import ServiceError


class ConverterUnavailable(ServiceError):
    """The converter cannot run at all; changing `setting` may help. `problem` says what was found."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting, self.problem = setting, problem
        super().__init__(f"the converter cannot run: {problem}")


class ConverterFailed(ServiceError):
    """The converter gave no MP3, or not that of the recording, and the recording's data does not explain it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the converter failed: {reason}")


class CheckFailed(ServiceError):
    """A part that the service depends on was asked whether it is well, and has not said so. The text is for all."""


class Overloaded(ServiceError):
    """The service has no free place for this now."""

    retry_after: int

    def __init__(self, what: str, retry_after: int = 5) -> None:
        self.what, self.retry_after = what, retry_after
        super().__init__(f"too much at once: {what}")


class StoreAway(ServiceError):
    """The store did not answer in time; whether a change was made is unknown."""

    def __init__(self) -> None:
        super().__init__("the store did not answer in time")


class DuplicateTrack(ServiceError):
    """A track with this identifier is stored already; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("a track with this identifier is stored already")


class TrackDamaged(ServiceError):
    """The store has lost bytes of a track."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the track is damaged: {reason}")


class DiskFull(ServiceError):
    """There is no disk space for this."""

    def __init__(self) -> None:
        super().__init__("there is not enough disk space left")


class WorkspaceAway(ServiceError):
    """The place for bytes on their way cannot be used, for another reason than a lack of space."""

    def __init__(self) -> None:
        super().__init__("the place for bytes on their way cannot be used")
