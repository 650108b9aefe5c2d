# make help | setup | demo | test | check: everything a newcomer needs, in a virtual environment of its own.
PYTHON ?= python3
VENV ?= .venv
JOBS ?= 2
PORT ?= 8000
N ?= 2000
BIN := $(VENV)/bin

# A Chromium on the path is enough to run the browser tests; without one they are skipped and say so.
export ATTIO_MIRROR_CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What the tests start, many processes, reads compiled modules; without a cache each of them compiles everything again.
export PYTHONDONTWRITEBYTECODE :=

# What starts a browser, or whole clusters and kills them, takes minutes and a target of its own.
FAR_TESTS := tests/browser tests/processes
# What speaks to the database: repeated on each server that is named in the environment.
DATABASE_TESTS := $(wildcard tests/models tests/mirrors tests/sync tests/flows tests/edges tests/batches)

.DEFAULT_GOAL := help
.PHONY: help setup demo test check chaos browser processes databases wheel format clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(VENV)/run.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --quiet --requirement requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/pip install --quiet --quiet --requirement requirements-dev.txt
	@touch $@

setup: $(VENV)/dev.stamp ## make .venv with everything needed to run and to develop

demo: $(VENV)/run.stamp ## a mirror of the sandbox in your browser (PORT=8000); with ATTIO_API_KEY set, of your Attio
	@exec $(BIN)/python manage.py attio_demo --port $(PORT)

test: $(VENV)/dev.stamp ## the tests, but for those of browser and processes (COVERAGE=yes: and the coverage that is asked of them)
	PYTHONHASHSEED=0 $(BIN)/pytest -n $(JOBS) --dist worksteal $(FAR_TESTS:%=--ignore=%) $(if $(COVERAGE),--cov --cov-report=)
	$(if $(COVERAGE),@BIN=$(BIN) .ci/coverage)

browser: $(VENV)/dev.stamp ## the tests that drive a browser: journeys, accessibility, small screens
	$(BIN)/pytest -n $(JOBS) --dist worksteal tests/browser

processes: $(VENV)/dev.stamp ## the tests that start the demo and clusters, and kill them
	$(BIN)/pytest -n $(JOBS) --dist worksteal tests/processes

check: $(VENV)/dev.stamp ## lint, types, import ladder, migrations, wheel
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	@$(MAKE) --no-print-directory wheel

wheel: $(VENV)/dev.stamp ## build the wheel and install it into an empty project
	@BIN=$(BIN) .ci/wheel

chaos: $(VENV)/dev.stamp ## N random schedules of edits, faults and crashes (N=2000; SEED=1: always the same)
	PYTHONHASHSEED=0 CHAOS_EXAMPLES=$(N) CHAOS_SEED=$(SEED) $(BIN)/pytest -n $(JOBS) --dist worksteal tests/machine

databases: $(VENV)/dev.stamp ## the database tests again, on each server named by ATTIO_MIRROR_TEST_*
	@for url in $$ATTIO_MIRROR_TEST_POSTGRES $$ATTIO_MIRROR_TEST_MARIADB; do \
		echo "On $${url%%:*}:"; DATABASE_URL=$$url $(BIN)/pytest -n $(JOBS) --dist worksteal $(DATABASE_TESTS) || exit 1; \
	done

format: $(VENV)/dev.stamp ## put the code in order
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove what the demo and the tests left behind (not .venv, not a mirror of your Attio)
	rm -rf demo.sqlite3* var build dist *.egg-info .coverage .coverage.* htmlcov .hypothesis .pytest_cache .mypy_cache .ruff_cache
