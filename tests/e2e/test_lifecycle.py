"""The service as a process: it starts, stops, is killed and starts again."""

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.watched import connection_url
from tests.forms import begun_upload
from tests.processes import family, living, named
from tests.server import MUSIC_APP, Server, running_server
from tests.waiting import wait_until
from tests.wavs import pcm, tone, wav

RECORDING = wav(pcm(tone(8000)), rate=8000)


def test_a_link_gives_the_same_bytes_after_a_restart(tmp_path: Path, with_cluster: Callable[[Path], Path]) -> None:
    with running_server(with_cluster(tmp_path)) as server:
        link = _upload(server)
        first = _download(server, link)
    with running_server(tmp_path) as server:
        assert _download(server, link) == first


def test_all_addresses_are_those_of_both_protocols(tmp_path: Path, database_url: str) -> None:
    """Where the system has both; and who comes by IPv4 is known by that address."""
    clients = ["127.0.0.1", "[::1]"] if _has_ipv6() else ["127.0.0.1"]
    host = "::" if _has_ipv6() else "0.0.0.0"  # noqa: S104 - that is what is tried
    settings = {"DATABASE_URL": connection_url(database_url), "TRUSTED_PROXIES": "127.0.0.1"}
    with running_server(tmp_path, HOST=host, **settings) as server:
        _, port = server.address
        shown = [_page(f"http://{client}:{port}/") for client in clients]
    assert server.announcement.endswith("(IPv6 and IPv4)" if _has_ipv6() else f"{host}:{port}")
    schemes = ["https", "http"]  # the first alone is the trusted proxy
    for scheme, client, page in zip(schemes, clients, shown, strict=False):
        assert f"{scheme}://{client}:{port}" in page


def _has_ipv6() -> bool:
    with suppress(OSError), socket.create_server(("::1", 0), family=socket.AF_INET6):
        return socket.has_dualstack_ipv6()
    return False


def _page(url: str) -> str:
    headers = {"X-Forwarded-Proto": "https"}
    return httpx.get(url, headers=headers, trust_env=False).raise_for_status().text


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_service_leaves_nothing(
    tmp_path: Path, how: signal.Signals, with_cluster: Callable[[Path], Path]
) -> None:
    with running_server(with_cluster(tmp_path)) as server:
        _upload(server)
        processes = family(server.process.pid)
        assert named(processes, "postgres")

        assert server.stop(how) == 0

    assert not living(processes)
    assert not list((server.data_dir / "spool").iterdir())
    assert "Traceback" not in server.log


def test_a_killed_service_leaves_nothing_and_starts_again(tmp_path: Path, with_cluster: Callable[[Path], Path]) -> None:
    with running_server(with_cluster(tmp_path), CONVERTER="ffmpeg") as server:
        link = _upload(server)
        first = _download(server, link)
        with _half_an_upload(server):
            wait_until(lambda: named(family(server.process.pid), "ffmpeg"))
            processes = family(server.process.pid)
            server.stop(signal.SIGKILL)
            wait_until(lambda: not living(processes))

    assert not list((server.data_dir / "spool").iterdir())
    with running_server(tmp_path) as server:
        assert _download(server, link) == first


def test_a_service_stopped_while_it_starts_leaves_nothing(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PORT": "0", "DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen([MUSIC_APP, "serve"], env=environment, stderr=subprocess.PIPE) as process:
        wait_until(lambda: named(family(process.pid), "postgres"))
        processes = family(process.pid)
        process.terminate()
        _, log = process.communicate()
    wait_until(lambda: not living(processes))
    assert process.returncode == 0
    assert b"Traceback" not in log


def test_an_upload_under_way_ends_with_the_service(tmp_path: Path, with_cluster: Callable[[Path], Path]) -> None:
    with running_server(with_cluster(tmp_path), CONVERTER="ffmpeg") as server, _half_an_upload(server) as connection:
        wait_until(lambda: named(family(server.process.pid), "ffmpeg"))
        processes = family(server.process.pid)
        connection.close()
        assert server.stop() == 0
    assert not living(processes)


def test_two_services_share_one_data_folder(tmp_path: Path, with_cluster: Callable[[Path], Path]) -> None:
    with running_server(with_cluster(tmp_path)) as first, running_server(tmp_path) as second:
        link = _upload(first)
        mp3 = _download(first, link)
        assert _download(second, link) == mp3

        assert first.stop() == 0

        wait_until(lambda: _is_ready(second))
        assert _download(second, link) == mp3
        assert _download(second, _upload(second))


def test_a_data_folder_may_lie_deep(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / "with spaces, and commas" / ("é" * 50)
    with running_server(deep) as server:
        assert _download(server, _upload(server))


def test_root_is_not_needed(ordinary_folder: Path, ordinary_prefix: list[str]) -> None:
    with running_server(ordinary_folder, prefix=ordinary_prefix) as server:
        assert _download(server, _upload(server))
        processes = family(server.process.pid)
        assert {Path(f"/proc/{process}").stat().st_uid for process in processes} != {0}
        assert server.stop() == 0
    assert not living(processes)


def _upload(server: Server) -> str:
    """The link to a new track, without the server's address."""
    return server.upload(server.register(), RECORDING)


def _download(server: Server, link: str) -> bytes:
    with server.client() as client:
        return client.get(link).raise_for_status().content


def _is_ready(server: Server) -> bool:
    try:
        with server.client() as client:
            return client.get("/health/ready").status_code == 200
    except httpx.HTTPError:
        return False


def _half_an_upload(server: Server) -> socket.socket:
    """A connection on which an upload with right credentials has begun."""
    fields = server.register()
    connection = socket.create_connection(server.address)
    connection.sendall(begun_upload(fields, RECORDING, more=1_000_000))
    return connection
