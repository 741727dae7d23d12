# Needs Python 3.11 or later and make. Everything is installed into $(VENV), nothing elsewhere.
VENV ?= .venv
# The first Python that is new enough; or say which: make test PYTHON=/path/to/python3
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,\
	$(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
# Processes that share the tests, and what else pytest is told: make test TESTS="-k sqlite -x"
WORKERS ?= 2
TESTS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
SOURCES := setup.cfg pyproject.toml constraints.txt

# Without build isolation, so that the build backend is the pinned one too.
define install
	@echo "installing $(1) into $(VENV) (once; minutes on a slow line)"
	@$(PIP) install --constraint constraints.txt --no-build-isolation --editable '.[$(2)]'
	@touch $@
endef

.PHONY: help demo demo-check test lint format bench constraints clean

help:
	@echo "make demo        a loyalty server with data in it, and every protocol called once"
	@echo "make demo-check  the same, and then stop: success or failure"
	@echo "make test        all tests, on SQLite and on PostgreSQL"
	@echo "make lint        ruff, mypy, bandit"
	@echo "make format      let ruff put the code in order"
	@echo "make bench       measure"
	@echo "make constraints pin anew what setup.cfg allows"
	@echo "make clean       remove what the above made"

demo: $(VENV)/.installed-run
	@$(BIN)/adapter demo

demo-check: $(VENV)/.installed-run
	@$(BIN)/adapter demo --check

test: $(VENV)/.installed-test
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist worksteal $(TESTS)

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/bandit --ini setup.cfg --quiet --recursive

format: $(VENV)/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-test
	@$(BIN)/python -m bench

# A fresh environment, so that nothing is pinned that nobody asked for.
constraints: $(VENV)/.python
	@rm -rf build/pins && $(BIN)/python -m venv build/pins
	@build/pins/bin/python -m pip -qq install 'setuptools>=77,<85'
	@build/pins/bin/python -m pip -qq install --no-build-isolation '.[postgres,test,dev]'
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

$(VENV)/.installed-dev: $(VENV)/.backend $(SOURCES)
	$(call install,the server and its checks,postgres$(comma)test$(comma)dev)

comma := ,
