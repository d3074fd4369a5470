# Everything runs in .venv, which the first command makes from the locks. Its programs are called by
# `python -m`, so that a checkout may be moved: their own scripts hold the path they were made in.
PYTHON ?= $(shell python3.11 -c '' 2> /dev/null && echo python3.11 || echo python3)
BIN := .venv/bin
# Two files at a time, a file in one process for its fixtures; those that take long come first.
side_by_side := -n 2 --dist loadfile --no-loadscope-reorder
# Else every process compiles all that it imports, and pytest all tests, anew.
unexport PYTHONDONTWRITEBYTECODE
until_ctrl_c = @trap : INT; $(1) || [ $$? -eq 130 ] # which ends these well

# Also named by dyntube/ui/components/assets/figure.js.
plotly := 4.1.1

.PHONY: help run serve doctor test test-cluster test-faults test-guards fuzz check words shots bench sync bench-rivals lock plotly clean
.DEFAULT_GOAL := help

help: ## what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## start the dashboard; without an API key, with demo data; on another port: PORT=8600
	$(call until_ctrl_c,$(if $(PORT),STREAMLIT_SERVER_PORT=$(PORT)) $(BIN)/python app.py)

serve: .venv/run ## start several app processes behind nginx: PROCESSES=4; see docs/scaling.md
	$(call until_ctrl_c,$(if $(PORT),STREAMLIT_SERVER_PORT=$(PORT)) $(BIN)/python -m deploy.serve --processes $(or $(PROCESSES),2))

doctor: .venv/run ## look at settings, connection and archive, and say what to do
	@$(BIN)/python -m dyntube doctor

test: .venv/dev ## run all tests, in a real browser too; those of ClickHouse are in test-cluster
	$(BIN)/python -m pytest $(side_by_side) --ignore tests/cluster
	@echo "Left out: tests/cluster, which \`make test-cluster\` runs on two nodes of ClickHouse."

test-cluster: .venv/dev ## the tests of ClickHouse, on two real nodes that npm brings (566 MB)
	$(BIN)/python -m pytest tests/cluster

test-faults: .venv/dev ## the long proofs: 2000 servers, 1000 fault schedules, 500 kills, every way to cut days short, 200 walks, long texts, every page printed and read with axe-core, who sees what on every page, 400 examples of each property, a fresh clone
	FRESH=1 SERVERS=2000 FAULT_SCHEDULES=1000 KILLS=500 FAULT_SEED=$$(date +%s) WALKS=200 EXAMPLES=400 \
	  LONG_TEXTS=all ACCESS=all CUTS=all PRINTED=all ISOLATION=all $(BIN)/python -m pytest $(side_by_side) tests/faults \
	  tests/fetch/test_variants.py tests/fetch/test_cut_short.py tests/pages/test_walking.py tests/engine/test_same_numbers.py \
	  tests/browser/test_long_texts.py tests/browser/test_access.py tests/browser/test_head.py \
	  tests/browser/test_pdf.py tests/sign_in/test_isolation.py tests/sign_in/test_looks.py
	EXAMPLES=400 $(BIN)/python -m pytest $(side_by_side) -m hypothesis --ignore tests/faults \
	  --ignore tests/fetch/test_variants.py --ignore tests/engine/test_same_numbers.py

fuzz: .venv/dev ## an hour of pages of the log spoiled at random
	$(BIN)/python -m tests.faults.fuzz_pages --minutes 60

test-guards: .venv/dev ## take each guard out and see that a test fails
	$(BIN)/python -m tests.faults.guards

check: .venv/dev ## lint, format and types
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy

words: .venv/dev ## list the texts that people read in dyntube/locale/messages.pot
	$(BIN)/python -m tests.words

shots: .venv/dev ## draw every page light, dark, on a phone and on paper into shots/; DOCS=1: into docs/ too; ONLY="data people": some
	$(if $(DOCS),DOCS=1) ONLY="$(ONLY)" $(BIN)/python -m tests.browser.shots

bench: .venv/dev ## measure our own figures in docs/performance.md
	$(BIN)/python -m benchmarks

bench-rivals: .venv/rivals ## compare with others; with `make bench` about an hour
	$(BIN)/python -m benchmarks.rivals

sync: .venv/run ## fetch what is missing, as a scheduler would
	$(call until_ctrl_c,$(BIN)/python -m dyntube sync)

lock: .venv/dev ## pin requirements*.txt and all they bring along
	$(BIN)/python -m pip install -q pip-tools==7.6.2
	for name in requirements requirements-clickhouse requirements-dev benchmarks/rivals/requirements; do $(BIN)/python -m piptools compile -q --generate-hashes \
	  --strip-extras --allow-unsafe --no-annotate --no-header --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host -o $$name.lock $$name.txt; done

plotly: ## make the bundle of plotly.js in static/ anew
	@folder=$$(mktemp -d) && npm install --silent --ignore-scripts --prefix $$folder plotly.js@$(plotly) esbuild@0.25.12 \
	  && cp static/plotly/entry.js $$folder && $$folder/node_modules/.bin/esbuild $$folder/entry.js --bundle --minify \
	  --format=esm --platform=browser --target=es2022 --legal-comments=none --define:global=globalThis \
	  --outfile=$$folder/out/plotly.js && cp $$folder/out/plotly.js static/plotly/plotly-$(plotly).min.js; rm -rf $$folder

clean: ## remove what these commands made, but no views
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis shots

# pip is the last that a new environment gets: one without it was left half made.
.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 is needed, or a newer one: install it, or name it with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	  echo "Python cannot make environments here. Install python3-venv (Debian, Ubuntu: apt install python3-venv), then try again." >&2; exit 1; }
	@rm -rf .venv
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "The environment .venv could not be made: see above. Nothing is left of it; try again." >&2; exit 1; }

# Python compiles what is imported when it first is: a third of what pip would compile.
define install
@echo "Installing $$(grep -c == $<) packages into .venv (once, about a minute) ..."
@$(BIN)/python -m pip install -q --disable-pip-version-check --no-compile -r $< || { \
  echo "The packages could not be installed: see above. Without a way to pypi.org, name a mirror in PIP_INDEX_URL." >&2; exit 1; }
@touch $@
endef

.venv/run: requirements.lock | .venv/bin/pip
	$(install)

.venv/dev: requirements-dev.lock | .venv/bin/pip
	$(install)

.venv/rivals: benchmarks/rivals/requirements.lock | .venv/bin/pip
	$(install)
