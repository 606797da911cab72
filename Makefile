# The house's commands; `make` alone lists them. Everything runs from .venv, which `setup` makes from
# requirements.lock. Paths are relative throughout, so that a checkout may lie anywhere.
# More arguments for a command: make test ARGS="tests/domain -x"

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
PY := .venv/bin/python
ARGS ?=
# Tests wait for servers, disks and deadlines for half of their time: half as many workers more than there are cores.
WORKERS ?= $(shell echo $$(($$(nproc) * 3 / 2)))

# What another project left in the environment must not leak into this one.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help setup demo demo-bans demo-supervision test test-pg test-ha test-web test-examples torture fuzz soak overload histories access-matrix audit release serve serve-web screenshots lint format proto proto-check proto-baseline bench bench-peers law-pages lock clean

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' Makefile | while read -r target text; do \
		printf 'make %-18s%s\n' "$$target" "$$text"; done

setup: ## make .venv with Python 3.11 and the locked dependencies (only when they changed)
	@scripts/setup

demo: setup ## the registry's main job in one minute, on a fresh SQLite store
	@$(PY) -m demo $(ARGS)

demo-bans: setup ## a market ban, a repair and a revocation from first step to last
	@$(PY) -m demo.procedures $(ARGS)

demo-supervision: setup ## from a filed rule to a restriction and out of it again, with dates
	@$(PY) -m demo.supervision $(ARGS)

test: setup ## run the tests, on every core (WORKERS=N)
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile $(ARGS)

test-pg: setup ## run the tests that need PostgreSQL, alone
	@$(PY) -m pytest -q -n auto --dist loadfile tests/store/test_postgres*.py $(ARGS)

test-ha: setup ## run the tests that kill machines of a cluster under Patroni, alone (one round)
	@$(PY) -m pytest -q -s tests/ha $(ARGS)

test-web: setup ## run the tests of the web faces, alone (pages in Chromium, where it is there)
	@$(PY) -m pytest -q -n auto --dist loadfile tests/registry_web $(ARGS)

test-examples: setup ## build and run the examples in Go and Java too, where their tools are there
	@REGISTRY_EXAMPLES=1 $(PY) -m pytest -q tests/examples $(ARGS)

torture: setup ## break it in 1,000 rounds; a table of faults and losses
	@$(PY) -m torture $(ARGS)

fuzz: setup ## feed the parsers 10 million inputs in all; keep the corpus
	@$(PY) -m fuzz $(ARGS)

soak: setup ## one hour of load: memory, descriptors, an outside follower
	@$(PY) -m torture.soak $(ARGS)

overload: setup ## three times the load that it carries: who is answered
	@$(PY) -m torture.overload $(ARGS)

histories: setup ## check what concurrent clients saw for linearizability
	@$(PY) -m torture.histories $(ARGS)

access-matrix: setup ## write docs/access-matrix.csv anew from the policy
	@$(PY) -m scripts.access_matrix $(ARGS)

audit: setup ## compare requirements.lock with known vulnerabilities
	@$(PY) -m scripts.audit $(ARGS)

release: setup ## build twice, compare, list what is in it, sign (--key)
	@$(PY) -m scripts.release $(ARGS)

serve: setup ## run the registry's server
	@$(PY) -m registry serve $(ARGS)

serve-web: setup ## run registry, gateway, portal and console with development certificates and accounts
	@$(PY) -m demo.web $(ARGS)

screenshots: setup ## take the pictures in docs/screenshots anew, in Chromium
	@$(PY) -m scripts.screenshots $(ARGS)

lint: setup ## check style, types, import directions, the protos and the generated code
	@scripts/lint

format: setup ## bring Python and protos into the form that lint asks for
	@$(PY) -m ruff check --quiet --fix-only . && $(PY) -m ruff format --quiet . && .venv/bin/buf format --write protos

proto: setup ## generate registry/v1 from protos/
	@scripts/proto generate

proto-check: setup ## check that registry/v1 is what protos/ generates
	@scripts/proto check

proto-baseline: setup ## accept today's protos as the contract that later ones may not break
	@scripts/proto baseline

bench: setup ## measure, as ratios within one run
	@$(PY) -m bench $(ARGS)

bench-peers: setup ## measure side by side with PostgreSQL, Redis, Cedar and Rego
	@bench/peers/setup && $(PY) -m bench.peers $(ARGS)

law-pages: setup ## write the tables in docs/law anew from the current edition of the catalogue
	@$(PY) -m scripts.law_pages

lock: ## write requirements.lock anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@scripts/lock $(ARGS)

clean: ## remove caches and build products; .venv and the stores under var/ stay
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find registry clients demo bench tests torture fuzz -name __pycache__ -type d -prune -exec rm -rf {} +
