# Each target does its own set-up: a fresh machine needs Python 3.11+, make and git.
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BENCH_DATA ?= benchmarks/data
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TYPED := workflows activities graph workers config engine

.PHONY: help install demo test check format docs replays bench down clean

help: ## Show the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

install: $(STAMP) ## Create .venv with everything in it

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.3"
	$(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt --group dev -e .
	@touch $@

demo: $(STAMP) ## Start everything and ask three questions
	@$(BIN)/chat2sql demo

# Two processes, each with servers of its own; a file's tests stay together.
test: $(STAMP) ## Run the whole test suite, on real parts
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(STAMP) ## Lint, types, architecture
	@mkdir -p .typing/chat2sql && for d in $(TYPED); do ln -sfn ../../$$d .typing/chat2sql/$$d; done
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy -p chat2sql
	PYTHONPATH=.typing $(BIN)/lint-imports --no-cache

format: $(STAMP) ## Format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

docs: $(STAMP) ## Make the generated documentation anew
	$(BIN)/python -m chat2sql.workers.documentation

replays: $(STAMP) ## Record the histories of the replay tests anew
	@$(BIN)/python -m pytest tests/workflows/record_histories.py

bench: $(STAMP) ## Run the benchmarks; BENCH_DATA=folder holds question and attack sets
	$(BIN)/python benchmarks/orchestration.py
	$(BIN)/python benchmarks/audit_append.py
	$(BIN)/python benchmarks/schema_retrieval.py $(BENCH_DATA)/spider/tables.json $(BENCH_DATA)/spider/questions.json
	$(BIN)/python benchmarks/guard_cost.py
	$(BIN)/python benchmarks/guard_gold.py $(BENCH_DATA)
	$(BIN)/python benchmarks/injection.py $(BENCH_DATA)
	$(BIN)/python benchmarks/masking.py
	$(BIN)/python benchmarks/large_result.py
	$(BIN)/python benchmarks/tenant_fuzz.py
	$(BIN)/python benchmarks/attack_corpus.py $(BENCH_DATA)/guard

down: ## Stop the embedded stack
	@test ! -x $(BIN)/chat2sql || $(BIN)/chat2sql down

clean: down ## Remove what was built here (not the data under ~/.chat2sql)
	rm -rf $(VENV) .typing build dist *.egg-info
