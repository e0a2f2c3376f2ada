## Ask for one of these:
##
##   make brief    the page for the planning meeting (Lao Cai, May 2025, as published by 31 May 2025)
##   make lab      JupyterLab on the notebooks, kernel ready
##   make test     every test
##   make lint     style of code and notebooks
##   make setup    the environment alone, which the others make for themselves
##   make clean    remove outputs/ and caches; data/ is never touched
##
## Another zone, month, date or language:
##
##   make brief ZONE=lai-chau MONTH=2025-12
##   make brief MONTH=2024-12 AS_OF=2025-01-31     only what had been published by that day
##   make brief BRIEF_LANG=en                      vi unless told
##
## The first of them builds .venv here, once, from requirements.lock. It needs Python 3.11 or later
## (another one: make brief PYTHON=/usr/bin/python3.12) and a network connection, that once.
## Windows, conda and what to do when something fails: docs/install.md

ZONE ?= lao-cai
MONTH ?= 2025-05
BRIEF_LANG ?=
PYTHON ?= python3 python3.13 python3.12 python3.11
WORKERS ?= 2
ARGS ?=

# The default brief is the meeting of the end of May 2025. Any other one uses all that is in the data;
# so does this one with an empty AS_OF=.
ifeq ($(ZONE)/$(MONTH),lao-cai/2025-05)
AS_OF ?= 2025-05-31
endif

BIN := .venv/bin
READY := .venv/ready
INSTALL := $(BIN)/python -m pip install --no-input --disable-pip-version-check --progress-bar off

# Settings of other Python installations must not reach into .venv.
unexport PYTHONHOME PYTHONPATH PIP_USER PIP_TARGET PIP_PREFIX

# `ready` is written last and names this folder: without it, after a move of the folder, or when the Python
# below .venv is gone, .venv is built afresh. Otherwise a newer lock is installed into it.
INTACT := $(shell [ "$$(cat $(READY) 2>/dev/null)" = "$(CURDIR)" ] && $(BIN)/python -c 'import pip' 2>/dev/null && echo yes)
ifneq ($(INTACT),yes)
.PHONY: $(READY)
endif

.DEFAULT_GOAL := help
.PHONY: help brief lab test lint clean setup

help:
	@sed -n 's/^## \{0,1\}//p' $(firstword $(MAKEFILE_LIST))

brief: $(READY)
	@$(BIN)/ezlib brief --zone "$(ZONE)" --month "$(MONTH)" $(if $(AS_OF),--as-of "$(AS_OF)") $(if $(BRIEF_LANG),--lang "$(BRIEF_LANG)")

lab: $(READY)
	@$(BIN)/python -m jupyterlab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks $(ARGS)

test: $(READY)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

lint: $(READY)
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .

clean:
	@rm -rf outputs .pytest_cache .ruff_cache .hypothesis build dist
	@find . -name .venv -prune -o \( -name __pycache__ -o -name .ipynb_checkpoints \) -type d -prune -exec rm -rf {} +
	@echo "outputs/ and caches are gone. To build the environment afresh as well, delete .venv."

setup: $(READY)

$(READY): requirements.lock pyproject.toml
	@set -e; \
	if [ "$(INTACT)" = yes ]; then \
	    echo "The list of libraries has changed: bringing .venv up to date."; \
	else \
	    found=; \
	    for python in $(PYTHON); do \
	        "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	        found=$$python; \
	        "$$python" -c 'import ensurepip, venv' 2>/dev/null && break; \
	    done; \
	    if [ -z "$$found" ]; then \
	        echo "No Python 3.11 or later among: $(PYTHON)." >&2; \
	        echo "Install one (Debian, Ubuntu: sudo apt install python3 python3-venv), or name yours:" >&2; \
	        echo "    make $(or $(MAKECMDGOALS),brief) PYTHON=/path/to/python3" >&2; \
	        exit 1; \
	    fi; \
	    version=$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
	    if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	        echo "Python $$version is here, but not the part of it that makes environments." >&2; \
	        echo "Debian, Ubuntu: sudo apt install python$$version-venv. Then the same command again." >&2; \
	        exit 1; \
	    fi; \
	    echo "First use: building the environment in .venv with Python $$version."; \
	    echo "About 170 MB are downloaded; usually one to three minutes, this once."; \
	    "$$found" -m venv --clear .venv; \
	fi; \
	rm -f $(READY); \
	{ { $(INSTALL) --require-hashes --only-binary :all: -r requirements.lock && \
	    $(INSTALL) --no-deps --no-build-isolation -e . ; } 2>&1 || echo "set-up failed"; } | \
	tee .venv/setup.log | \
	awk '/^(Collecting|Processing) / && ++n % 25 == 0 { print "  " n " libraries fetched"; fflush() } \
	     /^Installing collected/ && !said++ { print "  installing them"; fflush() } \
	     /^set-up failed/ { failed = 1 } \
	     END { exit failed }' || { \
	    grep -vE '^(Ignoring|set-up failed)' .venv/setup.log | tail -n 8 >&2; \
	    echo "The set-up stopped; the lines above say why, .venv/setup.log says all." >&2; \
	    echo "Nothing is lost: the same command starts it again. docs/install.md knows the usual reasons." >&2; \
	    exit 1; \
	}; \
	echo "The environment is ready."; \
	printf '%s\n' "$(CURDIR)" > $(READY)
