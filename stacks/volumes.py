"""Data volumes: how large the chain needs them, and how fast gp3 can be."""

from collections.abc import Iterator
from math import ceil

from stacks import limits
from stacks.catalogue import Chain
from stacks.errors import Problem
from stacks.model import Given, VolumeSettings


def judge_volume(
    key: str, volume: VolumeSettings, given: Given, chain: Chain | None
) -> Iterator[Problem]:
    """Find a volume that cannot hold the chain, or cannot be as fast as it is wanted."""
    if chain and volume.gib < (least := _least_gib(chain, given.prune_mib)):
        limit = f"{given.coin} {given.chain} needs {least} GiB"
        judged_with = ("coin", "chain", "prune_mib")
        yield Problem(f"{key}.gib", volume.gib, limit, f"write gib: {least} or more", judged_with)
    most = max(limits.GP3_IOPS_MIN, volume.gib * limits.GP3_IOPS_PER_GIB)
    if volume.iops > most:
        limit = f"gp3 gives {limits.GP3_IOPS_PER_GIB} a GiB: {most} for {volume.gib} GiB"
        gib = ceil(volume.iops / limits.GP3_IOPS_PER_GIB)
        fix = f"write iops: {most} or less, or gib: {gib} or more"
        yield Problem(f"{key}.iops", volume.iops, limit, fix, (f"{key}.gib",))
    if volume.throughput_mibps * limits.GP3_IOPS_PER_THROUGHPUT > volume.iops:
        most = volume.iops // limits.GP3_IOPS_PER_THROUGHPUT
        limit = f"gp3 gives 0.25 MiB/s for each of iops: {most} for {volume.iops}"
        iops = volume.throughput_mibps * limits.GP3_IOPS_PER_THROUGHPUT
        fix = f"write throughput_mibps: {most} or less, or iops: {iops} or more"
        mine = f"{key}.throughput_mibps"
        yield Problem(mine, volume.throughput_mibps, limit, fix, (f"{key}.iops",))
    if volume.snapshot and volume.adopt:
        limit = "a volume that is adopted is not made, from a snapshot or otherwise"
        fix = "leave adopt or snapshot out"
        yield Problem(f"{key}.adopt", volume.adopt, limit, fix, (f"{key}.snapshot",))


def _least_gib(chain: Chain, prune_mib: int | None) -> int:
    """Return the smallest volume for a chain, which pruning can make smaller only."""
    if prune_mib is None or chain.state_gib is None:
        return chain.minimum_gib
    return min(chain.minimum_gib, chain.state_gib + ceil(prune_mib / 1024))
