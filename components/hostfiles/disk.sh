# shellcheck shell=bash
# What is on the data volume: found by the volume's id, made once, checked, grown, mounted. Part of
# nodekeep-volume.

DISKS=${NODEKEEP_DISKS:-/dev/disk/by-id}
DEVICE_POLLS=120 # of a second
UNMOUNT_POLLS=60

device='' fs=''

# Sets device: found by the volume's id alone, as names of devices say nothing
find_device() {
  local link=$DISKS/nvme-Amazon_Elastic_Block_Store_${VOLUME_ID/-/} poll
  for ((poll = 0; poll < DEVICE_POLLS; poll++)); do
    device=$(readlink -f "$link") && [ -b "$device" ] && return
    progress "waiting for $link"
    sleep 1
  done
  fail "$link is not a device after $DEVICE_POLLS s: see 'lsblk -o NAME,SERIAL'"
}

# Sets fs to the file system's type; makes one on a device that was never written
ensure_file_system() {
  local found status=0
  found=$(blkid -p -o export "$device") || status=$?
  case $status in
    0) ;;
    2)
      [ "$VOLUME_BLANK" = yes ] ||
        fail "$VOLUME_ID comes from a snapshot but has no file system: it is never made here"
      host blank "$device" ||
        fail "$VOLUME_ID has no known file system but is not blank: save its data; wipe it by hand"
      make_file_system
      return
      ;;
    *) fail "blkid cannot tell what is on $VOLUME_ID (exit $status): look at it by hand" ;;
  esac
  fs=$(sed -n 's/^TYPE=//p' <<<"$found")
  case $fs in
    ext4 | xfs) log "$VOLUME_ID has $(sed -n 's/^UUID=/UUID /p' <<<"$found") ($fs)" ;;
    *) fail "$VOLUME_ID holds '${found//$'\n'/ }', not ext4 or xfs: it is left as it is" ;;
  esac
}

# ext4, not xfs: fsck -p mends what a lost host leaves, superblocks have copies, and its tools are
# on every host image. Bytes kept for root would be lost to the node: -m 0.
make_file_system() {
  local suffix=${VOLUME_ID#vol-}
  log "$VOLUME_ID is blank: making a file system"
  mkfs.ext4 -q -m 0 -L "nk-${suffix:0:13}" "$device"
  fs=ext4
}

bytes_of_file_system() {
  dumpe2fs -h "$device" 2>/dev/null |
    awk '/^Block count:/ {n = $3} /^Block size:/ {s = $3} END {printf "%.0f\n", n * s}'
}

check_and_grow_ext4() {
  local status=0 force=()
  # Less than a block group is not worth a full check.
  if [ $(($(blockdev --getsize64 "$device") - $(bytes_of_file_system))) -ge $((128 << 20)) ]; then
    force=(-f)
  fi
  e2fsck -p "${force[@]}" "$device" || status=$?
  # 1: mended; 2: mended, and a mounted root would want a reboot
  [ "$status" -le 2 ] || fail "e2fsck -p on $VOLUME_ID gave up (exit $status): run e2fsck by hand"
  [ ${#force[@]} -eq 0 ] || resize2fs "$device"
}

grow() {
  device=$(findmnt -n -o SOURCE --mountpoint "$MOUNT") || fail "nothing is mounted at $MOUNT"
  case $(findmnt -n -o FSTYPE --mountpoint "$MOUNT") in
    ext4) resize2fs "$device" ;;
    xfs) xfs_growfs "$MOUNT" ;;
  esac
}

mount_volume() {
  local there
  if there=$(findmnt -n -o SOURCE --mountpoint "$MOUNT"); then
    [ "$(readlink -f "$there")" = "$device" ] ||
      fail "$MOUNT is $there, not $device of $VOLUME_ID: stop what mounted it"
    log "$VOLUME_ID is mounted already"
  else
    ensure_file_system
    [ "$fs" != ext4 ] || check_and_grow_ext4
    mkdir -p "$MOUNT"
    mount -t "$fs" -o nodev,nosuid,noexec,noatime "$device" "$MOUNT"
    [ "$fs" != xfs ] || grow
  fi
  # Not -R: chain data is large, and the daemon wrote it as this user.
  install -d -o "$NODE_UID" -g "$NODE_UID" -m 0700 "$MOUNT/data"
}

# Processes with open files below the mount
users() {
  find /proc/[0-9]* -maxdepth 2 \( -path '*/fd/*' -o -name cwd -o -name root \) \
    \( -lname "$MOUNT" -o -lname "$MOUNT/*" \) -printf '%h\n' 2>/dev/null || :
}

# Processes whose own mount namespace still has the device: it is in use until they end
namespaces() { grep -ls " $1 " /proc/[0-9]*/mountinfo || :; }

# Paths in /proc -> "123 bitcoind, 124 bash"
names() {
  local pid list=''
  for pid in $(cut -d/ -f3 | sort -un | head -5); do
    list+="${list:+, }$pid $(cat "/proc/$pid/comm" 2>/dev/null || echo '(gone)')"
  done
  echo "$list"
}

unmount() {
  local number poll who
  number=$(findmnt -n -o MAJ:MIN --mountpoint "$MOUNT") || return 0
  sync -f "$MOUNT"
  for ((poll = 0; poll < UNMOUNT_POLLS; poll++)); do
    if ! mountpoint -q "$MOUNT" || umount "$MOUNT"; then
      who=$(namespaces "${number// /}" | names)
      [ -n "$who" ] || return 0
    else
      who=$(users | names)
    fi
    progress "$MOUNT is held by: $who"
    sleep 1
  done
  fail "$MOUNT is still held after $UNMOUNT_POLLS s by $who: stop that, then this unit again"
}
