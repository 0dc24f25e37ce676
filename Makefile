# `make run` starts Bhava and `make test` tests all of it; both install what they need first.

PORT ?= 8000
ARGS ?=

VENV := .venv
WEB_SOURCES := $(shell find web \( -name node_modules -o -name dist -o -name public \) -prune -o -type f -print) motion/rigs/joint_names.json

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.PHONY: help run test check programs

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/libraries.stamp web/dist/index.html $(VENV)/run.stamp ## start the server in the foreground: PORT=8000, ARGS for `bhava serve`
	@exec $(VENV)/bin/bhava serve --port $(PORT) $(ARGS)

test: programs web/dist/index.html check ## install a browser and all else that the tests need, then run them
	@npm --prefix web test
	OMP_NUM_THREADS=1 $(VENV)/bin/pytest --ignore tests/end_to_end --numprocesses 2 --dist loadfile
	$(VENV)/bin/pytest tests/end_to_end

check: web/node_modules/.package-lock.json $(VENV)/test.stamp ## lint and type-check
	@$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	npm --prefix web run check

# Puts the Debian packages of the bash array `missing` on this machine, or says how to.
define install_missing
if (( $${#missing[@]} )); then
  as_root=(env)
  (( EUID == 0 )) || as_root=(sudo -n env)
  if ! command -v apt-get >/dev/null || ! "$${as_root[@]}" true 2>/dev/null; then
    echo "Bhava needs system packages; please run: sudo apt-get install $${missing[*]}" >&2
    exit 1
  fi
  echo "Installing $${missing[*]}"
  "$${as_root[@]}" apt-get -qq update
  "$${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$${missing[@]}" >/dev/null
fi
endef

# Node and npm come with the machine: Debian 12 and Ubuntu 24.04 package a Node too old for Vite.
define require_node
if ! command -v npm >/dev/null || ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
  echo "Bhava needs npm and Node 20.19 or newer, got $$(node --version 2>/dev/null || echo none); please install nodejs 20 and npm (Debian 13: apt-get install nodejs npm; elsewhere see nodejs.org)" >&2
  exit 1
fi
endef

$(VENV)/bin/python:
	@for python in python3.11 python3.12 python3 none; do
	  "$$python" -c 'import sys; sys.exit(sys.version_info[:2] not in [(3, 11), (3, 12)])' 2>/dev/null && break
	done
	if [ "$$python" = none ]; then
	  echo "Bhava needs Python 3.11 or 3.12, got $$(python3 --version 2>/dev/null || echo none); please run: sudo apt-get install python3.11 python3.11-venv" >&2
	  exit 1
	fi
	if ! "$$python" -c 'import ensurepip' 2>/dev/null; then
	  echo "Bhava needs the venv module of $$python; please run: sudo apt-get install $$python-venv" >&2
	  exit 1
	fi
	"$$python" -m venv $(VENV)

# OpenCV's wheel leaves these two libraries to the system.
$(VENV)/libraries.stamp: | $(VENV)/bin/python
	@missing=()
	$(VENV)/bin/python -c 'import ctypes; ctypes.CDLL("libGL.so.1")' 2>/dev/null || missing+=(libgl1)
	$(VENV)/bin/python -c 'import ctypes; ctypes.CDLL("libgthread-2.0.so.0")' 2>/dev/null || missing+=(libglib2.0-0)
	$(install_missing)
	touch $@

$(VENV)/run.stamp: pyproject.toml | $(VENV)/libraries.stamp
	@echo "Installing the Python packages into $(VENV)"
	$(VENV)/bin/pip install --quiet --editable '.[cpu]'
	touch $@

# Pip takes the newest torch it finds, which on Linux carries CUDA; its own settings (PIP_FIND_LINKS,
# PIP_EXTRA_INDEX_URL) may name a place with the much smaller CPU build, which then is preferred.
$(VENV)/test.stamp: pyproject.toml | $(VENV)/libraries.stamp
	@echo "Installing the Python packages for training and tests into $(VENV)"
	$(VENV)/bin/pip install --quiet --editable '.[cpu,train,dev]'
	touch $@ $(VENV)/run.stamp

# The programs that tests start: a browser, a video encoder for its webcam, a checker of the compose file.
programs:
	@missing=()
	browser=chromium
	! grep -qx 'ID=ubuntu' /etc/os-release || browser=chromium-browser
	command -v chromium >/dev/null || missing+=("$$browser")
	command -v ffmpeg >/dev/null || missing+=(ffmpeg)
	command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || missing+=(docker-compose)
	$(install_missing)

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@$(require_node)
	echo "Installing the web packages into web/node_modules"
	npm --prefix web ci --no-audit --no-fund --loglevel=error
	touch $@

web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json
	@$(require_node)
	npm --prefix web run --silent build -- --logLevel warn
	touch $@
