# The few commands a newcomer needs. Everything is made once and again only when what it is made from has changed.
# Python and npm packages lie in .venv/ and node_modules/, run-time data in var/; git ignores all three.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
CHENGGE := .venv/bin/chengge
export PATH := $(CURDIR)/.venv/node/bin:$(PATH)

.PHONY: help up test tour bench lint format venv messages lock clean browser check-python
.DEFAULT_GOAL := help

help:
	@echo "make up        the demo city at http://127.0.0.1:8000 (Ctrl-C stops it)"
	@echo "make test      the whole suite, real browser included"
	@echo "make tour      one case goes all the way round, step by step"
	@echo "make bench     measure the speeds"
	@echo "make lint      check style, types and who may import whom"
	@echo "make format    put the code into its usual form"
	@echo "make venv      only the environment, for working on the code"
	@echo "make messages  collect new texts of the pages into the catalogues"
	@echo "make lock      renew the lists of pinned packages"
	@echo "make clean     remove environment and caches; run-time data in var/ stays"

up: .venv/run.stamp node_modules/.stamp .venv/messages.stamp
	@$(CHENGGE) up

tour: .venv/run.stamp node_modules/.stamp .venv/messages.stamp
	@$(CHENGGE) tour

bench: .venv/dev.stamp node_modules/.stamp .venv/messages.stamp
	@$(CHENGGE) bench

test: lint browser
	@echo "== Tests"
	@.venv/bin/pytest -q --numprocesses=logical --dist=loadfile

lint: .venv/dev.stamp node_modules/.stamp .venv/messages.stamp
	@echo "== Style, types, and who may import whom"
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache

format: .venv/dev.stamp
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

venv: .venv/dev.stamp node_modules/.stamp .venv/messages.stamp

messages: .venv/dev.stamp
	@$(CHENGGE) messages collect
	@$(CHENGGE) messages compile

check-python:
	@if [ -z "$(PYTHON)" ]; then echo "Chengge needs Python 3.11 or newer, and none was found. Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3"; exit 1; fi

.venv/bin/python: | check-python
	@echo "== Environment in .venv ($(PYTHON))"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make an environment. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }

# What is never imported need not be compiled: Python compiles the rest when it first reads it.
.venv/run.stamp: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "== Python packages"
	@.venv/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/run.txt
	@.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/run.stamp
	@echo "== Python packages for tests and checks"
	@.venv/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.stamp: package-lock.json .npmrc requirements/node.txt | .venv/run.stamp
	@command -v npm >/dev/null 2>&1 || { echo "== Node (from a wheel, since this machine has none)"; .ci/node; }
	@echo "== npm packages"
	@npm ci --silent
	@touch $@

.venv/messages.stamp: $(wildcard chengge/locale/*/LC_MESSAGES/*.po) chengge/config/management/commands/messages.py | .venv/run.stamp
	@$(CHENGGE) messages compile
	@touch $@

browser: .venv/run.stamp
	@sh .ci/browser

lock: .venv/bin/python
	@.venv/bin/pip install --quiet --disable-pip-version-check uv
	@.ci/lock

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find chengge tests -name __pycache__ -type d -prune -exec rm -rf {} +
