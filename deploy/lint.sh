#!/bin/sh
# Every check that needs no server; all are run, and the exit status tells whether one failed.
cd "$(dirname "$0")/.." || exit 1
failed=0

check() {
    printf '%s … ' "$1"
    shift
    if said=$("$@" 2>&1); then
        echo 通过
    else
        echo 未通过
        printf '%s\n' "$said"
        failed=1
    fi
}

bin=.venv/bin
check 'ruff check' $bin/ruff check .
check 'ruff format' $bin/ruff format --check .
check 'mypy' $bin/mypy governance grids accounts members points appeals
check 'import contracts' $bin/lint-imports
check 'migrations' $bin/python manage.py makemigrations --check --dry-run
check 'templates' $bin/djlint --lint --quiet templates
check 'django' $bin/python manage.py check --fail-level WARNING
exit $failed
