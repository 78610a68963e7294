# Two commands for a newcomer: `make run` and `make test`.  All that is installed goes into .venv.

PYTHON ?= python3
STATION ?= db/stvp.toml
PORT_OPTION = $(if $(PORT),--port $(PORT))
TWIN_OPTION = $(if $(TWIN_PORT),--twin-port $(TWIN_PORT))
VENV = .venv
BIN = $(VENV)/bin

.PHONY: run test lint pytest bench acceptance day drill bias-campaign mutants fuzz soak docs clean

run: $(VENV)/run-ready
	@$(BIN)/cryoioc demo $(STATION) $(PORT_OPTION) $(TWIN_OPTION)

test: lint pytest

lint: $(VENV)/test-ready
	$(BIN)/ruff check .
	$(BIN)/mypy ioc sim

# Five minutes of soak run beside the tests, with the ports of a worker that is not there; both must pass.
# Files in their own order: by number of tests the longest of all, a few that wait for processes, would come last.
pytest: $(VENV)/test-ready
	PYTEST_XDIST_WORKER=gw7 $(BIN)/python -m benchmarks.soak --short > $(VENV)/soak.log 2>&1 & soak=$$!; \
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder; tests=$$?; \
	wait $$soak; soaked=$$?; cat $(VENV)/soak.log; exit $$((tests | soaked))

bench: $(VENV)/test-ready
	$(BIN)/python -m benchmarks

acceptance: $(VENV)/test-ready
	$(BIN)/cryosim acceptance --doc docs/twin-stvp.md --plot docs/figures/acceptance.png
	$(BIN)/cryosim acceptance db/crx.toml --doc docs/receiver.md
	$(BIN)/cryoioc acceptance db/stvp.toml --doc docs/twin-stvp.md
	$(BIN)/cryoioc acceptance db/crx_50V.toml --doc docs/receiver.md
	$(BIN)/python -m benchmarks.acceptance_tcp --speed 60 --doc docs/twin-stvp.md

day: $(VENV)/test-ready
	$(BIN)/cryoioc day db/stvp.toml --doc docs/safety.md

drill: $(VENV)/test-ready
	$(BIN)/cryosim drill db/stvp.toml --runs 1000 --seed 1 --timed 300 --months 3 --tcp 30 --keep drill.jsonl \
	  --doc docs/safety.md
	$(BIN)/cryosim drill db/crx.toml --runs 1000 --seed 1 --doc docs/safety.md

bias-campaign: $(VENV)/test-ready
	$(BIN)/python -m tests.bias.campaign --runs 500 --seed 1 --doc docs/receiver.md
	$(BIN)/python -m tests.bias.campaign --pyepics --runs 500 --seed 1 --doc docs/receiver.md

mutants: $(VENV)/test-ready
	$(BIN)/python -m tests.contracts.mutants

fuzz: $(VENV)/test-ready
	$(BIN)/python -m tests.robust --messages $(or $(MESSAGES),1000000) --seed $(or $(SEED),1) --write

soak: $(VENV)/test-ready
	$(BIN)/python -m benchmarks.soak --write

docs: $(VENV)/test-ready
	$(BIN)/python -m cryoioc.views db/stvp.toml docs
	for station in stvp crx; do \
	  for form in db:db dbl:dbl alarms:alarms.xml archive:archive saveset:saveset.csv; do \
	    $(BIN)/cryoioc describe db/$$station.toml --as $${form%%:*} > db/$$station/$$station.$${form#*:}; \
	  done \
	done
	$(BIN)/cryoioc describe db/crx.toml --as reference > docs/pv-reference-crx.md
	$(BIN)/cryosim pvs db/stvp.toml --doc docs/twin.md
	$(BIN)/cryosim pvs db/crx.toml --doc docs/twin-crx.md
	$(BIN)/python -m benchmarks.curve_figures

clean:
	rm -rf $(VENV)

$(VENV)/python-ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: Python 3.11 or newer is needed; $(PYTHON) is older (say PYTHON=/path/to/python)" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run-ready: $(VENV)/python-ready setup.cfg pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/test-ready: $(VENV)/python-ready setup.cfg pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@ $(VENV)/run-ready
