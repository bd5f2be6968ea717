"""Compose a stack of components from its settings: the only place that knows how they fit."""

from pathlib import Path
from typing import Any

import pulumi_aws as aws
from pulumi import Output

from components import (
    DataVolume,
    EdgeNetwork,
    HostFiles,
    LoadBalancer,
    MultiArchImage,
    Node,
    NodeArgs,
    RpcUsers,
    Signer,
    VaultNetwork,
)
from stacks.naming import Names
from stacks.settings import Settings

CONTEXT = Path("docker")
HEALTH_PORT = 9150  # free of every coin's ports: daemons and exporter share the host's network

Outputs = dict[str, "Output[Any] | str | dict[str, Any]"]


def deploy(settings: Settings) -> Outputs:
    """Register all resources of a stack, and return what a person or a program asks it for."""
    names = Names(settings.stack, settings.region, aws.get_caller_identity().account_id)
    return {**_nodes(settings, names), **_signer(settings, names)}


def _nodes(settings: Settings, names: Names) -> Outputs:
    """Make the network, the image, the endpoint and each node."""
    stack, coin, chain, keep = settings.stack, settings.coin, settings.chain, settings.keep
    network = EdgeNetwork(
        f"{stack}-edge",
        {
            "region": settings.region,
            "account_id": names.account_id,
            "cidr": settings.network.cidr,
            "zones": list(settings.zones),
            "flow_log_bucket": names.bucket("flow-logs"),
            "tags": names.tags,
        },
    )
    image = MultiArchImage(
        f"{stack}-{coin.coin}",
        {
            "region": settings.region,
            "repository": names.repository(coin.coin),
            "context": str(CONTEXT),
            "dockerfile": str(CONTEXT / coin.coin / "Dockerfile"),
            "platforms": list(settings.platforms),
            "build_args": _build_args(settings),
            "keep": keep,
            "tags": names.tags,
        },
    )
    hostfiles = HostFiles(
        f"{stack}-hostfiles", {"bucket_name": names.bucket("hostfiles"), "tags": names.tags}
    )
    users = RpcUsers(
        f"{stack}-rpc",
        {"stack": stack, "users": sorted(coin.rpc_users), "keep": keep, "tags": names.tags},
    )
    balancer = LoadBalancer(
        f"{stack}-endpoint",
        {
            "vpc_id": network.vpc_id,
            "vpc_cidr": settings.network.cidr,
            "subnet_ids": [network.subnet_ids[zone] for zone in settings.zones],
            "rpc_port": chain.ports.rpc,
            "health_port": HEALTH_PORT,
            "tags": names.tags,
        },
    )
    volumes: dict[str, Output[str]] = {}
    hosts: dict[str, Output[str]] = {}
    for key, wanted in settings.nodes.items():
        volumes[key] = _volume(settings, names, key).volume_id
        shared: NodeArgs = {
            "stack": stack,
            "node": key,
            "region": settings.region,
            "account_id": names.account_id,
            "vpc_id": network.vpc_id,
            "subnet_id": network.subnet_ids[wanted.zone],
            "hosts": {},
        }
    return {}
