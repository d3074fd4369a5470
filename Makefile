# Everything runs in .venv, which the first command makes from the locks.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test test-faults test-guards check shots bench sync lock clean
.DEFAULT_GOAL := help

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## start the dashboard; without an API key, with demo data
	$(BIN)/streamlit run app.py

test: .venv/dev ## run all tests, in a real browser too
	$(BIN)/python -m pytest

test-faults: .venv/dev ## the long proofs: 1000 random fault schedules, 500 kills
	FAULT_SCHEDULES=1000 KILLS=500 $(BIN)/python -m pytest tests/faults

test-guards: .venv/dev ## take each guard out and see that a test fails
	$(BIN)/python -m tests.faults.guards

check: .venv/dev ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

shots: .venv/dev ## draw every page in light, dark and phone width into shots/
	$(BIN)/python -m tests.browser.shots

bench: .venv/bench ## measure the figures in docs/performance.md; takes about an hour
	$(BIN)/python -m benchmarks

sync: .venv/run ## fetch what is missing, as a scheduler would
	$(BIN)/python -m dyntube sync

lock: .venv/dev ## pin requirements*.txt and all they bring along
	$(BIN)/pip install -q pip-tools
	for name in requirements requirements-dev requirements-bench; do $(BIN)/pip-compile -q --generate-hashes \
	  --strip-extras --allow-unsafe --no-annotate --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host -o $$name.lock $$name.txt; done

clean: ## remove what these commands made, but no views
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis shots

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv .venv

.venv/run: requirements.lock | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-dev.lock
	@touch $@

.venv/bench: requirements-bench.lock | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check -r requirements-bench.lock
	@touch $@
