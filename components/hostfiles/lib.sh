# shellcheck shell=bash disable=SC2034 # variables are for the scripts that read this
# Shared by the scripts beside it; systemd gives RUNTIME_DIRECTORY and /etc/nodekeep/host.env.

HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
MOUNT=${NODEKEEP_MOUNT:-/var/lib/nodekeep}

log() { printf '%s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# host MODULE [ARGUMENT...]: run a Python module of the hostfiles
host() {
  (cd "$HERE" && exec python3 -B -m "nodekeep_host.$1" "${@:2}")
}

aws_cli() {
  AWS_PAGER='' AWS_RETRY_MODE=standard command aws \
    --cli-connect-timeout 5 --cli-read-timeout 30 "$@"
}

# The manifest as variables, fetched anew or as the last start left it
fetch_manifest() { host manifest && known_manifest; }

known_manifest() {
  # shellcheck source=/dev/null
  . "$RUNTIME_DIRECTORY/node.env"
}
