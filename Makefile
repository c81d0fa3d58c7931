# Everything a newcomer needs. Each target installs what it uses; only git, make and Python 3.11+ must be there.
.DEFAULT_GOAL := help
.PHONY: help demo test check format bench faces spec docs clean

# Interpreters cannot be downloaded everywhere: use the one that is there.
export UV_PYTHON_DOWNLOADS := never
export UV_PYTHON_PREFERENCE := only-system

PYTHON ?= python3
ROUNDS ?= 3
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
RUN := $(UV) run --frozen --no-sync
NPM := PATH="$(CURDIR)/.tools/node:$$PATH" npm --prefix typescript --silent

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' Makefile | column -t -s '|'

.tools/bin/uv:
	@$(PYTHON) -m venv .tools && .tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'

.venv/.ready: pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	@$(UV) sync --quiet --frozen --all-extras --all-packages
	@touch $@

.tools/node/.ready: .venv/.ready
	@$(RUN) python tools/node.py
	@touch $@

# Nothing that a package wants to run when it is installed is run.
typescript/node_modules/.ready: typescript/package-lock.json | .tools/node/.ready
	@$(NPM) ci --ignore-scripts --no-audit --no-fund
	@touch $@

demo: .venv/.ready ## ask the embedded model the README's question
	@$(RUN) dragoman chat --usage --temperature 0.3 --max-tokens 160 "Who is the best French painter?"

test: .venv/.ready typescript/node_modules/.ready ## install what the tests need and run them
	@$(NPM) test
	@$(RUN) pytest -n 2

check: .venv/.ready typescript/node_modules/.ready ## format, lint, types, import contract, budgets
	@$(RUN) ruff format --check .
	@$(RUN) ruff check .
	@$(RUN) mypy
	@$(RUN) basedpyright
	@$(RUN) lint-imports
	@$(NPM) run check

format: .venv/.ready typescript/node_modules/.ready ## let ruff write what it can
	@$(RUN) ruff format .
	@$(RUN) ruff check --fix .
	@$(NPM) run format

bench: .venv/.ready typescript/node_modules/.ready ## measure against the peers, in one run
	@$(RUN) python bench/client.py --rounds $(ROUNDS)
	@$(RUN) python bench/faces.py --rounds $(ROUNDS)
	@ROUNDS=$(ROUNDS) $(NPM) run bench

faces: .venv/.ready typescript/node_modules/.ready ## run every example of the faces on the embedded model
	@$(NPM) run build
	@$(RUN) python tools/faces.py

spec: .venv/.ready typescript/node_modules/.ready ## write the spec, and TypeScript's types, from the wire types
	@$(RUN) python tools/openapi.py
	@$(RUN) python tools/config.py
	@$(RUN) python tools/prices.py
	@$(NPM) run generate

docs: .venv/.ready ## write the reference pages from the code
	@$(RUN) python tools/reference.py

clean: ## remove what the other targets made
	rm -rf .venv .tools .originals dist typescript/node_modules typescript/build typescript/packages/*/dist
