# make lab   open the course      make test   run every test
# Each builds .venv first. PYTHON=python3.12 chooses another interpreter.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: lab test notebooks lint requirements

lab: .venv/ready
	$(BIN)/jupyter lab notebooks/00-start-here.ipynb

test: .venv/ready
	$(BIN)/python tests/run.py

# Run all notebooks on drawn faces and keep their outputs, as they are committed.
notebooks: .venv/ready
	$(BIN)/python tests/run_notebooks.py

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

# Resolve anew what pyproject.toml asks for. Needs uv.
requirements:
	uv pip compile pyproject.toml --extra test --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --quiet -o requirements.txt

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "ferlab needs Python 3.11 or newer, this is %d.%d. Name another: make lab PYTHON=python3.12" % v[:2])'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@
