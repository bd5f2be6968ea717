#!/bin/sh
# The project's Python environment on a machine that has nothing: uv, then what uv.lock says.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
log=.lab/log/setup.log
mkdir -p .lab/log

fail() {
    echo "nodekeep lab: step failed: Python environment" >&2
    echo "  problem: $1" >&2
    echo "  log:     $PWD/$log" >&2
    echo "  remedy:  $2" >&2
    exit 1
}

apt_install() {
    command -v apt-get >/dev/null || fail "$* missing, no apt-get here" "install by hand: $*"
    as_root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "$* missing, not root" "as root: apt-get install $*"
        as_root="sudo -n"
    fi
    echo "    installing $*"
    # shellcheck disable=SC2086  # no word or two words
    { $as_root apt-get update -q && $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qy --no-install-recommends "$@"; } >>"$log" 2>&1 ||
        fail "apt-get install $* failed" "see the log"
}

echo "==> Python environment"
uv=.lab/uv/bin/uv
if [ ! -x "$uv" ] && command -v uv >/dev/null; then
    uv=uv
elif [ ! -x "$uv" ]; then
    # ensurepip is a package of its own on Debian and Ubuntu
    python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv ca-certificates
    python3 -m venv --clear .lab/uv >>"$log" 2>&1 || fail "python3 -m venv failed" "see the log"
    .lab/uv/bin/python -m pip install -q "uv==$UV_VERSION" >>"$log" 2>&1 ||
        fail "uv could not be installed" "see the log; install uv by hand (it is looked for on PATH)"
fi
"$uv" sync --frozen >>"$log" 2>&1 ||
    fail "the locked Python packages could not be installed" "see the log; needs Python 3.11 or later"
