# Everything runs from .venv, which the first command makes. `make help` lists them.

BIN := .venv/bin
STAMP := .venv/.stamp
DEMO := examples/digits_mlp.py:loss
LOCK := requirements.lock.txt
# Three workers suit two cores, for tests of the interface often wait; `make test
# WORKERS=12` suits eight.
WORKERS ?= 3
# Tests to run, or any option of pytest: `make test ARGS=tests/graph`.
ARGS ?=

# The first Python that is new enough; `make PYTHON=python3.13 ...` chooses another.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

.PHONY: help demo test test-long lint format types imports check coverage bench \
	wheel lock clean distclean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

demo: $(STAMP) ## Walk through a classifier of handwritten digits
	@if [ -t 0 ] && [ -t 1 ] && [ -t 2 ]; then \
		$(BIN)/graphstep step $(DEMO); \
	else \
		$(BIN)/graphstep show $(DEMO) && \
		$(BIN)/graphstep export $(DEMO) -o digits_mlp.svg; \
	fi

test: $(STAMP) ## Run every test (but the long ones)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-long: $(STAMP) ## Run the long tests, with a thousand examples of each law
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal \
		-m long --timeout 7200 $(ARGS)

lint: $(STAMP) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(STAMP) ## Format, and fix what can be fixed by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(STAMP) ## Check types
	$(BIN)/pyright

imports: $(STAMP) ## Check that every package imports only from those below it
	$(BIN)/lint-imports

check: lint types imports ## All of the three above

coverage: $(STAMP) ## Run every test and report the branches no test takes
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

bench: $(STAMP) ## Measure time and memory against plain JAX
	$(BIN)/python -m tests.bench $(ARGS)

wheel: $(STAMP) ## Build the wheel and the source archive into dist/
	$(BIN)/hatchling build

lock: $(STAMP) ## Choose the newest allowed versions and write the lock file
	$(BIN)/uv --no-config pip compile --quiet --upgrade --universal \
		--python-version 3.11 --fork-strategy fewest --generate-hashes \
		--no-header --no-emit-index-url --group dev --group test \
		pyproject.toml -o $(LOCK)

clean: ## Remove caches and what the commands wrote
	rm -rf .bench .coverage .coverage.* .hypothesis .import_linter_cache \
		.pytest_cache .ruff_cache build dist htmlcov digits_mlp.svg \
		snapshot_report.html
	find graphstep tests examples -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## Remove .venv as well
	rm -rf .venv

$(STAMP): pyproject.toml $(LOCK)
	@test -n "$(PYTHON)" || { \
		echo "graphstep needs Python 3.11 or newer, and none was found." \
			"Install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2; \
		exit 1; }
	@echo "Installing into .venv; the first time this downloads a few hundred MB."
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		--no-deps --no-build-isolation --editable .
	@touch $(STAMP)
