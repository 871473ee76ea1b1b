PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Twice as many processes as cores: tests mostly wait.
PYTEST := pytest --numprocesses $$((2 * $$(nproc))) --dist worksteal
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run run-cluster test test-fast test-volume coverage lint bench bench-quick nchan programs lock clean

# Run the site on http://127.0.0.1:$(PORT) and ingest. Ctrl-C stops it.
run: $(VENV)/run
	@echo "Preparing the database, then starting the site on http://127.0.0.1:$(PORT) (Ctrl-C stops it)."
	python manage.py migrate --verbosity 0
	honcho start --port $(PORT)

# The same in three processes, two that serve and one that ingests, on a PostgreSQL and a Valkey from wheels.
run-cluster: $(VENV)/dev
	PORT=$(PORT) python -m scripts.run_cluster

# Everything, nothing skipped: real servers, databases and a browser. The second run repeats tests of models on PostgreSQL.
test: $(VENV)/dev programs node_modules
	$(PYTEST)
	python -m scripts.local_services pytest --numprocesses $$(($$(nproc) + 1)) --dist worksteal -m "orm and not (live or sqlite)" --hypothesis-profile fast tests/unit

# Tests that need no browser, no process of the site and no database except SQLite.
test-fast: $(VENV)/dev
	$(PYTEST) -m "not (live or browser or postgres or valkey)" --hypothesis-profile fast tests/unit tests/docs

# Long runs, not in CI: 50 random sequences on both databases, then live events of a server with 1,000,000 items beside
# hostile readers, whose table goes to docs/performance.md. Takes an hour on an otherwise idle machine; the database, 1 GB,
# stays in var/; at last it is migrated from 0.1.0 and back.
test-volume: $(VENV)/dev
	$(PYTEST) tests/volume
	python -m scripts.local_services $(PYTEST) tests/volume
	python -m tests.volume.live_delay --items 1000000 --docs
	python -m tests.volume.migration --items 1000000

# All tests with line coverage, in the servers too; takes twice as long.
coverage: $(VENV)/dev programs node_modules
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=90

lint: $(VENV)/dev programs node_modules
	ruff format --check .
	ruff check .
	mypy .
	lint-imports
	djlint --check --lint --quiet .
	npx biome ci --error-on-warnings .
	python scripts/check_words.py

# Five hours on an otherwise idle machine. Tables, plots and figures go to docs/.
bench: $(VENV)/dev programs nchan
	python -m benchmarks.quick --rounds 5 --docs
	python -m benchmarks.fanout --connections 1000 5000 10000 --greatest --docs
	python -m benchmarks.filters
	python -m benchmarks.replay
	python -m benchmarks.storing
	python -m benchmarks.export
	python -m benchmarks.search
	python -m benchmarks.idle
	python -m benchmarks.stopped_readers
	python -m benchmarks.edge
	python -m benchmarks.processes
	python -m benchmarks.cluster
	python -m benchmarks.soak

# What users feel, beside other servers in the same run: ratios and whether they are met. Four minutes, without other work.
bench-quick: $(VENV)/dev programs nchan
	python -m benchmarks.quick

nchan:
	test -e /usr/lib/nginx/modules/ngx_nchan_module.so || apt-get install -y -qq --no-install-recommends libnginx-mod-nchan

# Programs that the tests need besides Python, as program:package: a browser, Node.js, network namespaces, an edge, a proxy.
PROGRAMS := chromium:chromium node:nodejs npm:npm ip:iproute2 unshare:util-linux pushpin:pushpin zurl:zurl nginx:nginx-light
programs:
	@missing=$$(for pair in $(PROGRAMS); do command -v $${pair%:*} >/dev/null || echo $${pair#*:}; done); \
	test -z "$$missing" || $(if $(filter 0,$(shell id -u)),,sudo) sh -c \
		"apt-get update -qq && apt-get install -y -qq --no-install-recommends $$(echo $$missing)" || \
		(echo "The tests need these on the PATH; install them and run again:" $$missing >&2; exit 1)

$(VENV)/run: requirements.lock
	@echo "Installing $$(grep -c == $<) packages of $< into $(VENV): about a minute, only this time."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	python -m scripts.install $<
	touch $@

$(VENV)/dev: requirements-dev.lock
	@echo "Installing $$(grep -c == $<) packages of $< into $(VENV): about three minutes, only this time."
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	python -m scripts.install $<
	touch $@

# Each tool at one exact version. No lock file: npm's would contain its registry, or only the binary of this platform.
node_modules: package.json
	npm install --no-package-lock --no-audit --no-fund --loglevel=error
	touch $@

# Create the locks from pyproject.toml, with hashes and without a registry. Extras are kept, because pip before 23.3
# takes the newest release of `coverage[toml]` where the lock pins only `coverage`.
lock: $(VENV)/dev
	python -m pip install --quiet uv
	uv pip compile pyproject.toml --quiet --upgrade --universal --extra postgres --extra redis --no-strip-extras --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile pyproject.toml --quiet --upgrade --universal --extra postgres --extra redis --extra export --extra lambda --extra ml --extra language --extra dev --extra bench --no-strip-extras --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock

clean:
	rm -rf $(VENV) node_modules var
