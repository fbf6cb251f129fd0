# Every target works alone, in a fresh clone, with Python, make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AWS := .tools/aws

.PHONY: demo test test-matrix check clean

demo: $(VENV)/installed
	@sh docs/demo.sh $(CURDIR)/$(BIN)/lskeys

test: $(VENV)/tested $(AWS)/installed
	LSKEYS_TEST_AWS=$(CURDIR)/$(AWS)/bin/aws $(BIN)/python -m pytest -q -n auto $(TESTS)

# Python 3.11, 3.12 and 3.13 as far as they are here, the built wheel, newest and lowest dependencies.
test-matrix: $(AWS)/installed
	.ci/matrix

check: $(VENV)/checked
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lskeys needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

$(VENV)/checked: $(VENV)/tested
	$(BIN)/python -m pip install --quiet --group check
	@touch $@

# The AWS CLI is a client of the sandbox that lskeys had no hand in; it pins a botocore of its own.
$(AWS)/installed:
	$(PYTHON) -m venv $(AWS)
	$(AWS)/bin/python -m pip install --quiet awscli
	@touch $@

clean:
	rm -rf $(VENV) .tools .demo dist
