# The two commands on a bare machine are `make demo` and `make test`; docs/runtime.md tells the rest.
# Words for them: make test ARGS="tests/site -k intake", make demo ARGS="--runtime packaged".

# The first Python that runs (a pyenv shim may be there without its version) and is new enough to start with.
PYTHON := $(shell for p in python3.11 python3.10 python3 /usr/bin/python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo "$$p" && break; done)

.PHONY: demo test unit lint setup status stop clean python

demo test setup status stop clean: python
	@$(PYTHON) -m tests.runtime $@ $(ARGS)

unit: python
	@$(PYTHON) -m tests.runtime test tests/unit $(ARGS)

lint: python
	@$(PYTHON) -m tests.runtime lint $(ARGS)

python:
	@test -n "$(PYTHON)" || { echo "No Python from 3.10 on was found: on Debian 12, apt-get install python3 python3-venv"; exit 1; }
