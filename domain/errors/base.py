"""The four kinds of errors: the caller's, the recording's, the service's own, and the operator's."""


class MusicAppError(Exception):
    """Base of every error that the service raises on purpose."""

    retry_after: int | None = None
    """After how many seconds the same may be right; None where nothing is known of that."""


class CallerError(MusicAppError):
    """Base of what is wrong with what somebody asks for, whatever they send along."""


class RecordingError(MusicAppError):
    """Base of what is wrong with a recording: the same bytes are refused each time."""


class ServiceError(MusicAppError):
    """Base of what is wrong with the service or what it depends on: the caller and the recording may be right."""


class OperatorError(MusicAppError):
    """Base of what stops a command or the start. The text is for the operator, and names what would be right."""
