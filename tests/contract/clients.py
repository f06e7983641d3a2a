"""A store and what works with it, as one process has them."""

from dataclasses import dataclass
from typing import Protocol

from domain.store import Store
from domain.tracks import TrackCatalogue, TrackKeeper, TrackRepository
from domain.users import UserRepository


@dataclass(frozen=True)
class Client:
    """The adapters of one store; each works once the store is open."""

    store: Store
    users: UserRepository
    tracks: TrackRepository
    keeper: TrackKeeper

    @property
    def catalogue(self) -> TrackCatalogue:
        assert isinstance(self.tracks, TrackCatalogue)
        return self.tracks


class MakeClient(Protocol):
    """Makes a client of one place, always the same: nothing is opened, nor made there."""

    def __call__(self) -> Client: ...
