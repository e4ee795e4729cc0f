# make run    the whole platform at http://127.0.0.1:8000 (PORT=… for another port)
# make test   the whole suite;  make lint  the checks;  make check  both;  make chaos  clocks and points under kill -9
# All of it from a fresh clone with Python 3.11 alone. docs/operations.md says more.

VENV := .venv
PYTHON := $(VENV)/bin/python
# pytest's processes; each has its own database.
JOBS ?= 2
TESTS ?=

export PYTHONUTF8 := 1

.PHONY: run servers stop status reset test chaos lint check clean environment environment-dev pages chromium lock

# The demo district and its accounts; DEMO=0 starts empty.
run: export DEMO ?= 1
run: pages
	@$(PYTHON) -m governance.embedded run

servers: environment
	@$(PYTHON) -m governance.embedded start

stop status: environment
	@$(PYTHON) -m governance.embedded $@

# Starts over: asks, then removes the embedded servers' data.
reset: environment
	@$(PYTHON) -m governance.embedded remove

test: environment-dev pages chromium
	@$(PYTHON) -m pytest --create-db -n $(JOBS) --dist worksteal $(TESTS)

# What the clocks and the points promise, held against kill -9 by the hundred; servers of its own under var/chaos.
CLOCKS ?= 20000
ORDERS ?= 10000
KILLS ?= 200

chaos: environment-dev
	@$(PYTHON) -m bench.chaos --clocks $(CLOCKS) --kills $(KILLS)
	@$(PYTHON) -m bench.chaos_points --orders $(ORDERS) --kills $(KILLS)

# With the pages built: the checks say so when they are not.
lint: environment-dev pages
	@sh deploy/lint.sh

check: lint test

pages: environment
	@$(PYTHON) -m governance.embedded.pages

chromium: environment-dev
	@$(PYTHON) -m tests.chromium

environment:
	@sh deploy/environment.sh requirements.txt

environment-dev: environment
	@sh deploy/environment.sh requirements-dev.txt

# Rebuilds the locked requirements after an edit of requirements*.in.
lock: environment-dev
	@for name in requirements requirements-dev; do $(PYTHON) -m piptools compile --quiet --strip-extras \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
		--output-file=$$name.txt $$name.in || exit 1; done

# What can be built again. The data under var/ stays.
clean:
	@if [ -x $(PYTHON) ]; then VAR_DIR=var/test $(PYTHON) -m governance.embedded remove --yes; fi
	rm -rf $(VENV) node_modules static var/test var/static var/static.stamp
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .grimp_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
