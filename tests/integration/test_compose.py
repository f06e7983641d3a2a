"""What the Dockerfile and the compose files promise, read from the files: no Docker is needed."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.output.format import Mp3Quality
from entrypoints.settings.settings import Settings, read_settings

PROJECT = Path(__file__).parents[2]
SERVICES = ["music-app", "postgres"]
CHANGED = {"HOST": "::1", "PORT": "8000", "DATA_DIR": "elsewhere", "DATABASE_URL": "postgresql://other/db"}
BYTES = {"m": 1 << 20, "g": 1 << 30}
# Measured: what one upload in flight takes in the container of the service.
UPLOAD_THREADS, UPLOAD_BYTES = 8, 8_000_000


def environment_file() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", (PROJECT / ".env").read_text("utf-8"), re.MULTILINE))


def compose(**changed: str) -> Any:
    """The compose file, its `${NAME:-default}` filled in from `.env` and what was changed there."""
    given = environment_file() | changed
    text = (PROJECT / "docker-compose.yml").read_text("utf-8")
    return yaml.safe_load(re.sub(r"\$\{(\w+):-([^}]*)\}", lambda found: given.get(found[1]) or found[2], text))


def service(name: str, **changed: str) -> dict[str, Any]:
    found: dict[str, Any] = compose(**changed)["services"][name]
    return found


def container_settings(**changed: str) -> Settings:
    """What the program in the container reads."""
    return read_settings(environment_file() | changed | service("music-app", **changed)["environment"])


def seconds(duration: str) -> float:
    return sum(float(number) * {"m": 60, "s": 1}[unit] for number, unit in re.findall(r"([\d.]+)([ms])", duration))


def size(text: str) -> int:
    return int(text[:-1]) * BYTES[text[-1]]


def instructions(stage: int) -> list[tuple[str, str]]:
    """The instructions of one stage of the Dockerfile; -1 is the image."""
    text = re.sub(r"^#.*\n", "", (PROJECT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    stages = re.split(r"^(?=FROM )", text.replace("\\\n", " "), flags=re.MULTILINE)
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in stages[stage].splitlines() if line.strip()]


def arguments(keyword: str) -> list[str]:
    return [argument for name, argument in instructions(-1) if name == keyword]


def image_environment() -> dict[str, str]:
    return dict(word.split("=", 1) for line in arguments("ENV") for word in shlex.split(line))


@pytest.mark.parametrize("name", SERVICES)
def test_d6_a_container_can_change_nothing_but_its_volumes(name: str) -> None:
    described = service(name)

    assert described["read_only"] is True
    assert described["cap_drop"] == ["ALL"]
    assert described["security_opt"] == ["no-new-privileges:true"]
    assert not described.keys() & {"cap_add", "privileged", "devices", "pid", "ipc", "network_mode", "userns_mode"}
    assert not any(volume.startswith(("/", ".", "~")) for volume in described["volumes"])


@pytest.mark.parametrize("name", SERVICES)
def test_d6_a_container_is_bounded(name: str) -> None:
    described = service(name)

    assert described["pids_limit"] > 0
    assert size(described["mem_limit"]) > 0
    assert all("size=" in mounted for mounted in described["tmpfs"])
    assert {"max-size", "max-file"} <= described["logging"]["options"].keys()


def test_d6_the_limits_leave_room_for_what_the_settings_allow() -> None:
    music_app, postgres = service("music-app"), service("postgres")

    assert music_app["pids_limit"] >= 500 * UPLOAD_THREADS
    places = Settings().admission
    waiting = places.waiting_upload_places(1) // places.upload_places(1)
    assert size(music_app["mem_limit"]) >= 300 * (UPLOAD_BYTES + waiting * 2**20) + places.max_downloads * 2**19
    assert size(postgres["mem_limit"]) >= 3 * Settings().recordings.max_mp3_bytes
    assert music_app["ulimits"]["nofile"] >= 10_000
    assert postgres["pids_limit"] > 100


def test_d6_both_containers_run_as_ordinary_users() -> None:
    [created] = [command for command in arguments("RUN") if "useradd" in command]

    assert arguments("USER") == ["music-app"]
    assert re.search(r"useradd --uid [1-9]\d{3,} .*--shell /usr/sbin/nologin music-app\b", created)
    assert "user" not in service("music-app")
    assert service("postgres")["user"] == "postgres"


def test_d6_what_has_to_end_is_taken_in() -> None:
    assert service("music-app")["init"] is True
    assert "init" not in service("postgres"), "the postmaster takes in its own"


def test_d7_the_database_is_not_published() -> None:
    described = compose()

    assert not described["services"]["postgres"].keys() & {"ports", "expose"}
    assert described["services"]["postgres"]["networks"] == ["database"]
    assert described["networks"]["database"] == {"internal": True}
    assert [name for name in SERVICES if "database" in described["services"][name]["networks"]] == SERVICES
    assert list(described["services"]) == ["postgres", "music-app"]


def test_d7_the_service_is_published_where_the_settings_say_and_nowhere_else() -> None:
    assert service("music-app")["ports"] == [{"host_ip": "127.0.0.1", "published": 5000, "target": 5000}]
    assert service("music-app", HOST="", PORT="")["ports"] == service("music-app")["ports"]
    assert service("music-app", **CHANGED)["ports"] == [{"host_ip": "::1", "published": 8000, "target": 5000}]


@pytest.mark.parametrize("changed", [{}, CHANGED, dict.fromkeys(CHANGED, "")])
def test_the_program_finds_its_place_in_the_container_whatever_the_file_says(changed: dict[str, str]) -> None:
    settings = container_settings(**changed)

    assert (settings.serving.host, settings.serving.port, settings.storage.data_dir) == ("0.0.0.0", 5000, "/data")  # noqa: S104 - in a container
    assert settings.storage.database_url == "postgresql://postgres:postgres@postgres:5432/music_app_db"


def test_every_other_setting_of_the_file_reaches_the_program() -> None:
    assert service("music-app")["env_file"] == ".env"
    assert service("music-app")["environment"].keys() == CHANGED.keys()
    assert container_settings(MAX_DURATION="60", MP3_BITRATE="V2").recordings.max_duration == 60
    assert container_settings(MP3_BITRATE="V2").converting.quality == Mp3Quality(variable=2)


def test_the_names_are_the_agreed_ones() -> None:
    described = service("postgres")

    assert described["container_name"] == "postgres_music_app"
    assert described["image"] == "postgres:18-trixie"
    assert described["environment"]["POSTGRES_USER"] == "postgres"
    assert described["environment"]["POSTGRES_DB"] == "music_app_db"
    assert service("music-app")["build"] == "."


def test_everything_that_is_kept_is_on_a_named_volume() -> None:
    described = compose()

    assert described["volumes"].keys() == {"postgres", "postgres_socket", "data"}
    assert "postgres:/var/lib/postgresql" in described["services"]["postgres"]["volumes"]
    assert "postgres_socket:/var/run/postgresql" in described["services"]["postgres"]["volumes"]
    assert described["services"]["music-app"]["volumes"] == ["data:/data"]
    assert arguments("VOLUME") == ["/data"]


@pytest.mark.parametrize("grace", ["", "0", "30", "600"])
def test_a_container_gets_more_time_to_end_than_the_service_gives_itself(grace: str) -> None:
    described = service("music-app", SHUTDOWN_GRACE=grace)

    assert (
        seconds(described["stop_grace_period"]) >= container_settings(SHUTDOWN_GRACE=grace).serving.shutdown_grace + 30
    )
    assert seconds(service("postgres")["stop_grace_period"]) >= 30
    assert service("postgres")["stop_signal"] == "SIGINT"


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_that_ends_is_started_again(name: str) -> None:
    assert service(name)["restart"] == "unless-stopped"


def test_n3_a_server_that_lost_a_process_leaves_its_start_to_docker() -> None:
    command = service("postgres")["command"]
    assert command == ["postgres", "-c", "restart_after_crash=off", "-c", "listen_addresses=*"]


def test_the_service_waits_for_a_healthy_database() -> None:
    assert service("music-app")["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert service("postgres")["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]
    assert "start_interval" not in service("postgres")["healthcheck"], "engines before 25 refuse it"


def test_the_image_asks_the_service_whether_it_lives() -> None:
    [check] = arguments("HEALTHCHECK")

    assert "CMD [" in check
    assert "/health/live" in check
    assert "healthcheck" not in service("music-app")


def test_d8_the_image_is_built_from_hashed_wheels_in_a_stage_of_its_own() -> None:
    build = [f"{keyword} {argument}" for keyword, argument in instructions(1)]
    service = "pip --python /opt/music-app/bin/python3"

    for pip, lock in (("pip", "requirements-build.lock"), (service, "requirements.lock")):
        assert f"RUN {pip} install --require-hashes --only-binary :all: --no-deps -r {lock}" in build
    [made] = [line for line in build if "pip wheel" in line]
    assert [re.sub(r"\s+", " ", command).strip() for command in made.split("&&")] == [
        "RUN pip wheel --no-deps --no-build-isolation --wheel-dir dist .",
        f"{service} install --no-deps --no-index dist/*.whl",
    ]
    assert "RUN python3 -m venv /opt/build && python3 -m venv --without-pip /opt/music-app" in build
    assert arguments("COPY") == ["--from=build /opt/music-app /opt/music-app"]


def test_images_are_named_by_tag_so_that_they_build_wherever_the_tags_are() -> None:
    images = [*build_arguments().values(), *pulled_images(compose()).values()]

    assert sorted(images) == ["postgres:18-trixie", "python:3.13-slim-trixie"]


def test_d8_every_image_is_pinned_by_digest_in_the_override() -> None:
    described = override()["services"]
    pinned = {
        **described["music-app"]["build"]["args"],
        **{name: service["image"] for name, service in described.items() if "image" in service},
    }
    by_tag = build_arguments() | pulled_images(compose())

    assert {name: image.partition("@")[0] for name, image in pinned.items()} == by_tag
    assert [image for image in pinned.values() if not re.fullmatch(r"[^@\s]+@sha256:[0-9a-f]{64}", image)] == []


def test_d8_every_stage_begins_with_an_image_that_can_be_pinned() -> None:
    text = (PROJECT / "Dockerfile").read_text("utf-8")
    begun = re.findall(r"^FROM (.+)$", text, re.MULTILINE)

    assert begun == ["${PYTHON_IMAGE} AS build", "${PYTHON_IMAGE}"], "built for one Python, run by another"
    assert build_arguments().keys() == {"PYTHON_IMAGE"}
    assert re.findall(r"\bfrom=(\w+)", text) == ["build"], "taken from an image that nobody pins"


def test_d8_the_override_changes_nothing_but_the_images() -> None:
    plain, pinned = compose(), merged(compose(), override())

    assert pinned["services"]["music-app"].pop("build").keys() == {"context", "args"}
    assert plain["services"]["music-app"].pop("build") == "."
    for name in pulled_images(compose()):
        assert pinned["services"][name].pop("image") != plain["services"][name].pop("image")
    assert pinned == plain


def override() -> Any:
    return yaml.safe_load((PROJECT / "docker-compose.pinned.yml").read_text("utf-8"))


def merged(base: Any, over: Any) -> Any:
    """As compose merges mappings and single values; `build: PATH` is short for `build: {context: PATH}`."""
    if not isinstance(over, dict):
        return over
    base = base if isinstance(base, dict) else {"context": base}
    return base | {key: merged(base[key], value) if key in base else value for key, value in over.items()}


def build_arguments() -> dict[str, str]:
    """What stands before the first stage of the Dockerfile: the images, by the name of their argument."""
    return dict(argument.split("=", 1) for name, argument in instructions(0) if name == "ARG")


def pulled_images(described: Any) -> dict[str, str]:
    """The images that are not built here, by service."""
    return {name: found["image"] for name, found in described["services"].items() if "build" not in found}


def test_the_image_works_alone() -> None:
    settings = read_settings(image_environment())

    assert (settings.serving.host, settings.serving.port, settings.storage.data_dir) == ("0.0.0.0", 5000, "/data")  # noqa: S104 - in a container
    assert settings.storage.database_url == ""
    assert image_environment()["PYTHONUNBUFFERED"] == "1"
    assert arguments("ENTRYPOINT") == ['["music-app"]'], "not by a shell, which would keep SIGTERM to itself"
    assert arguments("CMD") == ['["serve"]']
    assert arguments("EXPOSE") == ["5000"]


def test_d8_only_what_the_image_needs_is_sent_to_the_builder() -> None:
    lines = [line for line in (PROJECT / ".dockerignore").read_text("utf-8").splitlines() if not line.startswith("#")]
    copied = {word for name, argument in instructions(1) if name == "COPY" for word in argument.split()[:-1]}

    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied
