# Every target sets up what it needs by itself, and does nothing twice: a stamp file stands for each
# finished step. Python 3.11 and make are the only prerequisites; node comes from PyPI.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help book check checks restart test bench serve lab pictures film sizes clean chromium

PORT ?= 8000
PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Two workers, one thread each; what shares a page stays together.
PYTEST := OPENBLAS_NUM_THREADS=1 pytest --quiet --numprocesses 2 --dist loadgroup
# npm trusts whom the machine trusts: some networks sign with a certificate of their own.
export NODE_USE_SYSTEM_CA := 1

VENV := .venv/.stamp
NODE := node_modules/.stamp
BUNDLES := toy/explorables/bundles/.stamp
BOOK := _build/.stamp

# Folders are listed with their files: a folder's date changes when a file in it is deleted.
ignored := \( -name __pycache__ -o -name .ipynb_checkpoints -o -name bundles \) -prune
widget_sources := $(shell find toy/explorables $(ignored) -o -type f ! -name '*.py' -print)
book_sources := $(shell find book toy -mindepth 1 $(ignored) -o -print) $(shell find tests -name "test_*.py") _config.yml _toc.yml

# $(call stage,<what>,<command>) runs the command and notes its time; times are told at the end.
# "|| exit": to set -e, a failure on the left of && is none.
TIMES := _build/times
stage = @mkdir -p _build; echo '== $(1)'; { $(2); } || exit 1; printf '%6d s  %s\n' $$SECONDS '$(1)' >> $(TIMES)
tell_times = @cat $(TIMES); awk '{ all += $$1 } END { printf "%6d s  in all\n", all }' $(TIMES)

help:
	@echo 'make book    build the book into _build/html'
	@echo 'make check   lint, types, JavaScript, all mathematics: no book and no browser'
	@echo 'make test    build the book and run every test'
	@echo 'make bench   measure toy beside what one would do instead, against the budgets'
	@echo 'make serve   show the book on this machine (PORT=$(PORT))'
	@echo 'make lab     open the chapters as notebooks in JupyterLab'
	@echo 'make pictures  take a picture of every page, in _build/pictures'
	@echo 'make film    film the scene of the first page for the README'
	@echo 'make sizes   tell how large each page is, beside the budget of a core'
	@echo 'make clean   remove everything that make has made'

book: $(BOOK)
	@echo 'The book is at _build/html/index.html'

check: restart checks
	$(tell_times)

test: restart checks chromium
	$(call stage,the book,$(MAKE) --no-print-directory book)
	$(call stage,book and browser,$(PYTEST) -m "build or browser" tests)
	$(tell_times)

restart:
	@rm -f $(TIMES)

checks: $(BUNDLES)
	$(call stage,lint,ruff check . && ruff format --check . && npm run --silent lint)
	$(call stage,types,mypy)
	$(call stage,JavaScript,npm test --silent)
	$(call stage,mathematics,$(PYTEST) -m "not build and not browser" tests toy --doctest-modules --cov)

bench: $(VENV)
	@python -m benchmarks

serve: $(BOOK)
	@echo 'The book is at http://localhost:$(PORT)/ (Ctrl-C stops)'
	@python -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

lab: $(BUNDLES)
	jupyter lab book

pictures: $(BOOK) chromium
	@PYTHONPATH=tests python tests/browser/pictures.py

film: $(BOOK) chromium
	@PYTHONPATH=tests python tests/browser/moving.py

sizes: $(BOOK) chromium
	@PYTHONPATH=tests python tests/browser/budgets.py

clean:
	rm -rf .venv node_modules _build toy/explorables/bundles
	rm -rf .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -depth \( -name __pycache__ -o -name .ipynb_checkpoints \) -exec rm -rf {} +

chromium: $(VENV)
	@python tests/browser/chromium.py

# Other versions may compute other numbers, so that nothing built by the old ones is kept.
$(VENV): requirements.txt constraints.txt pyproject.toml
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo 'Python 3.11 is needed: install it, or name it with make PYTHON=/path/to/python3.11'; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' || \
	  { echo 'The venv module is missing: apt-get install python3.11-venv'; exit 1; }
	rm -rf _build
	'$(PYTHON)' -m venv .venv
	pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	SKIP_JUPYTER_BUILDER=1 pip install --quiet --disable-pip-version-check --no-deps -e .
	mkdir -p .venv/share/jupyter/lab/settings
	@# Chapters open as notebooks, and JupyterLab asks no other host for news.
	printf '%s\n' > .venv/share/jupyter/lab/settings/overrides.json \
	  '{"@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Jupytext Notebook"}},' \
	  '"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": false}}'
	touch $@

$(NODE): package.json package-lock.json $(VENV)
	npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	touch $@

$(BUNDLES): $(widget_sources) $(NODE)
	npm run --silent bundle
	touch $@

# Sphinx reports what is wrong with a page only when it reads or writes that page. A build that failed
# or was cut short must therefore not be continued: the next one starts afresh.
$(BOOK): $(book_sources) $(BUNDLES)
	@mkdir -p _build
	@[[ ! -e _build/unfinished ]] || rm -rf _build/html _build/.doctrees
	@touch _build/unfinished
	python book/build.py . -W -n --keep-going
	@rm _build/unfinished
	@touch $@
