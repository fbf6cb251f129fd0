# Every target works alone, in a fresh clone, with Python, make and a package index.
PYTHON ?= python3
# LOCKED=1 takes every version, with its hash, from requirements.lock, and Python's own pip.
VENV := .venv$(if $(LOCKED),-locked)
BIN := $(VENV)/bin
AWS := .tools/aws
PACKAGE := .tools/package$(if $(LOCKED),-locked)
# The time of every file in what is built, so that the same source gives the same bytes.
export SOURCE_DATE_EPOCH ?= $(shell git log -1 --pretty=%ct 2>/dev/null || echo 1577836800)

# Tests wait more than they compute: one more runs at a time than there are processors.
export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell expr $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN) + 1)

.PHONY: demo test fuzz mutants load sweep matrix conformance side-by-side test-matrix check dist zipapp sbom lock completions documents screenshots bench bench-record clean

demo: $(VENV)/installed
	@sh docs/demo.sh $(CURDIR)/$(BIN)/lskeys

test: $(VENV)/tested $(AWS)/installed
	LSKEYS_TEST_AWS=$(CURDIR)/$(AWS)/bin/aws $(BIN)/python -m pytest -q -n auto --dist worksteal $(TESTS)

# What the suite does in small, at length: any input, any change of the code, any fault at any call.
fuzz: $(VENV)/tested
	LSKEYS_TEST_FUZZ_EXAMPLES=5000 LSKEYS_TEST_KEYS=100 $(BIN)/python -m pytest -q -n auto tests/tools/fuzz tests/faults/test_keys.py

mutants: $(VENV)/tested
	$(BIN)/python -m tests.tools.mutants

load: $(VENV)/tested
	$(BIN)/python -m tests.tools.load

sweep: $(VENV)/tested
	$(BIN)/python -m tests.tools.sweep
	$(BIN)/python -m tests.tools.strace_sweep

# The tables in docs/security.md: the tests counted, and the AWS CLI beside lskeys.
matrix: $(VENV)/tested $(AWS)/installed
	LSKEYS_TEST_AWS=$(CURDIR)/$(AWS)/bin/aws $(BIN)/python -m pytest -q -n auto --matrix=docs/security.md tests

# Other people's clients against the sandbox: the table in docs/sandbox.md. Needs npm and apt-get.
conformance: $(VENV)/tested
	$(BIN)/python -m tests.tools.conformance docs/sandbox.md

side-by-side: $(VENV)/tested $(AWS)/installed
	LSKEYS_TEST_AWS=$(CURDIR)/$(AWS)/bin/aws $(BIN)/python -m tests.tools.side_by_side docs/security.md

# Python 3.11 to 3.15 as far as they are here, the built wheel, newest and lowest dependencies.
test-matrix: $(AWS)/installed
	.ci/matrix

check: $(VENV)/checked
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

# Makes its own environments, of a wheel and of the current awscli; takes minutes and a quiet machine.
bench:
	$(PYTHON) -m benchmarks

bench-record:
	$(PYTHON) -m benchmarks --record docs/performance.md

$(VENV)/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "lskeys needs Python 3.11 or newer; try make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(if $(LOCKED),,$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1')
	$(if $(LOCKED),$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock)
	$(BIN)/python -m pip install --quiet $(if $(LOCKED),--no-deps --no-build-isolation) --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed
	$(if $(LOCKED),,$(BIN)/python -m pip install --quiet --group test)
	@touch $@

$(VENV)/checked: $(VENV)/tested
	$(if $(LOCKED),,$(BIN)/python -m pip install --quiet --group check)
	@touch $@

# The AWS CLI is a client of the sandbox that lskeys had no hand in; it pins a botocore of its own.
$(AWS)/installed:
	$(PYTHON) -m venv $(AWS)
	$(AWS)/bin/python -m pip install --quiet awscli
	@touch $@

# The wheel, the source distribution; beside them one file that runs, and what is in it.
dist: $(PACKAGE)/installed
	rm -rf dist
	$(PACKAGE)/bin/python -m build --quiet --no-isolation .

# cryptography cannot be imported from a zip; shiv unpacks to ~/.shiv when it is first run.
zipapp: dist
	$(PACKAGE)/bin/shiv --quiet --reproducible --compressed --python '/usr/bin/env python3' \
		--console-script lskeys --output-file dist/lskeys.pyz dist/*.whl

# Of an environment that holds the wheel and what it needs, and no trace of where it was built.
sbom: dist
	rm -rf .tools/sbom
	$(PYTHON) -m venv --without-pip .tools/sbom
	$(PACKAGE)/bin/python -m pip --python .tools/sbom install --quiet dist/*.whl
	rm .tools/sbom/lib/python*/site-packages/lskeys-*.dist-info/direct_url.json
	$(PACKAGE)/bin/cyclonedx-py environment --output-reproducible --output-format JSON \
		--output-file dist/lskeys.cdx.json .tools/sbom

$(PACKAGE)/installed: pyproject.toml
	$(PYTHON) -m venv $(PACKAGE)
	$(if $(LOCKED),,$(PACKAGE)/bin/python -m pip install --quiet --upgrade 'pip>=25.1')
	$(PACKAGE)/bin/python -m pip install --quiet $(if $(LOCKED),--require-hashes -r requirements.lock,--group package)
	@touch $@

# The newest versions that fit together, for every Python and system there is.
lock: $(PACKAGE)/installed
	$(PACKAGE)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-annotate --custom-compile-command 'make lock' --group test --group check --group package \
		--output-file requirements.lock pyproject.toml

# What the console blocks of README and docs show, typed anew.
documents: $(VENV)/tested
	RENEW_DOCUMENTS=1 $(BIN)/python -m pytest -q tests/test_documents.py

# The completion scripts in the repository, for packagers; an installation brings its own.
completions: $(VENV)/installed
	for file in lskeys.bash=bash _lskeys=zsh lskeys.fish=fish; do \
		$(BIN)/lskeys completion $${file#*=} >completions/$${file%=*}; done

# The pictures in the documents.
screenshots: $(VENV)/installed
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf .venv .venv-locked .tools .demo dist
