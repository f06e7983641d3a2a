"""What the API tells of a quota, by its names on the wire."""

import msgspec

from application.admission.quotas import Standing
from domain.quotas import NO_BOUND


class LeftResource(msgspec.Struct):
    """What a user may still have; null where there is no bound."""

    tracks: int | None
    bytes: int | None
    seconds: float | None


class QuotaResource(msgspec.Struct):
    """What a user may have; null where there is no bound."""

    tracks: int | None
    bytes: int | None
    """Of all their MP3s together."""
    seconds: int | None
    """Of all their recordings together."""
    uploads: int | None
    """At once."""
    retention_days: int | None
    """After so many a track is removed."""
    left: LeftResource


def quota_resource(standing: Standing) -> QuotaResource | None:
    """What holds for a user, and what is left of it (`UserQuotas.standing`); None where nothing is bounded."""
    quota, held = standing.quota, standing.held
    if quota == NO_BOUND:
        return None
    return QuotaResource(
        quota.tracks or None,
        quota.bytes or None,
        quota.seconds or None,
        quota.uploads or None,
        quota.retention_days or None,
        LeftResource(
            max(quota.tracks - held.tracks, 0) if quota.tracks else None,
            max(quota.bytes - held.bytes, 0) if quota.bytes else None,
            max(quota.seconds - held.duration.total_seconds(), 0.0) if quota.seconds else None,
        ),
    )
