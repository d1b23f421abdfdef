# One folder, .venv, holds all that is installed; a stamp in it spares a second install.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
CITY := data/examples/city.geojson
FOOTPRINTS := data/examples/helsinki.geojson.gz
OUT ?= demo
# The suite runs in one process a core, eight at most; PYTEST_ARGS= runs it in one.
PYTEST_ARGS ?= -n auto --maxprocesses=8
COLUMNS_SHOWN := "id", "status", "floor_area_m2", "heating_kwh", "cooling_kwh", "heating_kwh_m2", "heating_peak_kw"
TABLE := import buem; rows = buem.open_results("$(OUT)").summary[[$(COLUMNS_SHOWN)]].iloc[::25]; \
	print(rows.to_string(index=False, float_format="{:,.1f}".format))

.DEFAULT_GOAL := help
.PHONY: help demo demo-service test check lint types bench faults docs page clean
.DELETE_ON_ERROR:

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

demo: $(VENV)/.installed-test  ## install, simulate the bundled cities, print the table, draw pictures and a map
	$(BIN)/buem run $(CITY) --out $(OUT) --format parquet,csv --overwrite || test $$? -eq 3
	@echo
	@echo "Every 25th building of $(OUT)/summary.parquet:"
	@$(BIN)/python -c '$(TABLE)'
	@echo
	$(BIN)/buem plot $(OUT)
	@echo
	$(BIN)/buem run $(FOOTPRINTS) --country FI --out $(OUT)/helsinki --overwrite || test $$? -eq 3
	$(BIN)/buem city map $(OUT)/helsinki
	$(BIN)/buem city plot $(OUT)/helsinki
	@echo
	@echo "Results:  $(OUT)/summary.parquet and .csv, $(OUT)/hourly/, $(OUT)/errors.jsonl, $(OUT)/run.json"
	@echo "Pictures: $$(find $(OUT) -name '*.png' | sort | tr '\n' ' ')"
	@echo "Map:      $(OUT)/helsinki/city/map.html, a page for any browser, without a network"
	@echo "Six buildings of the example are broken on purpose; $(OUT)/errors.jsonl says what is wrong with each."

demo-service: $(VENV)/.installed-test  ## the engine over HTTP: one request, one job, and the page
	$(BIN)/python data/examples/demo_service.py

test: $(VENV)/.installed-test  ## the whole suite
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: lint types test  ## lint, types and tests

lint: $(VENV)/.installed-dev  ## ruff
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev  ## mypy --strict
	$(BIN)/mypy --strict buem

bench: $(VENV)/.installed-test  ## every benchmark at its full size, all numbers into bench.json
	$(BIN)/python -m benchmarks --json bench.json

faults: $(VENV)/.installed-test  ## kills, failing disks and malformed inputs, at their full size
	BUEM_KILLS=200 BUEM_POINTS=all BUEM_INPUTS=10000 BUEM_FUZZ=100000 $(BIN)/python -m pytest tests/faults
	BUEM_SERVICE_KILLS=200 BUEM_SERVICE_POINTS=all BUEM_SCHEMATHESIS=1 $(BIN)/python -m pytest \
		tests/service/test_crash.py tests/service/test_service_points.py tests/service/test_fuzz.py

docs: $(VENV)/.installed-docs  ## the pages, into site/
	$(BIN)/mkdocs build --strict

page:  ## the page of the service, built anew from its sources (needs node and npm)
	npm ci --prefix buem/service/page --silent --no-audit --no-fund
	npm run build --prefix buem/service/page --silent

clean:  ## all that was made here, .venv and demo/ included
	rm -rf $(VENV) $(OUT) site build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# A failed install leaves no stamp, so that the next call tries again.
$(VENV)/.installed-%: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m pip --python $(BIN)/python install pip
	$(BIN)/python -m pip install --quiet --retries 5 --timeout 60 --editable ".[$*]"
	@touch $@

# Debian's python3 may come without ensurepip: then pip installs pip.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "buem needs Python 3.11 or later: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV) || $(PYTHON) -m venv --clear --without-pip $(VENV)
