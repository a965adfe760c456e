# `make demo` and `make test` do all the set-up by themselves: a virtual environment, the Python packages, Node where the
# machine has none, and the pinned pod server. A second run starts in seconds.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Node 18 or later runs the pod server; without it the Node that comes as a Python package is installed.
EXTRAS := $(shell node -e 'process.exit(+(process.versions.node.split(".")[0] < 18))' 2>/dev/null && echo dev || echo home,dev)
ARGS ?=

.PHONY: demo test check bench fuzz cuts oracle interop docs pictures constraints browser clean
.DEFAULT_GOAL := demo

$(READY): pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "lifepod needs Python 3.11 or later; install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON) and the extras $(EXTRAS)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[$(EXTRAS)]' >&2
	@touch $(READY)

demo: $(READY)
	@$(BIN)/lifepod demo $(ARGS)

# The login is tested in a real browser.
browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& echo "installing chromium" >&2 && apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
		--no-install-recommends chromium >&2; } || echo "no chromium here: install it (apt-get install chromium)" >&2

test: $(READY) browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(READY)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q tests/test_house.py

# The readers people use today, in an environment of their own: what is measured beside ours.
build/peers: tests/bench/peers.txt
	@rm -rf $@ && $(PYTHON) -m venv $@ && $@/bin/python -m pip install --quiet --disable-pip-version-check -r $< >&2 && touch $@

bench: $(READY) build/peers
	@$(BIN)/python tests/bench/bench.py $(ARGS)

# Our verdicts against a real server in N random trees of each language; ARGS="--seed S" repeats a run.
N ?= 100

oracle: $(READY)
	@$(BIN)/python -m tests.oracle --trees $(N) $(ARGS)

# Damaged exports of every kind through the whole import, N times each.
fuzz: $(READY)
	@FUZZ_ROUNDS=$(N) $(BIN)/python -m pytest -q tests/journal/test_fuzz.py $(ARGS)

# The screen with the network cut at every request of its journeys, not only at a few.
cuts: $(READY)
	@CUTS=every $(BIN)/python -m pytest -q -n 2 --dist load tests/tui/test_cut_network.py $(ARGS)

# The same suite on four servers; writes the table of the README.
interop: $(READY)
	@$(BIN)/python -m tests.interop $(ARGS)

# The API reference, from the docstrings, into build/docs.
docs: $(READY)
	@$(BIN)/pdoc --no-show-source -o build/docs lifepod lifepod.errors lifepod.limits \
		lifepod.solid.pod lifepod.solid.resources lifepod.owner.desk lifepod.vendor.desk lifepod.rdf.mapping
	@echo build/docs/index.html

pictures: $(READY)
	@$(BIN)/python tests/bench/pictures.py

# Every version, without a single address; refresh in a commit of its own.
constraints: $(READY)
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-header --no-annotate \
		-q -o constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
