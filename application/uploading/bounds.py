"""How much uploads that are not finished may take, of one user and in all."""

from dataclasses import dataclass
from datetime import timedelta

from domain.errors import DiskFull, NoAudio, Overloaded, RecordingTooLarge, TooManyUploads
from domain.uploads import UploadUsage


@dataclass(frozen=True, slots=True)
class UploadBounds:
    """The most that there may be. Sizes are in bytes."""

    max_size: int
    """Of one upload."""
    user_count: int
    user_size: int
    count: int
    size: int
    expiry: timedelta
    """An upload is removed so long after its creation."""
    kept: timedelta = timedelta(hours=24)
    """What became of one is told for so long after its end."""

    def refuse_length(self, length: int | None) -> None:
        """Raises `NoAudio` for a recording without bytes, which would be whole at once, and `RecordingTooLarge`."""
        if length == 0:
            raise NoAudio
        if length is not None and length > self.max_size:
            raise RecordingTooLarge(self.max_size)

    def refuse_one_more(self, usage: UploadUsage) -> None:
        """Raises `TooManyUploads` where the user has as many as one may, `Overloaded` where all have together."""
        if usage.count >= self.user_count:
            raise TooManyUploads(usage.count, self.user_count, "uploads")
        if usage.count_in_all >= self.count:
            raise Overloaded("as many uploads are unfinished as there may be", retry_after=60)

    def refuse_bytes(self, usage: UploadUsage, more: int) -> None:
        """Raises `TooManyUploads` where so many more bytes are too many of this user, `DiskFull` of all users."""
        if usage.size + more > self.user_size:
            raise TooManyUploads(usage.size, self.user_size, "bytes")
        if usage.size_in_all + more > self.size:
            raise DiskFull
