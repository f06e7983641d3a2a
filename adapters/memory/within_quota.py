"""Refusing a track beyond what its user may have, as a trigger does in a database."""

from collections.abc import Iterable
from datetime import timedelta

from domain.errors import ByteQuotaReached, SecondsQuotaReached, TrackQuotaReached
from domain.quotas import Quota
from domain.tracks import Track


def refuse_beyond(quota: Quota, track: Track, kept: Iterable[Track]) -> None:
    """Raise what fits of `QuotaReached` where one more track beside those that are kept would be too much."""
    made = [one.conversion for one in kept if one.user_id == track.user_id]
    size, duration = sum(one.mp3_size for one in made), sum((one.duration for one in made), timedelta())
    if quota.tracks and len(made) + 1 > quota.tracks:
        raise TrackQuotaReached(quota.tracks, quota.tracks - len(made))
    if quota.bytes and size + track.conversion.mp3_size > quota.bytes:
        raise ByteQuotaReached(quota.bytes, quota.bytes - size)
    if quota.seconds and (duration + track.conversion.duration).total_seconds() > quota.seconds:
        raise SecondsQuotaReached(quota.seconds, int(quota.seconds - duration.total_seconds()))
