# Python >= 3.11, make and git are all that a machine needs. `make help` lists the targets.
#
# The virtual environment is built from requirements/*.txt alone: exact versions, each file checked
# against its hash. It keeps a copy of the lock that it was built from, and is built anew when the
# two differ. The project itself is not installed: like any Scrapy project it runs from its folder.

VENV ?= .venv
JOBS ?= 2
FUZZ ?= 900
PYTHON ?=
UV ?=

# What a person gives reaches the shell through the environment, letter for letter; it is never
# pasted into a command.
override MIRROR := $(value MIRROR)
override COLLECTION := $(value COLLECTION)
override ARGS := $(value ARGS)
override VENV := $(value VENV)
override PYTHON := $(value PYTHON)
override UV := $(value UV)
override FUZZ := $(value FUZZ)
export MIRROR COLLECTION ARGS VENV PYTHON UV FUZZ

.DEFAULT_GOAL := help
.PHONY: help crawl replay test prove fuzz lint lock clean runtime dev
.NOTPARALLEL:

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /    make \1\t/p' Makefile | expand -t 20
	@echo
	@echo '    make crawl MIRROR=https://github.com/owner/repo COLLECTION=name ARGS="-a limit=50"'
	@echo '    make test ARGS="-k ledger"        make lint VENV=/tmp/venv        PYTHON=python3.13'

# --- running -----------------------------------------------------------------------------------

# make ends with status 2 whatever it was that failed, so the crawl's own status is printed. Scrapy
# takes the shell's place: signals sent to the recipe reach the crawl itself.
define CRAWL
import sys
from scrapy.cmdline import execute
try:
    execute(["scrapy", "crawl", "web", *sys.argv[1:]])
except SystemExit as end:
    if end.code:
        print(f"crawl: exit status {end.code} (make itself ends with 2)", file=sys.stderr)
    raise
endef
export CRAWL

crawl: runtime ## crawl the demo mirror, or MIRROR=URL [COLLECTION=name] [ARGS="-a limit=50"]
	@set -f; \
	if [ -n "$$COLLECTION" ]; then set -- -a "collection=$$COLLECTION"; \
	elif [ -z "$$MIRROR" ]; then set -- -a collection=demo; \
	else set --; fi; \
	exec "$$VENV/bin/python" -c "$$CRAWL" -a "mirror=$${MIRROR:-demo}" "$$@" $$ARGS

replay: runtime ## serve a collection to your browser: COLLECTION=name [ARGS="--port 8081"]
	@set -f; exec "$$VENV/bin/python" -m scrapy replay "$${COLLECTION:-demo}" $$ARGS

test: dev ## run the test suite [ARGS="-k name"]
	@set -f; "$$VENV/bin/python" -m pytest -n "$(JOBS)" $$ARGS

prove: dev ## run the full-size proofs: every kill, every state, every replay (hours)
	@set -f; MIRROR_PROVE=1 MIRROR_TESTS_NO_SKIP=1 \
	"$$VENV/bin/python" -m pytest -n "$(JOBS)" -m prove $$ARGS

# atheris has no wheel for every machine that the locks are for, so it is asked for here alone.
fuzz: dev ## fuzz the layouts, then links, for FUZZ seconds each [FUZZ=900 ARGS="more-seeds/"]
	@"$$VENV/bin/python" -c 'import atheris' 2>/dev/null \
	|| "$$VENV/bin/python" -m pip --disable-pip-version-check install -qq 'atheris>=3,<4'
	@set -f; for what in pages links; do \
	"$$VENV/bin/python" -m benchmarks.fuzz $$what --seconds "$$FUZZ" --state ".fuzz/$$what" $$ARGS \
	|| exit; done

lint: dev ## check format, style, types and the direction of imports
	@"$$VENV/bin/ruff" format --check
	@"$$VENV/bin/ruff" check
	@"$$VENV/bin/mypy"
	@"$$VENV/bin/lint-imports"

# --- environment -------------------------------------------------------------------------------

# Enough for a crawl: the development environment holds the runtime one, at the same versions.
runtime:
	@cmp -s requirements/dev.txt "$$VENV/lock.txt" \
	|| cmp -s requirements/runtime.txt "$$VENV/lock.txt" \
	|| { $(call build,runtime); }

dev:
	@cmp -s requirements/dev.txt "$$VENV/lock.txt" || { $(call build,dev); }

# The copy of the lock is written last, so an environment that was not finished is built again;
# what was downloaded by then comes from pip's cache.
define build
set -e; \
if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; \
else set -- python3 python3.14 python3.13 python3.12 python3.11; fi; \
for python in "$$@"; do \
    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
    then found=$$python; break; fi; \
done; \
if [ -z "$${found-}" ]; then \
    echo "make: $${PYTHON:-python3} is not Python 3.11 or newer: install one, or name it with" \
        "PYTHON=/path/to/python3" >&2; exit 1; fi; \
$(remove); \
echo "make: building $$VENV with $$found from requirements/$(1).txt, once; about a minute" >&2; \
"$$found" -m venv "$$VENV" >&2 || { \
    echo "make: $$found cannot make a virtual environment (Debian: apt-get install" \
        "python3-venv)" >&2; exit 1; }; \
install() { "$$VENV/bin/python" -m pip --disable-pip-version-check install -qq \
    --require-hashes --no-deps "$$@" || { \
    echo "make: $$VENV is not complete; the next make builds it again" >&2; exit 1; }; }; \
install -r requirements/build.txt; \
install --no-build-isolation -r requirements/$(1).txt; \
cp requirements/$(1).txt "$$VENV/lock.txt"
endef

# Versions stay where they are unless pyproject.toml no longer allows them; UPGRADE=1 takes the
# newest. UV= names another uv than the environment's, for when the lock itself is at fault.
lock: $(if $(UV),,dev) ## write requirements/*.txt anew from pyproject.toml [UPGRADE=1]
	@$(call compile,build) --group build
	@$(call compile,runtime) pyproject.toml
	@$(call compile,dev) pyproject.toml --group dev --constraints requirements/runtime.txt
	@$(call compile,replay) --group replay
	@$(call compile,wacz) --group wacz

define compile
"$${UV:-$$VENV/bin/uv}" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
$(if $(UPGRADE),--upgrade) --output-file requirements/$(1).txt
endef

# Only ever an environment, whatever VENV was set to.
define remove
if [ -f "$$VENV/pyvenv.cfg" ]; then rm -rf "$$VENV"; \
elif [ -e "$$VENV" ] && ! rmdir "$$VENV"; then \
    echo "make: VENV=$$VENV is no virtual environment; not removed" >&2; exit 1; fi
endef

clean: ## remove the environments and every cache; collections stay
	@$(remove)
	@VENV=$$VENV-replay; $(remove)
	@VENV=$$VENV-wacz; $(remove)
	@rm -rf "$$VENV"-replayweb-[0-9]*
	rm -rf .fuzz .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .scrapy
	rm -rf build dist ./*.egg-info
	find . -path ./output -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
