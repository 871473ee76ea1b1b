PORT ?= 8000
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Twice as many as cores: most of what tests do is wait.
PYTEST := pytest --numprocesses $$((2 * $$(nproc))) --dist worksteal
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run run-cluster test test-fast coverage lint bench programs lock clean

# The site on http://127.0.0.1:$(PORT), ingesting. Ctrl-C ends it.
run: $(VENV)/run
	python manage.py migrate --verbosity 0
	honcho start --port $(PORT)

# The same as several processes: two that serve and one that ingests, on a PostgreSQL and a Valkey from wheels.
run-cluster: $(VENV)/dev
	PORT=$(PORT) python -m scripts.run_cluster

# Everything, nothing skipped: real servers, real databases, a real browser; then what uses the database on PostgreSQL, too.
test: $(VENV)/dev programs node_modules
	$(PYTEST)
	python -m scripts.local_services $(PYTEST) -m "orm and not (live or sqlite)" tests/unit

# What needs no browser, no process of the site and no database but SQLite.
test-fast: $(VENV)/dev
	$(PYTEST) -m "not (live or browser or postgres or valkey)" --hypothesis-profile fast tests/unit tests/docs

# The same, and which lines of the site ran, in the servers too; it takes twice as long.
coverage: $(VENV)/dev programs node_modules
	$(PYTEST) --cov --cov-report=term:skip-covered --cov-fail-under=90

lint: $(VENV)/dev programs node_modules
	ruff format --check .
	ruff check .
	mypy .
	lint-imports
	djlint --check --lint --quiet .
	npx biome ci --error-on-warnings .

# Four hours, and worth it only where nothing else runs. Tables, plots and figures go to docs/.
bench: $(VENV)/dev programs
	test -e /usr/lib/nginx/modules/ngx_nchan_module.so || apt-get install -y -qq --no-install-recommends libnginx-mod-nchan
	python -m benchmarks.fanout --connections 1000 5000 10000 --greatest --docs
	python -m benchmarks.filters
	python -m benchmarks.replay
	python -m benchmarks.storing
	python -m benchmarks.idle
	python -m benchmarks.stopped_readers
	python -m benchmarks.edge
	python -m benchmarks.processes
	python -m benchmarks.cluster
	python -m benchmarks.soak

# What the tests run besides Python: the page in a browser, its scripts in Node.js, a network that breaks, an edge, a proxy. As
# program:package.
PROGRAMS := chromium:chromium node:nodejs npm:npm ip:iproute2 unshare:util-linux pushpin:pushpin zurl:zurl nginx:nginx-light
programs:
	@missing=$$(for pair in $(PROGRAMS); do command -v $${pair%:*} >/dev/null || echo $${pair#*:}; done); \
	test -z "$$missing" || $(if $(filter 0,$(shell id -u)),,sudo) sh -c \
		"apt-get update -qq && apt-get install -y -qq --no-install-recommends $$(echo $$missing)" || \
		(echo "The tests need these on the PATH; install them and run again:" $$missing >&2; exit 1)

$(VENV)/run: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

$(VENV)/dev: requirements-dev.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

# Tools at one exact version each. Without a lock: npm's names its registry, or else only this platform's binary.
node_modules: package.json
	npm install --no-package-lock --no-audit --no-fund --loglevel=error
	touch $@

# The locks, made anew from pyproject.toml. Hashes only: no registry is named. The extras are kept, because pip
# before 23.3 takes the newest release of `coverage[toml]` where the lock pins only `coverage`.
lock: $(VENV)/dev
	python -m pip install --quiet uv
	uv pip compile pyproject.toml --quiet --upgrade --universal --extra postgres --extra redis --no-strip-extras --generate-hashes --no-emit-index-url --no-header -o requirements.lock
	uv pip compile pyproject.toml --quiet --upgrade --universal --extra postgres --extra redis --extra ml --extra dev --extra bench --no-strip-extras --generate-hashes --no-emit-index-url --no-header -o requirements-dev.lock

clean:
	rm -rf $(VENV) node_modules var
