# Reskontra. Each target sets up what it needs; on a bare machine Python 3.11 or newer, make and git are enough.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
SIZE ?= 100000
# One worker more than processors: some wait for a browser or a disk.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Our modules are compiled once, not by every process.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo serve test check bench lock migrations clean

help:            ## these lines
	@grep -hE '^[a-z]+: .*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 20

setup: $(VENV)/.run  ## install into .venv, with the reskontra command in it

demo: $(VENV)/.run  ## an invented month, from workbooks to Finvoice files and from bank files to allocated payments, in var/demo
	$(BIN)/reskontra demo

serve: $(VENV)/.run  ## the desk on the demo data, at http://127.0.0.1:8000/
	@test -f var/demo/summary.json || $(BIN)/reskontra demo
	$(BIN)/reskontra serve

test: $(VENV)/.dev  ## all tests, on a real PostgreSQL
	$(BIN)/python -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder

check: $(VENV)/.dev  ## lint, format, types and floor plan
	$(BIN)/ruff check src tests bench
	$(BIN)/ruff format --check src tests bench
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## measure the runs against the raw limit of this machine (SIZE=100000)
	$(BIN)/python -m bench --size $(SIZE)

migrations: $(VENV)/.dev  ## write migrations for changed models
	$(BIN)/python -m reskontra.database.migrations

lock: $(VENV)/.dev  ## resolve and lock the dependencies anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group build -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		pyproject.toml --group dev -o requirements/dev.txt

clean:           ## remove what was made: environment, database, files
	rm -rf $(VENV) var

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@
