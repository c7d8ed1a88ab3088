# README.md says what the targets are for. Variables may be given behind the target: make demo PORT=8001 AT=2020-04-30T17:25+08:00
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test check trace bench faults lock
PY := .venv/bin/python
WORKERS ?= auto
TESTS ?= tests

help:
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

demo: ## start the demonstration (AT=moment, PORT=8000, HOST=127.0.0.1)
	@sh config/install.sh demo
	@exec $(PY) -m config.supervise

demo-reset: ## throw the demonstration's data away and load it again
	@sh config/install.sh demo
	@exec $(PY) -m config.supervise --rebuild

test: ## every test, browser journeys included (TESTS=tests/core for some, WORKERS=0 for one process)
	@sh config/install.sh tests
	$(PY) -m pytest -p no:cacheprovider -n $(WORKERS) --maxprocesses 4 --dist worksteal $(TESTS)

check: ## lint, layout, types, rooms, migrations, templates
	@sh config/install.sh demo
	@sh config/check.sh

trace: ## which requirement rows have a test
	@sh config/install.sh demo
	@$(PY) -m tests.traceability

bench: ## the speed figures
	@sh config/install.sh tests
	$(PY) -m pytest -p no:cacheprovider -q -s -o python_files='bench_*.py' tests/bench

faults: ## the tests that kill things, with the full figures (FAULTS=0.1 for a tenth of them)
	@sh config/install.sh tests
	FAULTS=$(FAULTS) $(PY) -m pytest -p no:cacheprovider -s tests/faults
FAULTS ?= 1

lock: ## resolve pyproject.toml anew into both lock files
	$(PY) -m uv pip compile $(COMPILE) --group dev pyproject.toml -o requirements.lock
	$(PY) -m uv pip compile $(COMPILE) -c requirements.lock pyproject.toml -o requirements-production.lock
COMPILE := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
