# make demo and make test need Python 3.11 or newer and nothing else. PYTHON names another interpreter, VENV another folder.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
PYTEST = $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadscope --no-loadscope-reorder

.PHONY: demo demo-stack test test-fast test-long lint format bench bench-stack eval serve servers servers-stop lock clean

demo: $(READY)  ## builds the demo warehouse (once) and answers the first question
	@$(BIN)/nlq demo

test: $(READY)  ## the whole suite; what needs a server skips, and says so
	$(PYTEST)

test-fast: $(READY)
	$(PYTEST) -m "not slow and not long"

test-long: $(READY)  ## 10,000 generated models with queries against plain Python, 20,000 scoped queries (half an hour or more)
	$(BIN)/python -m pytest -m long --timeout 14400 tests/sql tests/guard

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(READY)  ## where the time goes, and compiling beside MetricFlow and others, as ratios in one run
	$(BIN)/python scripts/bench.py
	$(BIN)/python scripts/bench_guard.py
	$(BIN)/python scripts/bench_reader.py
	@test -x .bench/bin/python || { $(PYTHON) -m venv .bench && .bench/bin/pip install --quiet -r scripts/bench_peers.txt; }
	.bench/bin/python scripts/bench_compile.py

eval: $(READY)  ## questions with known answers, scored; the gate holds the counts
	$(BIN)/nlq eval run evals/scout --gate evals/scout/gate.toml --out build/eval
	@test -f build/tpch.duckdb || $(BIN)/nlq warehouse tpch --config semantic_layer/tpch/nlq.toml
	$(BIN)/nlq eval run evals/tpch --config semantic_layer/tpch/nlq.toml --fail-under right=0.85 --fail-over wrong=0.03 --out build/eval-tpch
	@test -f build/bikes.duckdb || $(BIN)/python evals/drafted/make.py build/bikes.duckdb
	$(BIN)/nlq eval run evals/drafted/cases.yaml --config evals/drafted/nlq.toml --fail-under right=0.7 --fail-over wrong=0.03 --out build/eval-drafted

bench-stack: $(READY)  ## the servers: ours over SQL written by hand (after demo-stack)
	$(BIN)/python scripts/bench_stack.py
	$(BIN)/python scripts/bench_service.py

serve: $(READY)  ## the chat page and the REST API over the demo, on this machine alone
	@$(BIN)/nlq serve --demo

servers:  ## PostgreSQL, Redis and Trino on loopback, from packages, in .servers
	scripts/servers up

servers-stop:
	scripts/servers down

demo-stack: $(READY) servers  ## the demo on servers: loads it (once) and asks two questions, the second over both tiers
	@scripts/demo-stack $(BIN)

lock:  ## write requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --all-extras --group dev --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
	  --custom-compile-command "make lock" -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist

# Bytecode is compiled here because an environment may forbid writing it later, and a start without it costs a second.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; PYTHON=… names one" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(VENV)/lib nlq > /dev/null || true
	@touch $@
