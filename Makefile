# The whole developer interface. `make` alone lists the targets.
# PYTHON chooses the interpreter the virtual env is made with: `make demo PYTHON=python3.13`.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
export PYTHON
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet

FRONTEND := controller/web/frontend
BUILT := controller/web/static/build
# Unit tests that render real sound, start real programs, fill databases or live through real time: `make test` runs them.
SLOW := tests/unit/controller/web tests/unit/controller/usecases tests/unit/controller/mqtt \
	tests/unit/controller/adapters tests/unit/audio/test_chime.py tests/unit/audio/adapters tests/unit/audio/test_studio.py tests/unit/audio/test_voices.py \
	tests/unit/audio/test_pace.py tests/unit/controller/cli tests/unit/device_agent/core/test_loop.py \
	tests/unit/device_agent/speaker tests/unit/device_agent/board/test_performer.py
PACKAGES := audio controller device_agent protocol schedules tests

.PHONY: help setup demo run test check static bench scenarios frontend lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

setup: .venv/installed .venv/system-tests frontend ## install everything that runs, tests and checks need

demo: .venv/installed .venv/system-demo frontend ## the whole system on this machine: broker, controller, loudspeakers, board
	@$(BIN)/loa demo

run: .venv/installed .venv/system-demo frontend ## the same, kept running, with its state kept in var/run
	@$(BIN)/loa demo --stay

# Two at a time: what starts real processes goes one by one in the first, the rest goes on beside it.
test: setup static ## everything: formatting, lint, types, import rules, all tests
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

check: .venv/installed static ## the quick look: formatting, lint, types, import rules, house and unit tests
	@$(BIN)/python -m pytest -q -n 2 tests/house tests/unit $(SLOW:%=--ignore=%)

static: .venv/installed
	@$(BIN)/ruff check $(PACKAGES)
	@$(BIN)/ruff format --check $(PACKAGES)
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: .venv/installed ## measure the hot paths and print a table
	@$(BIN)/python -m tests.bench

scenarios: setup ## run the tests that prove docs/scenarios.md and print one line per scenario
	@$(BIN)/python -m tests.plugins

frontend: ## build the console's scripts and styles, when their sources are newer
ifneq ($(wildcard $(FRONTEND)/package.json),)
frontend: $(BUILT)/.built

$(FRONTEND)/node_modules/.installed: $(FRONTEND)/package.json $(FRONTEND)/package-lock.json | .venv/system-demo
	@cd $(FRONTEND) && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT)/.built: $(FRONTEND)/node_modules/.installed \
		$(shell find $(FRONTEND) -name node_modules -prune -o -type f -print 2>/dev/null)
	@cd $(FRONTEND) && npm run --silent build
	@mkdir -p $(@D) && touch $@
endif

lock: .venv/installed ## resolve the dependencies of pyproject.toml anew, with hashes
	@test -x var/lock/bin/uv || { $(PYTHON) -m venv var/lock && var/lock/bin/pip install --quiet uv; }
	@var/lock/bin/uv pip compile --quiet --universal --generate-hashes --no-header --all-extras --upgrade \
		--python-version 3.11 --output-file requirements.lock pyproject.toml

clean: ## remove what make made: .venv, caches, the built front end, var/
	@rm -rf .venv var build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis \
		$(BUILT) $(FRONTEND)/node_modules
	@find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +

# --- stamps: a warm run does nothing here ---------------------------------------------------------

.venv/bin/python: | deploy/system-packages
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with PYTHON=..." >&2; exit 2; }
	@deploy/system-packages python
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing Python packages into .venv"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/system-demo: deploy/system-packages | .venv/bin/python
	@deploy/system-packages sound board frontend
	@touch $@

.venv/system-tests: deploy/system-packages .venv/system-demo | .venv/bin/python
	@deploy/system-packages tests
	@touch $@
