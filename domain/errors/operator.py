"""What stops a command or the start."""

from domain.errors.base import OperatorError


class BackupRefused(OperatorError):
    """A backup cannot be made or restored; the store is as it was."""


class CheckRefused(OperatorError):
    """The tracks cannot be checked."""


class CommandRefused(OperatorError):
    """What keeps things here cannot do what a command is for."""


class WrongSetting(OperatorError):
    """A setting stops the start: what was checked and what would be right."""

    def __init__(self, setting: str, problem: str) -> None:
        self.setting, self.problem = setting, problem
        super().__init__(f"{setting}: {problem}")
