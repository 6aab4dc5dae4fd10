# Two commands are all that a user needs: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
# The tests of the bundled sample run in .venv too, so what it needs is installed there.
SAMPLE := plugins/mlflowplug-sample/pyproject.toml
# Compiled once at installation, MLflow is imported in a third of the time from then on.
export UV_COMPILE_BYTECODE := 1
export UV_NO_PROGRESS := 1

.PHONY: demo test slow lint bench sample clean

demo: $(BIN)/.ready
	$(BIN)/mlflowplug demo

test: $(BIN)/.ready
	$(BIN)/python -m pytest -q -m "not slow"

# What takes longer: released plugins from the index, rendered projects in environments of their own.
slow: $(BIN)/.ready
	$(BIN)/python -m pytest -q -m slow

lint: $(BIN)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(BIN)/.ready
	$(BIN)/python benchmarks/list.py
	$(BIN)/python benchmarks/loading.py
	$(BIN)/python benchmarks/tracking_store.py
	$(BIN)/python benchmarks/artifact_repository.py
	$(BIN)/python benchmarks/sample.py

$(BIN)/.ready: pyproject.toml $(SAMPLE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	  { echo "mlflowplug needs Python 3.10 or newer; name one: make PYTHON=python3.12" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "installing into .venv (a minute or two the first time) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --editable . --group dev \
	  --requirement $(SAMPLE) --group $(SAMPLE):dev
	@touch $@

# The bundled sample is what `new` renders for all types; a test holds it to that.
sample: $(BIN)/.ready
	rm -rf plugins/mlflowplug-sample
	$(BIN)/mlflowplug new mlflowplug-sample --all-types --scheme sample --output plugins

clean:
	rm -rf .venv dist build
