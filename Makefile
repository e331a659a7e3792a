# Everything one does with a clone of Footfall; `make` alone lists it.
# Needs make, git, Python 3.11 or newer and a package index; all else goes into .venv.

PYTHON ?= python3
UV_VERSION := 0.13.9
VENV := .venv
BIN := $(VENV)/bin
UV_INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python
UV_LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes pyproject.toml
TYPED := $(wildcard src tests bench clients)

export UV_CUSTOM_COMPILE_COMMAND := make lock
export UV_HTTP_TIMEOUT ?= 180
# Whoever points pip at a package index of their own means uv too.
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install dev run test check fix client lock screenshots bench torture hooks clean

help: ## List what make can do here
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.installed ## Prepare .venv with the locked dependencies and .venv/bin/footfall

dev: $(VENV)/.developed ## The same, and what tests, checks and benchmarks need

run: install ## Serve on 127.0.0.1:8000 with the data in ./data; ARGS="--port 9000" and so on
	@$(BIN)/footfall serve $(ARGS) || { status=$$?; \
		echo 'Options are given in ARGS, such as make run ARGS="--port 9000"' >&2; exit $$status; }

# Most tests wait for a server more than they reckon; those of a file share one, so they stay together.
WORKERS ?= auto

test: dev ## Run every test; ARGS="tests/store -k cursor" and so on
	@scripts/system_packages.sh ruby-httparty chromium curl jq nginx-light caddy
	@$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: dev ## Check format, lint, types and the direction of imports; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports

fix: dev ## Reformat, and repair what the linter can repair
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

client: dev ## Build the browser client's files anew from clients/browser, and print their sizes
	@$(BIN)/python clients/browser/build.py

lock: $(VENV)/.uv-$(UV_VERSION) ## Resolve both lock files anew; ARGS="--upgrade" for newer versions
	$(UV_LOCK) $(ARGS) --output-file requirements.lock
	$(UV_LOCK) $(ARGS) --group dev --constraints requirements.lock --output-file requirements-dev.lock

SCREENSHOTS ?= /tmp/footfall-screenshots

screenshots: dev ## Picture every page of the dashboard; SCREENSHOTS=FOLDER says where
	@scripts/system_packages.sh chromium
	@$(BIN)/python -m tests.browser.screenshots $(SCREENSHOTS)

bench: dev ## Measure Footfall against an empty handler on this machine
	@scripts/system_packages.sh wrk
	@$(BIN)/python -m bench $(ARGS)

torture: dev ## Run the long form of the durability tests
	@$(BIN)/pytest -m torture --timeout 7200 tests/durability $(ARGS)

hooks: dev ## Have git check format and lint at each commit
	@$(BIN)/pre-commit install

clean: ## Remove .venv and the tools' caches; ./data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Footfall needs Python 3.11 or newer: name one, e.g. make PYTHON=python3.12' >&2; exit 1; }
	@PYTHON=$(PYTHON) scripts/system_packages.sh python3-venv
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo 'This Python cannot make a virtual environment: install python3-venv, then repeat' >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.uv-$(UV_VERSION): | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@

$(VENV)/.installed: requirements.lock pyproject.toml $(VENV)/.uv-$(UV_VERSION)
	$(UV_INSTALL) --require-hashes -r requirements.lock
	$(UV_INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.developed: requirements-dev.lock $(VENV)/.installed
	$(UV_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@
