#!/bin/bash
# First boot of a host: docker, then the hostfiles that the node's manifest names by digest.
#
# Frozen: it is user data, and changed user data would stop every host at once. What may change is in
# the hostfiles. Safe to run again, also after a run that was cut off.
set -euo pipefail

OPT=/opt/nodekeep
TRIES=60

set -a
# shellcheck source=/dev/null
. /etc/nodekeep/host.env
# shellcheck disable=SC2034 # for the AWS CLI
AWS_RETRY_MODE=standard
set +a

log() { echo "nodekeep-bootstrap: $*"; }

# retry COMMAND [ARGUMENT...]: politely, for about an hour
retry() {
  local try
  for ((try = 1; try <= TRIES; try++)); do
    "$@" && return
    log "try $try of $TRIES failed: $1"
    sleep $(((try < 6 ? 2 ** try : 60) + RANDOM % 5))
  done
  log "error: gave up on $1; run $0 again when its cause is gone"
  exit 1
}

install_packages() {
  if command -v dnf >/dev/null; then
    dnf install -y -q docker e2fsprogs
  else
    apt-get update -q && DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -q --no-install-recommends docker.io e2fsprogs iptables
  fi
}

# Sets sha256; fetches the archive where its files are not here yet
get_hostfiles() {
  local bucket key
  aws ssm get-parameter --name "$NODEKEEP_PARAMETERS/current" \
    --query Parameter.Value --output text >"$work/manifest.json" &&
    read -r bucket key sha256 < <(python3 -c '
import json, sys
files = json.load(sys.stdin)["hostfiles"]
print(files["bucket"], files["key"], files["sha256"])' <"$work/manifest.json") || return
  if ! [[ $sha256 =~ ^[0-9a-f]{64}$ ]]; then
    log "hostfiles.sha256 is '$sha256', not 64 hexadecimal digits: mend the manifest"
    return 1
  fi
  [ -e "$OPT/$sha256" ] || {
    aws s3 cp --only-show-errors "s3://$bucket/$key" "$work/hostfiles.tar.gz" &&
      echo "$sha256  $work/hostfiles.tar.gz" | sha256sum --check --quiet
  }
}

mkdir -p "$OPT"
exec 9>"$OPT/.lock"
flock 9
rm -rf "$OPT"/.work.* # of a run that was cut off
work=$(mktemp -d "$OPT/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT

if ! command -v docker >/dev/null || ! command -v mkfs.ext4 >/dev/null; then
  retry install_packages
fi
systemctl enable --now docker.service

retry get_hostfiles
if [ ! -e "$OPT/$sha256" ]; then
  mkdir "$work/hostfiles"
  tar -xzf "$work/hostfiles.tar.gz" -C "$work/hostfiles" --no-same-owner
  mv -T "$work/hostfiles" "$OPT/$sha256"
fi
ln -s "$sha256" "$work/current"
mv -T "$work/current" "$OPT/current"
log "hostfiles $sha256"
exec 9>&-
"$OPT/current/install"
