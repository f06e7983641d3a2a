"""The ports to where the bytes of MP3s are kept for good, apart from what is known of them."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from datetime import datetime

from domain.output.converter import Mp3


class AudioStore(ABC):
    """Keeps bytes by key, of any size that it can hold.

    A key is 1 to 200 letters (a to z, A to Z), digits, `-` and `_`; two keys that differ in any way name different
    bytes. The caller uses none twice, so what a key names never changes: a reader may keep it. Every method raises
    `StoreAway` when the store does not answer in time, or answers with an error that its port does not name.
    """

    @abstractmethod
    async def put(self, key: str, audio: Mp3) -> None:
        """Keep the `audio.size` bytes, all or none; durable when this returns, and not to be read before.

        They are read once, in slices, and never held whole. Raises ValueError where they are more or fewer than
        `audio.size`, `Mp3TooLarge` where the store cannot hold as many, `DiskFull`, and `StoreAway`, after which they
        may be kept or not. What reading raises, and cancellation, come out unchanged, and nothing is kept. Not safe to
        repeat with the same key.
        """

    @abstractmethod
    def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        """`count` bytes from byte `start`, in blocks of at most 1 MiB, none of them empty.

        Nothing of the store (a connection, a lock) is held between two blocks. Raises `TrackDamaged` where the store
        has fewer bytes under the key, or none: never are other bytes given in their place. The caller asks for bytes
        that were put.
        """

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Forget the bytes; durable when this returns. Safe to repeat, also where there never were any.

        Raises `StoreAway`, after which they may be there or not.
        """

    @abstractmethod
    async def check(self) -> None:
        """Return if bytes can be put and read now; else raise `StoreAway` or `DiskFull`. Safe to repeat."""


class AudioCatalogue(ABC):
    """Goes through the keys of an audio store, so that what belongs to no track can be found."""

    @abstractmethod
    def keys(self, before: datetime) -> AsyncIterator[str]:
        """Every key whose bytes were put before that moment, once, in any order, and none whose bytes were put later.

        A key that is deleted meanwhile may come or not; whoever goes through them may delete each as it comes. Of bytes
        that were never put whole there is no key. Nothing of the store is held between two keys, and only a bounded
        number of them in memory. Raises `StoreAway`.
        """
