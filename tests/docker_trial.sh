#!/usr/bin/env bash
# Tries the image and the compose files for real, by hand: make docker-trial
# It needs Docker with compose, curl and python3. It works on a copy of the checkout, with volumes and a port of its
# own, and removes them. The image music-app is built anew and stays.
set -euo pipefail
cd "$(dirname "$0")/.."

CONTAINERS=(music_app postgres_music_app)
ALONE=music_app_trial
ALONE_DATA=music-app-trial_alone
export COMPOSE_PROJECT_NAME=music-app-trial
unset HOST PORT SHUTDOWN_GRACE
folder=$(mktemp -d)
failures=0

for name in "${CONTAINERS[@]}" "$ALONE"; do
    if docker container inspect "$name" >/dev/null 2>&1; then
        echo "there is a container $name already; end it first: docker compose down" >&2
        exit 2
    fi
done

# shellcheck disable=SC2317 # called by trap
clean_up() {
    docker rm --force "$ALONE" >/dev/null 2>&1 || true
    docker volume rm "$ALONE_DATA" >/dev/null 2>&1 || true
    (cd "$folder/checkout" && docker compose down --volumes) >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap clean_up EXIT

# check WHAT COMMAND…: says whether the command succeeds.
check() {
    local what=$1
    shift
    if "$@" >"$folder/output" 2>&1; then
        echo "pass  $what"
    else
        echo "FAIL  $what"
        sed 's/^/      /' "$folder/output" | tail -n 20
        failures=$((failures + 1))
    fi
}

# within SECONDS COMMAND…: succeeds once the command does.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
inspect() { docker inspect --format "$2" "$1"; }
answers() { curl --silent --fail --max-time 5 --output "$folder/health" "$url/health/ready"; }
healthy() { [[ $(inspect "$1" '{{.State.Health.Status}}') == healthy ]]; }
up() { docker compose up --detach --wait && within 60 answers; }

# set_in_env NAME VALUE, in the copy
set_in_env() { sed -i "s|^$1=.*|$1=$2|" .env; }

register() {
    curl --silent --fail "$url/register" -H 'Content-Type: application/json' -d '{"user_name": "Ann"}' >"$folder/user"
    user_id=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["user_id"])' <"$folder/user")
    token=$(python3 -c 'import json, sys; print(json.load(sys.stdin)["user_access_token"])' <"$folder/user")
}

# upload WHERE CURL-OPTIONS…: the status in status.WHERE, the path of the link in path.WHERE
upload() {
    local where=$1
    shift
    curl --silent --show-error --dump-header "$folder/head.$where" --output "$folder/body.$where" \
        --write-out '%{http_code}' "$@" -H 'Expect:' -F user_id="$user_id" -F user_access_token="$token" \
        -F wav_file=@"$folder/talk.wav" "$url/add_track" >"$folder/status.$where"
    sed -n 's|^[Ll]ocation: *http://[^/]*||p' "$folder/head.$where" | tr -d '\r' >"$folder/path.$where"
}

status_is() { [[ $(<"$folder/status.$1") == "$2" ]] || { cat "$folder/status.$1" "$folder/body.$1"; return 1; }; }

# keep WHERE: downloads the upload for the first time; same WHERE: once more, and compares
keep() { curl --silent --fail --output "$folder/$1.mp3" "$url$(<"$folder/path.$1")" && [[ -s $folder/$1.mp3 ]]; }
same() { curl --silent --fail "$url$(<"$folder/path.$1")" | cmp - "$folder/$1.mp3"; }

# kill_9 CONTAINER: as a crash would end it; `docker kill` counts as wished for and is not followed by a restart
kill_9() {
    inspect "$1" '{{.State.Pid}}' >"$folder/pid"
    local before
    before=$(inspect "$1" '{{.RestartCount}}')
    kill -9 "$(<"$folder/pid")" || sudo --non-interactive kill -9 "$(<"$folder/pid")"
    within 60 restarted "$1" "$before"
}
restarted() { [[ $(inspect "$1" '{{.RestartCount}}') != "$2" ]]; }

json_only() {
    docker logs "$1" 2>&1 >/dev/null | python3 -c '
import json, sys
lines = [json.loads(line) for line in sys.stdin]
assert lines and all("event" in line and "timestamp" in line for line in lines)'
}

promises() {
    docker inspect "$1" | python3 -c '
import json, sys
(container,) = json.load(sys.stdin)
host, config = container["HostConfig"], container["Config"]
assert config["User"] not in ("", "root", "0"), config["User"]
assert host["ReadonlyRootfs"] and not host["Privileged"]
assert host["CapDrop"] == ["ALL"] and not host["CapAdd"]
assert any(option.startswith("no-new-privileges") for option in host["SecurityOpt"])
assert host["PidsLimit"] > 0 and host["Memory"] > 0
assert host["RestartPolicy"]["Name"] == "unless-stopped"
assert all(mount["Type"] == "volume" and len(mount["Name"]) < 60 for mount in container["Mounts"]), container["Mounts"]
assert container["State"]["Health"]["Status"] == "healthy"
'
}

unpublished() {
    [[ $(inspect postgres_music_app '{{range .NetworkSettings.Ports}}{{.}}{{end}}') =~ ^(\[\])*$ ]] &&
        [[ $(inspect postgres_music_app '{{len .NetworkSettings.Networks}}') == 1 ]] &&
        [[ $(docker network inspect --format '{{.Internal}}' music-app-trial_database) == true ]]
}

powerless() {
    docker exec "$1" sh -c 'grep -q "^CapBnd:[[:space:]]*0*$" /proc/1/status && grep -q "^NoNewPrivs:[[:space:]]*1$" \
        /proc/1/status && [ "$(id -u)" != 0 ] && ! touch /trial 2>/dev/null && ! touch /opt/trial 2>/dev/null'
}

stopped_by_itself() { [[ $(inspect "$1" '{{.State.ExitCode}}') == 0 ]]; }

takes_less_than() {
    local seconds=$1 begun=$SECONDS
    shift
    "$@" && ((SECONDS - begun < seconds))
}

# An upload of some seconds is under way when the service is told to stop.
stop_amid_upload() {
    upload amid --limit-rate 1M &
    local uploading=$!
    within 10 child_of_service
    docker compose stop music-app
    wait "$uploading"
    status_is amid 201
}
child_of_service() { docker top music_app | grep -q ffmpeg; }

mkdir "$folder/checkout"
git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [[ ! -e $file ]] || printf '%s\0' "$file"; done |
    tar --create --null --files-from=- | tar --extract -C "$folder/checkout"
cd "$folder/checkout"
python3 - "$folder/talk.wav" <<'PYTHON'
import random, sys, wave
with wave.open(sys.argv[1], "wb") as wav:
    wav.setparams((2, 2, 44100, 0, "NONE", ""))
    wav.writeframes(random.Random(1).randbytes(4 * 44100 * 20))
PYTHON
port=$(free_port)
url=http://127.0.0.1:$port
set_in_env PORT "$port"

# Where no registry is reached, images of the same tags that are here already are better than no trial.
unpinned=
for image in $(grep -oE '[^ ]+@sha256:[0-9a-f]{64}' docker-compose.pinned.yml); do
    docker image inspect "$image" >/dev/null 2>&1 || timeout 300 docker pull --quiet "$image" >/dev/null 2>&1 || unpinned+=" $image"
done
if [[ -z $unpinned ]]; then
    files=(docker-compose.yml docker-compose.pinned.yml)
    tried="tried with the images of docker-compose.pinned.yml"
else
    files=(docker-compose.yml)
    tried="tried with images by tag, not with docker-compose.pinned.yml, whose images cannot be had here:$unpinned"
fi
echo "$tried"
COMPOSE_FILE=$(IFS=: && echo "${files[*]}")
export COMPOSE_FILE COMPOSE_PATH_SEPARATOR=:

echo "--- docker compose"
check "builds from an empty clone" docker compose "${files[@]/#/--file=}" build
check "comes up, on the port of .env" up
check "registers" register
check "takes an upload" upload first
check "answers 201" status_is first 201
check "gives the MP3" keep first
for name in "${CONTAINERS[@]}"; do
    check "$name is healthy" within 30 healthy "$name"
    check "$name is what the compose file promises" promises "$name"
    check "$name has no capability and can write to nothing but its volumes" powerless "$name"
done
check "the database is on an internal network alone, unpublished" unpublished
check "the service logs JSON" json_only music_app
check "every MP3 is what it was, says music-app check" docker compose exec -T music-app music-app check
mkdir backups
music_app() {
    docker compose run --rm -T --user "$(id -u):$(id -g)" --workdir / --volume "$PWD/backups:/backups" music-app "$@"
}
check "makes a backup, as the page for operators says" music_app backup /backups/trial.zip
check "stops" docker compose stop music-app
check "restores it" music_app restore --replace /backups/trial.zip
check "comes back after it" up
check "gives the same bytes after it" same first

echo "--- ends and comes back"
check "finishes an upload that is under way when it is stopped" stop_amid_upload
check "music_app ended by itself" stopped_by_itself music_app
check "comes back" up
check "gives the upload that was under way" keep amid
check "down takes less than the grace" takes_less_than 30 docker compose down
check "up again" up
check "gives the same bytes" same first

echo "--- crashes"
for name in "${CONTAINERS[@]}"; do
    check "kill -9 of $name, which starts again" kill_9 "$name"
    check "the service is ready again" within 60 answers
    check "the same bytes, $name killed" same first
    check "takes an upload, $name killed" upload "$name"
    check "answers 201, $name killed" status_is "$name" 201
done

echo "--- .env is changed"
port=$(free_port)
url=http://127.0.0.1:$port
set_in_env PORT "$port"
set_in_env MAX_UPLOAD_BYTES 1000
set_in_env HOST 0.0.0.0
set_in_env CONVERTER pydub
set_in_env DATA_DIR /nowhere
set_in_env DATABASE_URL postgresql://nobody@nowhere/nothing
check "comes up with another port, host, folder and database in .env" up
check "has kept its data" same first
check "takes the upload" upload large
check "applies a limit of .env: 413" status_is large 413
set_in_env MAX_UPLOAD_BYTES 100000000
check "comes up with another limit" up
check "takes an upload by pydub" upload pydub
check "answers 201" status_is pydub 201
check "down" docker compose down

echo "--- the image alone, with a PostgreSQL of its own"
alone() {
    docker run --detach --name "$ALONE" -p "127.0.0.1:$port:5000" -v "$ALONE_DATA:/data" music-app && within 60 answers
}
check "comes up" alone
check "registers" register
check "takes an upload" upload alone
check "answers 201" status_is alone 201
check "gives the MP3" keep alone
check "is healthy" within 30 healthy "$ALONE"
check "stops within Docker's ten seconds" takes_less_than 9 docker stop "$ALONE"
check "ended by itself" stopped_by_itself "$ALONE"
docker rm "$ALONE" >/dev/null
check "comes up in another container" alone
check "gives the same bytes" same alone
check "kill -9" docker kill "$ALONE"
check "starts again" docker start "$ALONE"
check "the service is ready again" within 60 answers
check "gives the same bytes" same alone

echo
echo "$tried"
if ((failures)); then
    echo "$failures failed"
    exit 1
fi
echo "all passed"
