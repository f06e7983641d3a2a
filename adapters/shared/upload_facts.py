"""What is known of a resumable upload, as a small file of JSON has it."""

import json
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.uploads import Outcome, Refused, Stored, Terminated, Upload


def written(upload: Upload) -> bytes:
    """The file for an upload; the offset of one that is not ended is the size of its bytes, and not in here."""
    facts = {field.name: getattr(upload, field.name) for field in fields(upload)}
    return json.dumps(facts | {"outcome": _outcome_facts(upload.outcome)}, default=_plain).encode()


def read(data: bytes) -> Upload:
    """The upload of a file. Raises ValueError for one that is not ours, or of a version to come."""
    try:
        facts: dict[str, Any] = json.loads(data)
        for name in ("upload_id", "track_uuid"):
            facts[name] = UUID(facts[name])
        for name in ("created_at", "expires_at"):
            facts[name] = datetime.fromisoformat(facts[name])
        return Upload(**facts | {"outcome": _outcome(facts["outcome"])})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("no facts of an upload") from error


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _outcome_facts(outcome: Outcome | None) -> dict[str, object] | None:
    match outcome:
        case Stored(sha256, duration, clipped, repairs):
            seconds = None if duration is None else duration.total_seconds()
            return {"stored": sha256.hex(), "seconds": seconds, "clipped": clipped, "repairs": repairs}
        case Refused(kind, facts):
            return {"refused": kind, "facts": dict(facts)}
        case Terminated():
            return {"terminated": True}
        case None:
            return None


def _outcome(facts: dict[str, Any] | None) -> Outcome | None:
    if facts is None:
        return None
    if "stored" in facts:
        duration = None if facts["seconds"] is None else timedelta(seconds=facts["seconds"])
        return Stored(bytes.fromhex(facts["stored"]), duration, facts["clipped"], tuple(facts["repairs"]))
    return Refused(facts["refused"], tuple(facts["facts"].items())) if "refused" in facts else Terminated()
