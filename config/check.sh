#!/bin/sh
# Everything that can be judged without running the product; says of each what came out, and fails if any did.
set -u
cd "$(dirname "$0")/.."
export TESTING=1
failed=0

judge() {
    title=$1
    shift
    if said=$("$@" 2>&1); then
        printf '✓ %s\n' "$title"
    else
        printf '✗ %s\n%s\n' "$title" "$said"
        failed=1
    fi
}

judge "ruff check (lint)" .venv/bin/python -m ruff check .
judge "ruff format (layout)" .venv/bin/python -m ruff format --check .
judge "mypy --strict (types)" .venv/bin/python -m mypy .
judge "import-linter (rooms)" .venv/bin/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
judge "makemigrations (models)" .venv/bin/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
judge "djlint (template layout)" .venv/bin/python -m djlint templates --check --quiet
judge "djlint (template lint)" .venv/bin/python -m djlint templates --lint --quiet
exit $failed
