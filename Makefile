# Everything a fresh machine with Python 3.11+ and make needs. Each target does its own set-up,
# and does it again only when a lock or pyproject.toml has changed.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
INSTALL := $(PIP) install --quiet --require-hashes --no-deps --no-build-isolation

.DEFAULT_GOAL := help
.PHONY: help setup setup-test assets servers demo test test-slow lint format bench lock wheel clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

.venv/.made:
	@test -n "$(PYTHON)" || { echo "Borough needs Python 3.11 or later: install it, or say where it is with make PYTHON=…" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@touch $@

# The editable install comes last and without dependencies: those are the locked ones.
.venv/.ready: .venv/.made requirements/build.txt requirements/runtime.txt pyproject.toml
	@echo "Setting up .venv (locked, hashed dependencies)"
	@$(INSTALL) -r requirements/build.txt
	@$(INSTALL) -r requirements/runtime.txt
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.ready-test: .venv/.ready requirements/test.txt
	@echo "Setting up the tools for tests (with Sail and Spark, about 700 MB)"
	@$(INSTALL) -r requirements/test.txt
	@touch $@

# What browsers run is built from npm's packages by the machine's Node.js, or by PyPI's where there is none.
WEB := src/borough/web
NODE_HERE := $(shell command -v npm >/dev/null 2>&1 && node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20)' 2>/dev/null && echo yes)

$(WEB)/static/app.css: $(WEB)/frontend/package-lock.json $(WEB)/frontend/build.mjs $(wildcard $(WEB)/frontend/src/*) | .venv/.ready
	@echo "Building what browsers run"
	@$(if $(NODE_HERE),true,$(INSTALL) -r requirements/node.txt)
	@cd $(WEB)/frontend && PATH="$(if $(NODE_HERE),,$(CURDIR)/$(BIN):)$$PATH" sh -c 'npm ci --silent && node build.mjs'
	@touch $@

assets: $(WEB)/static/app.css ## Build what browsers run (styles, maps, charts)

setup: .venv/.ready assets ## Make .venv with Borough in it

setup-test: .venv/.ready-test ## The same, with everything that the tests need

# Without what is compiled kept, the commands that tests start would compile Borough each time anew.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# What PyPI has not. Without them (or without root) the tests that need them are skipped and say so.
servers: ## On Debian, as root: install what tests start (sshd, MariaDB, Chromium)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends openssh-server mariadb-server chromium >/dev/null \
		|| echo "sshd, MariaDB or Chromium can't be installed here: their tests will be skipped"; \
	else echo "not root on Debian: tests of SFTP, MariaDB and pages in a browser will be skipped where those servers are absent"; fi

demo: .venv/.ready assets ## Make a fictional London borough, run everything on it and open its pages (about two minutes)
	@$(BIN)/borough demo --dir demo-council --scale 0.1
	@echo "(Before that: source .venv/bin/activate)"
	@if [ -t 1 ]; then $(BIN)/borough serve --project demo-council; fi

test: lint assets ## Lint, then the tests (about 15 minutes on 2 cores)
	$(PYTEST) -m "not slow"

test-slow: .venv/.ready-test assets ## The tests that take long: whole boroughs, kills at every write, months replayed (about 10 minutes)
	$(PYTEST) -m slow

lint: .venv/.ready-test ## ruff, mypy and the laws of the house
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: .venv/.ready-test ## Put imports in order and mend what ruff can
	$(BIN)/ruff check --fix .

bench: .venv/.ready-test ## Measure the promises in bench/
	$(BIN)/python -m bench
	$(BIN)/python -m bench.rules
	$(BIN)/python -m bench.commands
	$(BIN)/python -m bench.borough
	$(BIN)/python -m bench.identity
	$(BIN)/python -m bench.dna
	$(BIN)/python -m bench.risk
	$(BIN)/python -m bench.web

lock: .venv/.ready ## Write requirements/*.txt again from pyproject.toml
	@$(INSTALL) -r requirements/lock.txt
	@for lock in "build --group build" "test pyproject.toml --extra spark --extra sftp --extra aws --group build --group dev" \
		"runtime pyproject.toml --extra sftp --extra aws --constraint requirements/test.txt" "node --group node" "lock --group lock"; do \
		set -- $$lock; name=$$1; shift; \
		$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --no-header --no-annotate --quiet "$$@" -o requirements/$$name.txt || exit 1; \
	done

wheel: .venv/.ready assets ## Build the wheel into dist/
	@$(PIP) wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## Remove what was made here
	rm -rf .venv dist build demo-council .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache $(WEB)/static $(WEB)/frontend/node_modules
