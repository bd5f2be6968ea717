"""Compose a stack of components from its settings: the only place that knows how they fit."""

from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output

from components import Signer, VaultNetwork
from stacks.edge import HEALTH_PORT, ami, data_volume, node, shared_parts
from stacks.model import SignerSettings
from stacks.naming import Names
from stacks.settings import Settings

Exports = dict[str, Input[Any]]


def deploy(settings: Settings) -> Exports:
    """Register all resources of a stack; return what a person or a program asks it for."""
    stack, ports = settings.stack, settings.chain.ports
    names = Names(stack, settings.region, aws.get_caller_identity().account_id)
    shared = shared_parts(settings, names)
    volumes = {key: data_volume(settings, names, key) for key in settings.nodes}
    nodes = {key: node(settings, names, shared, key, volumes[key]) for key in settings.nodes}
    hosts: dict[str, Output[str]] = {
        f"{key}.{host}": nodes[key].instance_ids[host]
        for key, wanted in settings.nodes.items()
        for host in wanted.hosts
    }
    signer = _signer(settings, names, settings.signer) if settings.signer else {}
    return {
        "region": settings.region,
        "endpoint": shared.balancer.endpoint,
        "ports": {"rpc": ports.rpc, "p2p": ports.p2p, "health": HEALTH_PORT},
        "image": shared.image.reference,
        "volume_ids": {key: volume.volume_id for key, volume in volumes.items()},
        "rpc_secret_arns": shared.users.secret_arns,
        "hosts": hosts,
        "shell": {
            host: Output.concat(
                "aws ssm start-session --region ", settings.region, " --target ", instance_id
            )
            for host, instance_id in hosts.items()
        },
        "status": f"nodekeep status --stack {stack}",
        **signer,
    }


def _signer(settings: Settings, names: Names, wanted: SignerSettings) -> Exports:
    """Make the vault, and the signer in it."""
    vault = VaultNetwork(
        f"{settings.stack}-vault",
        {
            "stack": settings.stack,
            "region": settings.region,
            "account_id": names.account_id,
            "cidr": wanted.cidr,
            "zone": wanted.zone,
            "courier_bucket": names.bucket("courier"),
            "key_alias": names.key_alias,
            "role_name": names.signer_role,
            "locked": settings.keep,
            "tags": names.tags,
        },
    )
    signer = Signer(
        f"{settings.stack}-signer",
        {
            "stack": settings.stack,
            "region": settings.region,
            "account_id": names.account_id,
            "subnet_id": vault.subnet_id,
            "security_group_id": vault.security_group_id,
            "ami_id": ami("linux/amd64"),
            "instance_type": wanted.type,
            "courier_bucket": names.bucket("courier"),
            "key_alias": names.key_alias,
            "role_name": names.signer_role,
            "keep": settings.keep,
            "tags": names.tags,
        },
    )
    return {
        "vault": vault.vpc_id,
        "signer": signer.instance_id,
        "courier_bucket": signer.courier_bucket,
        "seed_key": signer.key_arn,
    }
