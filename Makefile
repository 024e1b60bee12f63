# Two commands matter: make demo, make test. Both set everything up behind one stamp.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test check dev bench performance lock model calibration accuracy docs clean

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## the sample portfolio end to end: plan, report, how to open the UI
	$(BIN)/aidiscover demo

test: $(STAMP) ## the whole test suite with branch coverage, in two processes
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term --cov-fail-under=90

check: $(STAMP) ## everything CI runs: format, lint, types, architecture, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

dev: $(STAMP) ## the Dagster UI with the demo's lineage, and the daemon
	$(BIN)/aidiscover demo
	$(BIN)/aidiscover up

bench: $(STAMP) ## two generated portfolios from upload to report beside the physical floor, measured here (minutes)
	$(BIN)/aidiscover bench

performance: $(STAMP) ## measure all that docs/performance.md says and write it (a quiet machine, half an hour)
	$(BIN)/python -m aidiscover_pipelines.cli.performance_page measure

lock: $(STAMP) ## pin every dependency again (the only target that needs uv)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --all-extras --group dev pyproject.toml -o requirements.lock

model: $(STAMP) ## train the column mapper again after its vocabulary or templates changed (minutes)
	$(BIN)/python -m aidiscover_pipelines.cli.train_mapper

calibration: $(STAMP) ## fit how far a 6R is trusted again: make calibration [CASES=labelled_and_unseen.csv]
	$(BIN)/python -m aidiscover_pipelines.cli.fit_confidence $(CASES)

accuracy: $(STAMP) ## write docs/accuracy.md: make accuracy GOLD=headers.csv TRAIN=train.json (labelled; minutes)
	$(BIN)/python -m aidiscover_pipelines.cli.accuracy $(GOLD) $(TRAIN)

docs: $(STAMP) ## write docs/data-model.md from the declared models
	$(BIN)/python -m aidiscover_pipelines.cli.data_model > docs/data-model.md
	$(BIN)/python -m aidiscover_pipelines.cli.attribute_page > docs/attributes.md

clean: ## remove the environment and caches; .aidiscover (data) stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage dist

# --no-deps: the lock is complete, and stock pip refuses unpinned extras in hash mode (pypa/pip 9644).
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; ok = (3, 11) <= sys.version_info[:2] <= (3, 13); \
	sys.exit(0 if ok else "need Python 3.11, 3.12 or 3.13; have %d.%d. Try: make PYTHON=python3.12 test" % sys.version_info[:2])'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(STAMP)
