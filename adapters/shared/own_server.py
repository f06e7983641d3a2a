"""A server that the service runs itself, as those see it who use it."""

from abc import abstractmethod
from contextlib import AbstractContextManager


class OwnServer(AbstractContextManager[str]):
    """Runs while the context lasts, which gives its connection string. Entered in the main thread; blocks."""

    @property
    @abstractmethod
    def made(self) -> bool:
        """Whether what it serves is there already, which entering would make otherwise."""

    @property
    @abstractmethod
    def folder(self) -> str:
        """Where that is, for the operator."""
