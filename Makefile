# The two commands: `make run` and `make test`. Everything they need is set up first, once, in this checkout.
.PHONY: setup run test check tests coverage benchmarks clean
.DEFAULT_GOAL := run

FUND := .venv/bin/fund
PYTHON := .venv/bin/python
PACKAGES := fund_service matching models seeds

setup:  ## everything the project needs, in .venv and fund_service/assets; repeats nothing that is done
	@bash .setup/setup.sh

run: setup  ## the service with its demo, on http://127.0.0.1:8000
	@echo "Serving on http://127.0.0.1:8000 (stop with Ctrl-C)"
	@$(FUND) serve --demo-when-empty

test: check tests  ## everything that proves the project

check: setup  ## style, types, layers, dependencies
	@echo "Checking style, types and layers"
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports
	@.venv/bin/deptry .

tests: setup  ## the tests; of what is pure, with coverage of branches
	@echo "Running the tests (about fifteen minutes; browser tests need Debian's chromium and a Korean font)"
	@$(PYTHON) -m compileall -q $(PACKAGES)
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --ignore=tests/models --ignore=tests/matching --durations=20
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/models tests/matching --cov=models --cov=matching --cov-report=
	@.venv/bin/coverage report --fail-under=100

coverage: setup  ## branches that all tests together walk, service and seeds included; half as long again as the tests
	@$(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	@.venv/bin/coverage report --fail-under=90

benchmarks: setup  ## the figures of the README, measured on this machine beside those of the peers; takes long
	@$(PYTHON) -m pip install -q -c .setup/constraints.txt -e '.[benchmarks]'
	@$(PYTHON) -m tests.benchmarks
	@$(PYTHON) -m tests.benchmarks.table
	@$(PYTHON) -m pytest -q tests/benchmarks/speed_*.py
	@$(PYTHON) -m tests.benchmarks.deal_board
	@$(PYTHON) -m tests.benchmarks.portfolio
	@$(PYTHON) -m tests.benchmarks.verify

clean:  ## forget what set-up made
	rm -rf .venv fund_service/assets/node_modules fund_service/assets/fonts
