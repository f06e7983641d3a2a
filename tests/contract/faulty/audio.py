"""Stores of bytes with one mistake each."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime

from adapters.memory.audio_store import InMemoryAudioStore
from adapters.memory.mp3 import InMemoryMp3
from domain.errors import DiskFull, Mp3TooLarge, StoreAway, TrackDamaged
from domain.output.converter import Mp3
from tests.contract.audio import AudioCatalogueContract as CatalogueContract
from tests.contract.audio import AudioStoreContract as Contract
from tests.contract.faulty.table import refused_by
from tests.contract.tracks import MIB

LOST = OSError("the disk is gone")


@refused_by(Contract.test_bytes_are_not_there_before_they_are_whole)
@refused_by(Contract.test_an_error_of_the_source_comes_out_and_leaves_nothing, given=MIB, error=LOST)
@refused_by(Contract.test_bytes_of_another_size_leave_nothing, given=1)
@refused_by(Contract.test_a_cancelled_put_leaves_nothing)
class WritesInPlace(InMemoryAudioStore):
    """Under the key itself, from the first byte on."""

    async def put(self, key: str, audio: Mp3) -> None:
        self.kept[key], self.put_at[key] = b"", self._clock.now()
        async for block in audio.read(0, audio.size):
            self.kept[key] += block
        if len(self.kept[key]) != audio.size:
            raise ValueError(f"there are {len(self.kept[key])} bytes, not {audio.size}")


@refused_by(Contract.test_bytes_of_another_size_leave_nothing, given=199_999)
@refused_by(Contract.test_bytes_of_another_size_leave_nothing, given=300_000)
class DoesNotCount(InMemoryAudioStore):
    """Keeps what comes."""

    async def put(self, key: str, audio: Mp3) -> None:
        data = b"".join([block async for block in audio.read(0, audio.size)])
        await super().put(key, InMemoryMp3(data))


@refused_by(Contract.test_an_error_of_the_source_comes_out_and_leaves_nothing, given=MIB, error=LOST)
class WrapsWhatTheSourceRaises(InMemoryAudioStore):
    """Takes every error of the system for one of its own."""

    async def put(self, key: str, audio: Mp3) -> None:
        try:
            await super().put(key, audio)
        except OSError as error:
            raise StoreAway from error


@refused_by(Contract.test_an_error_of_the_source_comes_out_and_leaves_nothing, given=0, error=DiskFull())
class TakesAnotherDiskForItsOwn(InMemoryAudioStore):
    """It is that of the source that is full."""

    async def put(self, key: str, audio: Mp3) -> None:
        try:
            await super().put(key, audio)
        except DiskFull as error:
            raise StoreAway from error


@refused_by(Contract.test_keys_that_differ_in_any_way_name_different_bytes)
class FoldsCase(InMemoryAudioStore):
    """As some file systems do: the second one overwrites the first."""

    async def put(self, key: str, audio: Mp3) -> None:
        await super().put(key.lower(), audio)

    def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        return super().read(key.lower(), start, count)


@refused_by(Contract.test_keys_that_differ_in_any_way_name_different_bytes)
class CutsKeys(InMemoryAudioStore):
    """The column has 100 characters: the second one overwrites the first."""

    async def put(self, key: str, audio: Mp3) -> None:
        await super().put(key[:100], audio)

    def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        return super().read(key[:100], start, count)


@refused_by(Contract.test_keys_that_differ_in_any_way_name_different_bytes)
class MakesPathsOfKeys(InMemoryAudioStore):
    """With one letter for all that is odd."""

    async def put(self, key: str, audio: Mp3) -> None:
        await super().put(key.replace("-", "_"), audio)

    def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        return super().read(key.replace("-", "_"), start, count)


@refused_by(Contract.test_any_slice_can_be_read_in_small_blocks)
class GivesOneBlock(InMemoryAudioStore):
    """All that was asked for in one piece."""

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        if data := b"".join([block async for block in super().read(key, start, count)]):
            yield data


@refused_by(Contract.test_any_slice_can_be_read_in_small_blocks)
class IncludesTheEnd(InMemoryAudioStore):
    """As the ranges of HTTP do."""

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        async for block in super().read(key, start, min(count + 1, len(self.kept[key]) - start)):
            yield block


@refused_by(Contract.test_lost_bytes_are_told_and_nothing_comes_in_their_place)
@refused_by(Contract.test_more_bytes_than_were_put_are_not_there)
class EndsAtTheEndOfTheFile(InMemoryAudioStore):
    """Where `read` gives nothing more."""

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        if key not in self.kept:
            raise TrackDamaged("there is no such file")
        async for block in super().read(key, start, min(count, len(self.kept[key]) - start)):
            yield block


@refused_by(Contract.test_lost_bytes_are_told_and_nothing_comes_in_their_place)
class FillsUpWithZeros(InMemoryAudioStore):
    """As sparse files do."""

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        if key in self.kept:
            self.kept[key] = self.kept[key].ljust(start + count, b"\0")
        async for block in super().read(key, start, count):
            yield block


@refused_by(Contract.test_what_was_never_put_is_not_there)
class LetsItsErrorsOut(InMemoryAudioStore):
    """As the dictionary, the file system or the client raises them."""

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        if key not in self.kept:
            raise FileNotFoundError(key)
        async for block in super().read(key, start, count):
            yield block


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class IsSilentWhenAway(InMemoryAudioStore):
    """There is nothing to delete, it seems."""

    async def delete(self, key: str) -> None:
        with suppress(StoreAway):
            await super().delete(key)


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class TakesAwayForDamaged(InMemoryAudioStore):
    """`music-app check` calls all tracks damaged."""

    async def read(self, key: str, start: int, count: int) -> AsyncIterator[bytes]:
        try:
            async for block in super().read(key, start, count):
                yield block
        except StoreAway as error:
            raise TrackDamaged("it cannot be read") from error


@refused_by(Contract.test_every_method_says_that_the_store_is_away)
class IsAlwaysReady(InMemoryAudioStore):
    """Checks nothing."""

    async def check(self) -> None:
        pass


@refused_by(Contract.test_a_full_disk_is_told_and_leaves_nothing)
class CallsFullTooLarge(InMemoryAudioStore):
    """Blames the MP3."""

    async def put(self, key: str, audio: Mp3) -> None:
        try:
            await super().put(key, audio)
        except DiskFull as error:
            raise Mp3TooLarge(0) from error


@refused_by(Contract.test_a_full_disk_is_told_and_leaves_nothing)
class KeepsWhatFits(InMemoryAudioStore):
    """Half a file stays on the disk."""

    async def put(self, key: str, audio: Mp3) -> None:
        try:
            await super().put(key, audio)
        except DiskFull:
            self.kept[key], self.put_at[key] = bytes(MIB), self._clock.now()
            raise


@refused_by(Contract.test_it_can_be_checked_again_and_again_and_keeps_nothing_of_it)
class LeavesItsProbes(InMemoryAudioStore):
    """Puts something to see whether it can be put."""

    async def check(self) -> None:
        await super().check()
        self.kept["check"], self.put_at["check"] = b"check", self._clock.now()


# What is deleted?


@refused_by(Contract.test_what_is_deleted_is_gone_and_the_rest_is_not)
class DeletesNothing(InMemoryAudioStore):
    """Some other program will."""

    async def delete(self, key: str) -> None:
        pass


@refused_by(Contract.test_what_is_deleted_is_gone_and_the_rest_is_not)
class ForgetsTheKeyAlone(InMemoryAudioStore):
    """It is not listed any more, but the bytes are there."""

    async def delete(self, key: str) -> None:
        self.put_at.pop(key, None)


@refused_by(Contract.test_what_is_deleted_is_gone_and_the_rest_is_not)
@refused_by(CatalogueContract.test_each_key_may_be_deleted_as_it_comes)
class ForgetsTheBytesAlone(InMemoryAudioStore):
    """The key is listed for ever."""

    async def delete(self, key: str) -> None:
        self.kept.pop(key, None)


@refused_by(Contract.test_what_is_deleted_is_gone_and_the_rest_is_not)
class DeletesByPrefix(InMemoryAudioStore):
    """All whose keys begin like that."""

    async def delete(self, key: str) -> None:
        for name in [name for name in self.kept if name.startswith(key)]:
            await super().delete(name)


@refused_by(Contract.test_what_is_deleted_is_gone_and_the_rest_is_not)
class DeletesOnce(InMemoryAudioStore):
    """What is not there cannot be deleted."""

    async def delete(self, key: str) -> None:
        del self.kept[key]
        del self.put_at[key]


# Which keys come?


@refused_by(CatalogueContract.test_what_was_put_later_does_not_come)
class ListsAll(InMemoryAudioStore):
    """Those of uploads that are about to commit as well, which are then swept."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        for key in list(self.put_at):
            yield key


@refused_by(CatalogueContract.test_what_was_put_later_does_not_come)
@refused_by(CatalogueContract.test_every_key_comes_once)
class ListsTheYoung(InMemoryAudioStore):
    """The comparison is the wrong way round."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        for key, moment in list(self.put_at.items()):
            if moment > before:
                yield key


@refused_by(CatalogueContract.test_each_key_may_be_deleted_as_it_comes)
class PagesByNumber(InMemoryAudioStore):
    """Skips as many as were deleted."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        number = 0
        while page := [key for key in self.put_at if self.put_at[key] < before][number : number + 100]:
            for key in page:
                yield key
            number += len(page)


@refused_by(CatalogueContract.test_each_key_may_be_deleted_as_it_comes)
class GoesThroughWhatChanges(InMemoryAudioStore):
    """The dictionary itself."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        for key, moment in self.put_at.items():
            if moment < before:
                yield key


@refused_by(CatalogueContract.test_every_key_comes_once)
class GivesOnePage(InMemoryAudioStore):
    """MaxKeys=100."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        for key in [key for key in self.put_at if self.put_at[key] < before][:100]:
            yield key


@refused_by(CatalogueContract.test_every_key_comes_once)
class RepeatsTheBorder(InMemoryAudioStore):
    """The next page begins with the key that the last one ended with."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        listed = sorted(key for key in self.put_at if self.put_at[key] < before)
        for start in range(0, len(listed), 100):
            for key in listed[max(0, start - 1) : start + 100]:
                yield key


@refused_by(CatalogueContract.test_it_says_that_the_store_is_away)
class ListsNothingWhenAway(InMemoryAudioStore):
    """It is empty, it seems."""

    async def keys(self, before: datetime) -> AsyncIterator[str]:
        with suppress(StoreAway):
            async for key in super().keys(before):
                yield key
