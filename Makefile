# The one door: `make` prints what is behind it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PORT ?= 8080
DATA ?= demo-data
SEED ?= 7

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test lint format lock bench bench-quick eval prove docs clean

help: ## print these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## make .venv and install siyaq into it (.venv/bin/siyaq)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "siyaq needs Python 3.11 or newer: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/apt python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

run: setup ## start siyaq on a simulated network and print its URL (PORT= DATA= SEED=)
	$(BIN)/siyaq demo --port $(PORT) --data $(DATA) --seed $(SEED)

test: setup-dev ## run every test that needs no special hardware
	@test -x /usr/bin/chromium || test -x /usr/bin/google-chrome || scripts/apt chromium fonts-noto-core || true
	$(BIN)/python -m pytest

lint: setup-dev ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell src docs bench README.md CHANGELOG.md CONTRIBUTING.md

format: setup-dev ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: setup ## score retrieval and answers on every evaluation folder
	scripts/eval

bench: setup ## measure the log, the index and the embedder on real posts
	scripts/bench 100000

bench-quick: setup ## the same in a few minutes
	scripts/bench 10000

prove: setup-dev ## crash, power-cut, failing-disk and erasure campaigns, longer than in the tests
	SIYAQ_CAMPAIGN=8 $(BIN)/python -m pytest tests/log tests/index -k "crash or power or failing or erasure" --timeout=1800

docs: setup-dev ## write docs/reference from the code
	$(BIN)/python scripts/reference.py

lock: ## resolve the dependencies anew and write the lock files (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11 pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11 pyproject.toml --group build --extra dev -o requirements-dev.lock

clean: ## remove what was made here (data directories stay)
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
