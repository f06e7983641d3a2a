"""The tracks of one user, in dictionaries."""

from dataclasses import replace
from uuid import UUID

from adapters.memory.tracks import InMemoryTrackRepository
from domain.library import Changed, Page, Position, TrackLibrary, Wanted
from domain.measuring import NO_POINTS
from domain.search import answers, words_of_track
from domain.tracks import StoredMp3, Track


class InMemoryTrackLibrary(TrackLibrary):
    """Looks at every track, each time."""

    def __init__(self, tracks: InMemoryTrackRepository) -> None:
        self._tracks = tracks

    async def page(self, user_id: int, wanted: Wanted, after: Position | None, limit: int) -> Page:
        found = [track for track in self._tracks.kept.values() if track.user_id == user_id and _fits(track, wanted)]
        found.sort(key=self._position, reverse=True)
        found = [track for track in found if after is None or self._position(track) < after]
        page = found[:limit]
        return Page([_listed(track) for track in page], self._position(page[-1]) if len(found) > limit else None)

    async def find(self, track_uuid: UUID, user_id: int) -> tuple[Track, StoredMp3] | None:
        track = self._tracks.kept.get(track_uuid)
        return (track, self._tracks.stored_mp3(track)) if track and track.user_id == user_id else None

    async def change(self, before: Track, after: Changed) -> bool:
        track = self._tracks.kept.get(before.track_uuid)
        if track is None or track.user_id != before.user_id or _changeable(track) != _changeable(before):
            return False
        self._tracks.kept[track.track_uuid] = after.of(track)
        if after.tag is not None:
            self._tracks.tags[track.track_uuid] = after.tag
        return True

    async def remove(self, track_uuid: UUID, user_id: int) -> StoredMp3 | None:
        found = await self.find(track_uuid, user_id)
        if found is None:
            return None
        self._tracks.forget(track_uuid)
        return found[1]

    async def index(self, limit: int) -> int:
        return 0  # words are looked for anew each time

    def _position(self, track: Track) -> Position:
        return Position(track.created_at, self._tracks.numbers[track.track_uuid])


def _fits(track: Track, wanted: Wanted) -> bool:
    made = track.conversion
    return (
        (wanted.since is None or track.created_at >= wanted.since)
        and (wanted.until is None or track.created_at < wanted.until)
        and (wanted.min_duration is None or made.duration >= wanted.min_duration)
        and (wanted.max_duration is None or made.duration <= wanted.max_duration)
        and (wanted.repaired is None or bool(made.repairs) == wanted.repaired)
        and (wanted.clipped is None or (made.sound and bool(made.sound.clipped_samples)) is wanted.clipped)
        and answers(words_of_track(track.file_name, made.texts), wanted.words)
    )


def _listed(track: Track) -> Track:
    """Without what no list shows."""
    made = track.conversion
    sound = made.sound and replace(made.sound, waveform=NO_POINTS)
    return replace(track, conversion=replace(made, passport={}, sound=sound))


def _changeable(track: Track) -> tuple[object, ...]:
    return track.file_name, track.conversion.texts
