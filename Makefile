# `make help` lists what there is to do; `make run` sets up what is missing and starts everything.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
AUDIT := .venv-audit
PY := $(VENV)/bin/python
NODE := sh infra/setup/node.sh $(VENV)
PAGES := services/gateway/web/dist/index.html services/dispatcher/web/dist/index.html
WEB_CONFIG := package.json tsconfig.json vite.base.ts
COMPILE := $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: $(VENV)/.run $(PAGES) ## Start everything here: addresses and demo logins are printed, Ctrl-C stops it
	@exec $(PY) -m infra.local

.PHONY: setup
setup: $(VENV)/.run $(PAGES) ## Install what running needs into .venv and build the pages; only what has changed

.PHONY: test
test: $(VENV)/.dev $(PAGES) ## Every test: pages, unit, component, end to end in a real browser
	@sh infra/setup/browser.sh
	$(NODE) npm test
	$(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: test-unit
test-unit: $(VENV)/.dev ## The tests that need no server and no browser
	$(PY) -m pytest tests/unit

.PHONY: lint
lint: $(VENV)/.dev node_modules/.installed ## Style, import rules, and the pages' own check
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(NODE) npm run check

.PHONY: format
format: $(VENV)/.dev ## Bring the Python code into its form
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

.PHONY: types
types: $(VENV)/.dev ## Check types (mypy --strict)
	$(VENV)/bin/mypy

.PHONY: docs
docs: $(VENV)/.dev ## Write the documents that are made from the code
	$(PY) -m infra.docs.asyncapi
	$(PY) -m infra.docs.protocol
	$(PY) -m infra.docs.openapi_gateway
	$(PY) -m infra.docs.openapi_dispatcher
	$(PY) -m infra.configuration

.PHONY: docs-check
docs-check: $(VENV)/.dev ## Fail when one of those documents is stale
	$(PY) -m infra.docs.asyncapi --check
	$(PY) -m infra.docs.protocol --check
	$(PY) -m infra.docs.openapi_gateway --check
	$(PY) -m infra.docs.openapi_dispatcher --check
	$(PY) -m infra.configuration --check

.PHONY: check
check: lint types docs-check test ## All that must hold before a change lands

.PHONY: lock
lock: $(VENV)/.dev ## Pin every package with its hashes, from pyproject.toml
	$(COMPILE) pyproject.toml --group local -o requirements.lock
	$(COMPILE) pyproject.toml --group local --group dev -o requirements-dev.lock
	$(COMPILE) --group node -o requirements-node.lock
	$(COMPILE) --group audit -o requirements-audit.lock

.PHONY: audit
audit: $(VENV)/.run $(AUDIT)/.installed ## Locks, secrets, known vulnerabilities; says so (Error 3) when nobody can be asked about these
	@$(NODE) $(PY) -m infra.supply.audit $(AUDIT)/bin

.PHONY: secrets-baseline
secrets-baseline: $(AUDIT)/.installed ## Declare that whatever looks like a secret here now is none
	@mkdir -p build
	$(AUDIT)/bin/detect-secrets scan --slim --no-verify \
		--exclude-files '(^|/)(requirements[^/]*\.lock|package-lock\.json|\.secrets\.baseline|sealing/vectors\.json)$$' > build/baseline
	@mv build/baseline .secrets.baseline

.PHONY: sbom
sbom: $(VENV)/.run $(AUDIT)/.installed ## List all that is locked, as CycloneDX, in build/sbom
	@$(NODE) $(PY) -m infra.supply.sbom $(AUDIT)/bin

.PHONY: images
images: $(VENV)/.run $(PAGES) ## Build the container images (their base: see infra/images/base-from-debian.sh)
	@sh infra/images/build.sh $(PY)

.PHONY: compose-test
compose-test: $(VENV)/.dev images ## Bring the images up, hold one chat through them, take them down
	@sh infra/images/compose-test.sh $(PY)

.PHONY: clean
clean: ## Remove everything that the other targets have made
	rm -rf $(VENV) $(AUDIT) node_modules $(dir $(PAGES)) build
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find services shared infra tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- what the targets above stand on; each is made again only when what it is made from has changed

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: name it, e.g. make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "no virtual environment could be made: on Debian, apt-get install python3-venv" >&2; exit 1; }

# pip's own progress is noise here; its errors are not.
$(VENV)/.run: requirements.lock | $(PY)
	@echo "installing what running needs into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m compileall -q services shared infra
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "installing what tests and checks need into $(VENV)"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

node_modules/.installed: package-lock.json package.json .npmrc requirements-node.lock | $(PY)
	@echo "installing what building the pages needs into node_modules"
	@$(NODE) npm ci --no-progress --loglevel=error
	@touch $@

services/gateway/web/dist/index.html: node_modules/.installed $(WEB_CONFIG) \
		$(shell find services/gateway/web shared/web -type f -not -path '*/dist/*')
	@echo "building the visitor's page"
	@$(NODE) npm run --silent build:visitor -- --logLevel warn
	@touch $@

services/dispatcher/web/dist/index.html: node_modules/.installed $(WEB_CONFIG) \
		$(shell find services/dispatcher/web shared/web -type f -not -path '*/dist/*')
	@echo "building the operators' console"
	@$(NODE) npm run --silent build:console -- --logLevel warn
	@touch $@

$(AUDIT)/.installed: requirements-audit.lock | $(PY)
	@echo "installing what audits and lists packages into $(AUDIT)"
	@$(PYTHON) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-audit.lock
	@touch $@

BENCH := .venv-bench
PEERS := tests/bench/peers/node_modules/.installed

$(BENCH)/.installed: requirements-bench.lock | $(PY)
	@echo "installing Python peers, plots and the profiler into $(BENCH)"
	@$(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

$(PEERS): tests/bench/peers/package-lock.json | $(PY)
	@$(NODE) npm ci --prefix tests/bench/peers --no-progress --loglevel=error
	@touch $@

.PHONY: bench
bench: $(VENV)/.dev $(PAGES) $(BENCH)/.installed ## Measure the whole product beside the reference: about 20 minutes on a quiet machine
	$(PY) -m tests.bench --curve --scenarios all --out build/bench/bench.json
	$(BENCH)/bin/python -m tests.bench.plots build/bench/bench.json

.PHONY: bench-peers
bench-peers: $(VENV)/.dev $(PAGES) $(BENCH)/.installed $(PEERS) ## The same deliveries on Havre and its peers, interleaved: about 15 minutes
	$(PY) -m tests.bench --contenders ref,havre,socketio-redis,python-socketio,channels-pubsub --rounds 5 --out build/bench/peers.json

.PHONY: bench-guard
bench-guard: $(VENV)/.dev $(PAGES) ## Fail when a delivery has become dear in CPU beside the reference: under a minute
	$(PY) -m tests.bench.guard

.PHONY: profile
profile: $(VENV)/.dev $(PAGES) $(BENCH)/.installed ## Flame graphs of gateway and dispatcher under load, in build/bench
	$(PY) -m tests.bench.profile

.PHONY: bench-lock
bench-lock: $(VENV)/.dev ## Pin the bench's own packages with their hashes
	$(COMPILE) --no-emit-index-url --no-emit-find-links tests/bench/requirements.in -o requirements-bench.lock

.PHONY: simulate
simulate: $(VENV)/.dev ## Two days of visitors, shifts, hand-overs and crashes over the dispatcher's rules, and an hour over its script
	$(PY) -m tests.simulate
	$(PY) -m tests.simulate --store

.PHONY: chaos
chaos: $(VENV)/.dev $(PAGES) ## A minute of SIGKILL over 3 dispatchers, 100 consoles and 2,000 visitors: nobody lost, nobody twice assigned
	$(PY) -m tests.chaos

.PHONY: fuzz
fuzz: $(VENV)/.dev $(PAGES) ## A million hostile inputs for the parsers, other ones each time; then every HTTP endpoint, at length
	$(PY) -m tests.fuzz
	HAVRE_HTTP_EXAMPLES=300 $(PY) -m pytest -s --timeout 1200 tests/component/test_http.py

.PHONY: screenshots
screenshots: $(VENV)/.dev $(PAGES) ## Take a picture of each page anew, from a scene really played, into docs/img
	@sh infra/setup/browser.sh
	$(PY) -m tests.e2e.screenshots
