# music-app: `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST_WORKERS ?= auto
# The locks are whole, but for requirements-left-out.txt: nothing beside them is looked for.
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps
LOCK := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --only-binary :all: \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
PINNED := docker-compose.pinned.yml

.DEFAULT_GOAL := help
.PHONY: help serve test check format bench crash soak load fuzz audit sbom docker-trial lock pin clean

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

bench: $(VENV)/.installed-dev ## Measure speed and memory beside ffmpeg and pydub on this machine, about 30 minutes
	$(BIN)/python -m tests.benchmarks

crash: $(VENV)/.installed-dev ## Kill the service, ffmpeg and PostgreSQL 3,000 times, also under resumable uploads, and make every call to the system fail
	$(BIN)/python -m tests.crash
	$(BIN)/python -m tests.failures
	$(BIN)/python -m tests.tus

soak: $(VENV)/.installed-dev ## An hour of mixed load, and what of the service grows meanwhile
	$(BIN)/python -m tests.soak

load: $(VENV)/.installed-dev ## Slow clients by the thousand, a database that goes away, a large upload, abuse of every kind
	$(BIN)/python -m tests.load

# RECORDINGS names folders whose WAVs are changed, too.
fuzz: $(VENV)/.installed-fuzz ## 20,000 recordings that lie about themselves, and 5,000 requests by the service's own description
	$(BIN)/python -m tests.fuzz $(RECORDINGS)

# --strict: what the service does not know, as a mirror without advisories, is no pass. PIP_AUDIT_VULNERABILITY_SERVICE
# names another service.
audit: $(VENV)/.installed-audit ## Ask the advisory service about every locked package, and check all licences
	$(BIN)/pip-licenses --python=$(BIN)/python --summary --order=license
	@failed=; for lock in requirements*.lock; do \
		echo "$$lock"; \
		$(BIN)/pip-audit --progress-spinner=off --strict --require-hashes --disable-pip -r $$lock || failed="$$failed $$lock"; \
	done; \
	test -z "$$failed" || { echo "found vulnerable, or not audited, for the reasons above:$$failed" >&2; exit 1; }

sbom: $(VENV)/.installed-dev ## Write the bill of materials (CycloneDX) to build/sbom.cdx.json
	$(BIN)/python -m tests.supply build/sbom.cdx.json

docker-trial: ## Build the image, run it and docker-compose.yml for real, crash them, compare what is kept
	tests/docker_trial.sh

lock: ## Resolve the hashed lock files anew (needs uv)
	$(LOCK) pyproject.toml --excludes requirements-left-out.txt -o requirements.lock
	$(LOCK) --group build -c requirements.lock -o requirements-build.lock
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group fuzz -c requirements.lock -c requirements-dev.lock -o requirements-fuzz.lock
	$(LOCK) --group audit -c requirements.lock -c requirements-dev.lock -o requirements-audit.lock
	$(INSTALL) -r requirements-dev.lock
	$(BIN)/python -m tests.node update --package-lock-only --loglevel=error

# All are asked about before any is written: both digests are of one day.
pin: ## Pin the base images in docker-compose.pinned.yml to what their tags name now (needs docker buildx)
	@set -e; edits=; told=; \
	for pinned in $$(grep -o '[^ ]*@sha256:[0-9a-f]*' $(PINNED)); do \
		image=$${pinned%@*}; \
		digest=$$(docker buildx imagetools inspect $$image --format '{{.Manifest.Digest}}'); \
		expr "$$digest" : 'sha256:[0-9a-f]\{64\}$$' >/dev/null || { echo "$$image: not a digest: $$digest" >&2; exit 1; }; \
		edits="$${edits}s|$$pinned|$$image@$$digest|;"; \
		if test "$$pinned" = "$$image@$$digest"; then was=unchanged; else was="was $${pinned#*@}"; fi; \
		told="$${told}pinned $$image@$$digest ($$was)\n"; \
	done; \
	sed -i "$$edits" $(PINNED); \
	printf "$$told"

clean: ## Remove the virtual environment and caches (never the data)
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c '' || { echo "$(PYTHON) does not run; name another Python with: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "music-app needs Python 3.11 or later; name one with: make PYTHON=python3.13 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "$(PYTHON) has no venv module. On Debian and Ubuntu: apt-get install python$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# What builds the editable install is needed for as long as that takes.
$(VENV)/.installed: $(BIN)/python requirements.lock requirements-build.lock pyproject.toml
	$(INSTALL) -r requirements.lock
	@rm -rf $(VENV)/build
	$(INSTALL) --target $(VENV)/build -r requirements-build.lock
	PYTHONPATH=$(CURDIR)/$(VENV)/build $(BIN)/pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@rm -rf $(VENV)/build
	@touch $@

# Node.js and npm come with a wheel of requirements-dev.lock.
$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock package-lock.json .npmrc
	$(INSTALL) -r requirements-dev.lock
	$(BIN)/python -m tests.node ci --loglevel=error
	@touch $@

$(VENV)/.installed-fuzz: $(VENV)/.installed-dev requirements-fuzz.lock
	$(INSTALL) -r requirements-fuzz.lock
	@touch $@

$(VENV)/.installed-audit: $(VENV)/.installed-dev requirements-audit.lock
	$(INSTALL) -r requirements-audit.lock
	@touch $@
