# `make demo` and `make test` do all set-up from a bare clone; nothing else has to be done first.
PYTHON ?= python3.11
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DEMO ?= demo-runs/$(shell date +%Y%m%d-%H%M%S)
PYTEST := $(BIN)/python -m pytest

.PHONY: demo test test-slow bench lint sample-scans default-model default-namer clean

demo: $(STAMP)
	$(BIN)/ai-afm demo --out $(DEMO)

test: $(STAMP)
	$(PYTEST) -n 2 -m "not slow and not gpu"

test-slow: $(STAMP)
	$(PYTEST) -m "not gpu"

bench: $(STAMP)
	$(BIN)/ai-afm bench line --json
	$(BIN)/ai-afm bench twin --json
	$(BIN)/ai-afm bench perception --json
	$(BIN)/ai-afm bench perception --quality --json
	$(BIN)/ai-afm bench policy --json
	$(BIN)/ai-afm bench policy --instrument stock --worlds 20 --json
	$(BIN)/ai-afm bench policy --slow --worlds 20 --json
	$(BIN)/ai-afm bench revisit --json
	$(BIN)/ai-afm bench probe --worlds 200 --json
	$(BIN)/ai-afm bench health --json
	$(BIN)/ai-afm bench decide --json
	$(BIN)/ai-afm bench flywheel --json
	$(BIN)/ai-afm bench flywheel --material ferroelectric-ceramic --json
	$(BIN)/ai-afm bench gate --trials 10 --json
	$(BIN)/ai-afm bench gui --accuracy --json

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/mypy --platform win32
	$(BIN)/lint-imports

sample-scans: $(STAMP)
	$(BIN)/ai-afm twin sample-scans --out sample_scans

default-model: $(STAMP)
	$(BIN)/python -m ai_afm.flywheel.train --out build/models --version 2.7.0 --seed 10 --raised \
		--parent wallnet@2.6.0 --mean-with wallnet@2.5.0,wallnet@2.6.0 --worlds 300 --steps 8000 \
		--learning-rate 0.0008 --judge-steps 0

default-namer: $(STAMP)
	$(BIN)/python -m ai_afm.flywheel.fit_namer --model wallnet@2.7.0 --out ai_afm/survey/namer.npz

$(STAMP): pyproject.toml constraints-cpu.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -c constraints-cpu.txt -e ".[dev]"
	touch $(STAMP)

clean:
	rm -rf $(VENV) build dist
