#!/bin/sh
# `make check`: formatting, lint, types; shell, Dockerfiles; cloud-config and units as hosts read them.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin

echo "==> ruff"
"$bin/ruff" format --check .
"$bin/ruff" check .

echo "==> mypy"
"$bin/mypy" .

echo "==> shellcheck"
# every tracked file that a shell runs, by its first line
git ls-files -z --cached --others --exclude-standard |
    xargs -0 grep -lE '^#!.*\b(sh|bash|dash)$' -- |
    xargs "$bin/shellcheck"

echo "==> hadolint"
git ls-files -z --cached --others --exclude-standard -- '*Dockerfile' '*.Dockerfile' |
    xargs -0 "$bin/hadolint"
