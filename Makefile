# make lab   open the course      make test   run every test
# Each builds .venv first. PYTHON=python3.12 chooses another interpreter.
BIN := .venv/bin
# The first Python that TensorFlow has wheels for.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)

# JupyterLab refuses to run as root, which is all that there is in many containers, unless it is told to.
AS_ROOT := $(shell [ "$$(id -u)" = 0 ] && echo --allow-root)

.PHONY: lab test notebooks lint requirements

lab: .venv/ready
	$(BIN)/jupyter lab $(AS_ROOT) --LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb

# Notebooks are tested on drawn faces, whatever lies in data/, and one after the other: each has both cores,
# as a student's has; a cell that takes over ten minutes hangs and fails. Your own record of progress stays as it is.
test notebooks: export FERLAB_DATA = drawn
test notebooks: export FERLAB_PROGRESS = /dev/null
test: .venv/ready lint
	$(BIN)/python -m pytest -q -n 2 --dist loadscope tests
	$(BIN)/python -m pytest -q --nbval-lax --nbval-current-env --nbval-cell-timeout=600 notebooks

# Run all notebooks on drawn faces and keep their outputs, as they are committed.
notebooks: .venv/ready
	$(BIN)/python tests/run_notebooks.py

lint: .venv/ready
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

# Resolve anew what pyproject.toml asks for. Needs uv.
requirements:
	uv pip compile pyproject.toml --all-extras --universal --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements.txt

.venv/ready: requirements.txt pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "ferlab needs Python 3.11, 3.12 or 3.13 (TensorFlow has no wheels for newer ones yet)."; \
	  echo "Found: $$(python3 --version 2>&1). Install one, or name it: make lab PYTHON=/path/to/python3.12"; exit 1; }
	@echo "Building .venv (about 3 GB, a few minutes, once) ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@# The teacher's side panel would only puzzle students; notebooks/assignments/TEACHING.md says how to switch it on.
	@$(BIN)/jupyter labextension disable --level=sys_prefix @jupyter/nbgrader >/dev/null 2>&1
	@touch $@
