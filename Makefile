# Needs Python 3.11 or later and make. Everything is installed into $(VENV), nothing elsewhere.
VENV ?= .venv
# The first Python that is new enough; or say which: make test PYTHON=/path/to/python3
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
# Processes that share the tests, and what else pytest is told: make test TESTS="-k sqlite -x"
WORKERS ?= 2
TESTS ?=
# Which measurements, and how; and the members of each database of bench-growth
BENCH ?=
SIZES ?=
# How often `make faults` has each fault strike.
ROUNDS ?= 50

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
SOURCES := setup.cfg pyproject.toml constraints.txt

# Without build isolation, so that the build backend is the pinned one too.
define install
	@echo "installing $(1) into $(VENV) (once; minutes on a slow line)"
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[$(2)]'
	@touch $@
endef

.PHONY: help demo demo-check test serializable lint format bench bench-growth \
	bench-profile bench-report faults constraints clean

help:
	@echo "make demo          a loyalty server with data in it, and every protocol called once"
	@echo "make demo-check    the same, and then stop: success or failure"
	@echo "make test          all tests, on SQLite and on PostgreSQL; some: make test TESTS='-k sqlite'"
	@echo "make serializable  the same on PostgreSQL alone, at the strictest level of isolation"
	@echo "make faults        kill servers, databases and lines under load, and count what is lost"
	@echo "make lint          ruff, mypy, bandit"
	@echo "make format        let ruff put the code in order"
	@echo "make bench         measure, beside references, for 40 minutes"
	@echo "make bench-growth  the same calls at ever more members"
	@echo "make bench-profile where a worker's time goes"
	@echo "make bench-report  the figures that are kept, into docs/performance.md"
	@echo "make constraints   pin anew what setup.cfg allows"
	@echo "make clean         remove what the above made"

demo: $(VENV)/.installed-run
	@$(BIN)/adapter demo

demo-check: $(VENV)/.installed-run
	@$(BIN)/adapter demo --check

test: $(VENV)/.installed-test
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS)

serializable: $(VENV)/.installed-test
	@ADAPTER_TEST_ISOLATION=serializable \
		$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --ini setup.cfg --quiet --recursive

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# What, and how: make bench BENCH="accrual --engine postgresql --quick"
bench: $(VENV)/.installed-bench
	@$(BIN)/python -m bench $(BENCH)

# To a hundred thousand members; to a million: make bench-growth SIZES=10000,100000,1000000
bench-growth: $(VENV)/.installed-bench
	@$(BIN)/python -m bench growth $(if $(SIZES),--sizes $(SIZES)) $(BENCH)

bench-profile: $(VENV)/.installed-bench
	@$(BIN)/python -m bench profile $(BENCH)

# The figures that are kept, into docs/performance.md
bench-report: $(VENV)/.installed-bench
	@$(BIN)/python -m bench.report

# What `make test` does once, many times over; then what was acknowledged, lost and doubled.
faults: $(VENV)/.installed-test
	@mkdir -p build && rm -f build/faults.jsonl
	@ADAPTER_FAULT_ROUNDS=$(ROUNDS) ADAPTER_FAULT_REPORT=build/faults.jsonl $(BIN)/python -m pytest \
		-q -n $(WORKERS) --dist worksteal --timeout 3600 tests/faults $(TESTS)
	@$(BIN)/python -m tests.faults.report build/faults.jsonl

# A fresh environment, so that nothing is pinned that nobody asked for.
constraints: $(VENV)/.python
	@rm -rf build/pins && $(BIN)/python -m venv build/pins
	@build/pins/bin/python -m pip -qq install 'setuptools>=77,<85'
	@build/pins/bin/python -m pip -qq install --no-build-isolation '.[postgres,test,dev,bench]'
	@sed -n '/^#/p' constraints.txt > build/constraints.txt
	@build/pins/bin/python -m pip freeze --all --exclude adapter --exclude pip | LC_ALL=C sort -f >> build/constraints.txt
	@mv build/constraints.txt constraints.txt

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; say where with" \
		"make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is not" \
		"Python 3.11 or later" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "$(PYTHON) cannot make environments;" \
		"on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.backend: $(VENV)/.python constraints.txt
	@$(PIP) install --constraint constraints.txt setuptools
	@touch $@

$(VENV)/.installed-run: $(VENV)/.backend $(SOURCES)
	$(call install,the server,postgres)

$(VENV)/.installed-test: $(VENV)/.backend $(SOURCES)
	$(call install,the server and its tests,postgres$(comma)test)

$(VENV)/.installed-bench: $(VENV)/.backend $(SOURCES)
	$(call install,the server and what measures it,postgres$(comma)bench)

$(VENV)/.installed-dev: $(VENV)/.backend $(SOURCES)
	$(call install,the server and its checks,postgres$(comma)test$(comma)dev)

comma := ,
