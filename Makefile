STACK ?= bitcoin-test
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
# Without compiled modules every start of pulumi_aws and boto3 takes seconds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: up down test check unit lab lab-test bench snapshot

.venv/.ready: pyproject.toml uv.lock lab/setup.sh
	@sh lab/setup.sh
	@touch $@

up: .venv/.ready            ## a running stack on this machine: make up [STACK=litecoin-test]
	@$(PYTHON) -m lab up $(STACK)

down: .venv/.ready          ## destroy the stack, end the lab; kept data stays
	@$(PYTHON) -m lab down $(STACK)

lab: .venv/.ready           ## the lab alone, no stack
	@$(PYTHON) -m lab prepare

test: check unit lab-test   ## everything

check: lab                  ## ruff, mypy, shellcheck, hadolint, cloud-init schema, units
	@sh tests/check.sh

unit: .venv/.ready          ## fast tests: no engine, no lab
	$(PYTEST) -q -m "not docker and not lab and not script" -n 2

lab-test: lab               ## scripts, images, hosts, stacks: what takes longer, side by side
	$(PYTEST) -q -m "docker or lab or script" -n 3 --dist loadscope

snapshot: .venv/.ready      ## accept changed snapshots
	$(PYTEST) -q -m "not docker and not lab" --snapshot-update

bench: up                   ## docs/benchmarks.md
	$(PYTHON) -m tests.bench
