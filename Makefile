# music-app: `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_WORKERS ?= auto

.DEFAULT_GOAL := help
.PHONY: help serve test check format bench crash load fuzz docker-trial lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

serve: $(VENV)/.installed ## Install what is needed and serve on http://127.0.0.1:5000
	@exec $(BIN)/music-app serve

test: $(VENV)/.installed-dev ## Run every test, against real PostgreSQL and real ffmpeg
	$(BIN)/pytest -n $(PYTEST_WORKERS)

check: $(VENV)/.installed-dev ## Format, lint, types, import contracts, fast tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -q -n $(PYTEST_WORKERS) tests/unit

format: $(VENV)/.installed-dev ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.installed-dev ## Measure speed and memory beside ffmpeg and pydub on this machine, 10 to 15 minutes
	$(BIN)/python -m tests.benchmarks

crash: $(VENV)/.installed-dev ## Kill the service, ffmpeg and PostgreSQL 600 times while uploads are under way
	$(BIN)/python -m tests.crash --converter ffmpeg
	$(BIN)/python -m tests.crash --converter lame
	$(BIN)/python -m tests.failures

load: $(VENV)/.installed-dev ## Slow clients by the thousand, a database that goes away, a large upload
	$(BIN)/python -m tests.load

fuzz: $(VENV)/.installed-fuzz ## 5,000 made-up requests by the service's own description
	$(BIN)/python -m tests.fuzz

docker-trial: ## Build the image, run it and docker-compose.yml for real, crash them, compare what is kept
	tests/docker_trial.sh

lock: ## Resolve the hashed lock files anew (needs uv)
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --only-binary :all: \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		pyproject.toml requirements-build.in -o requirements.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --only-binary :all: \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		pyproject.toml requirements-build.in --group dev -c requirements.lock -o requirements-dev.lock
	uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --only-binary :all: \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--group fuzz -c requirements-dev.lock -o requirements-fuzz.lock

clean: ## Remove the virtual environment and caches (never the data)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c '' || { echo "$(PYTHON) does not run; name another Python with: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "music-app needs Python 3.11 or later; name one with: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt-get install python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(BIN)/python requirements.lock pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-dev.lock
	@touch $@

$(VENV)/.installed-fuzz: $(VENV)/.installed-dev requirements-fuzz.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-fuzz.lock
	@touch $@
