"""What a client is told who has all that one may have."""

from datetime import timedelta

import msgspec
import pytest

from application.admission.quotas import Standing
from domain.accounts import Totals
from domain.quotas import Quota
from entrypoints.http.quota_resource import quota_resource
from entrypoints.settings.settings import Settings
from tests.unit.http.test_app_in_memory import RECORDING, client_of, fields
from tests.unit.memory import in_memory_container

FILES = {"wav_file": ("a.wav", RECORDING)}
HELD = Totals(tracks=3, bytes=500, duration=timedelta(seconds=7.5))


@pytest.mark.parametrize(
    ("quotas", "status", "code", "named"),
    [
        ({"max_user_tracks": 1}, 403, "quota.tracks", ["1 tracks", "0 are left"]),
        ({"max_user_bytes": 1}, 403, "quota.bytes", ["1 bytes", "1 are left"]),
        ({"max_user_seconds": 1}, 403, "quota.seconds", ["1 seconds", "0 are left"]),
        ({"max_user_uploads": 1}, 429, "quota.uploads", ["1 uploads at once"]),
    ],
)
async def test_the_refusal_says_which_quota_and_how_much_is_left(
    quotas: dict[str, int], status: int, code: str, named: list[str]
) -> None:
    container = in_memory_container(Settings().but(**quotas))
    async with client_of(container) as client, container.running():
        data = await fields(client)
        user = await container.adapters.users().find(int(data["user_id"]))
        if "max_user_bytes" not in quotas and "max_user_uploads" not in quotas:
            assert (await client.post("/add_track", data=data, files=FILES)).status_code == 201
        uploads = 1 if "max_user_uploads" in quotas else 0
        container.application.user_quotas().uploading[user.user_id] += uploads

        answer = await client.post("/add_track", data=data, files=FILES)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert [words for words in named if words not in answer.json()["message"]] == []
    assert ("retry-after" in answer.headers) == (status == 429)


@pytest.mark.parametrize(
    ("quota", "told"),
    [
        (Quota(), None),
        (
            Quota(tracks=5, bytes=600, seconds=10, uploads=2, retention_days=30),
            {
                "tracks": 5,
                "bytes": 600,
                "seconds": 10,
                "uploads": 2,
                "retention_days": 30,
                "left": {"tracks": 2, "bytes": 100, "seconds": 2.5},
            },
        ),
        (
            Quota(tracks=1, bytes=1, seconds=1),
            {
                "tracks": 1,
                "bytes": 1,
                "seconds": 1,
                "uploads": None,
                "retention_days": None,
                "left": {"tracks": 0, "bytes": 0, "seconds": 0.0},
            },
        ),
        (
            Quota(retention_days=7),
            {
                "tracks": None,
                "bytes": None,
                "seconds": None,
                "uploads": None,
                "retention_days": 7,
                "left": {"tracks": None, "bytes": None, "seconds": None},
            },
        ),
    ],
)
def test_an_account_tells_its_quota_and_what_is_left_of_it(quota: Quota, told: dict[str, object] | None) -> None:
    assert msgspec.to_builtins(quota_resource(Standing(quota, HELD))) == told


async def test_the_account_tells_it() -> None:
    container = in_memory_container(Settings().but(max_user_tracks=3, retention_days=9))
    async with client_of(container) as client, container.running():
        data = await fields(client)
        await client.post("/add_track", data=data, files=FILES)
        bearer = {"Authorization": f"Bearer {data['user_access_token']}"}

        told = [
            (await client.get("/users/me", headers=bearer)).json()["quota"],
            (await client.patch("/users/me", headers=bearer, json={"user_name": "Bob"})).json()["quota"],
        ]

    assert (
        told
        == [
            {
                "tracks": 3,
                "bytes": None,
                "seconds": None,
                "uploads": None,
                "retention_days": 9,
                "left": {"tracks": 2, "bytes": None, "seconds": None},
            }
        ]
        * 2
    )
