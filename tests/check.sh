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
    xargs "$bin/shellcheck" --external-sources

echo "==> hadolint"
git ls-files -z --cached --others --exclude-standard -- '*Dockerfile' '*.Dockerfile' |
    xargs -0 "$bin/hadolint"

echo "==> cloud-config and units, in the host image"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$bin/python" -m tests.user_data "$scratch"
"$bin/python" -m lab.images.check --mount "$PWD/components/hostfiles:/opt/nodekeep/current" \
    --cloud-config "$scratch/node" --cloud-config "$scratch/signer" components/hostfiles/units/*
