"""What a stack has on its edge network: the endpoint, the image, and the nodes."""

from dataclasses import dataclass
from pathlib import Path

import pulumi_aws as aws
from pulumi import Output

from components import (
    DaemonArgs,
    DataVolume,
    DataVolumeArgs,
    EdgeNetwork,
    HostFiles,
    LoadBalancer,
    MultiArchImage,
    Node,
    RpcUsers,
)
from stacks.naming import Names
from stacks.settings import Settings

CONTEXT = Path("docker")
HEALTH_PORT = 9150  # no coin's port: daemons and exporter share the network of their host
EVERYBODY = "0.0.0.0/0"
MACHINES = {"linux/amd64": "x86_64", "linux/arm64": "arm64"}


@dataclass(frozen=True)
class Shared:
    """What the nodes of a stack have in common."""

    network: EdgeNetwork
    balancer: LoadBalancer
    users: RpcUsers
    hostfiles: HostFiles
    image: MultiArchImage


def shared_parts(settings: Settings, names: Names) -> Shared:
    """Make the network, the endpoint, the RPC users, the hostfiles and the image."""
    stack, coin, chosen = settings.stack, settings.coin, settings.image
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
    balancer = LoadBalancer(
        f"{stack}-endpoint",
        {
            "vpc_id": network.vpc_id,
            "vpc_cidr": settings.network.cidr,
            "subnet_ids": Output.all(*(network.subnet_ids[zone] for zone in settings.zones)),
            "rpc_port": settings.chain.ports.rpc,
            "health_port": HEALTH_PORT,
            "tags": names.tags,
        },
    )
    users = RpcUsers(
        f"{stack}-rpc",
        {
            "stack": stack,
            "users": sorted(coin.rpc_users),
            "keep": settings.keep,
            "tags": names.tags,
        },
    )
    hostfiles = HostFiles(
        f"{stack}-hostfiles", {"bucket_name": names.bucket("hostfiles"), "tags": names.tags}
    )
    builder = {"BUILDER": chosen.builder} if chosen.builder else {}
    image = MultiArchImage(
        f"{stack}-image",
        {
            "region": settings.region,
            "repository": names.repository(coin.coin),
            "context": str(CONTEXT),
            "dockerfile": str(CONTEXT / coin.coin / "Dockerfile"),
            "platforms": list(settings.platforms),
            "build_args": {
                "SOURCE": chosen.source,
                **builder,
                **coin.sources[chosen.source].build_args,
            },
            "keep": settings.keep,
            "tags": names.tags,
        },
    )
    return Shared(network, balancer, users, hostfiles, image)


def data_volume(settings: Settings, names: Names, node: str) -> DataVolume:
    """Make a node's volume, of nothing but its own settings."""
    wanted = settings.nodes[node]
    args: DataVolumeArgs = {
        "availability_zone": f"{settings.region}{wanted.zone}",
        "size_gib": wanted.volume.gib,
        "iops": wanted.volume.iops,
        "throughput_mibps": wanted.volume.throughput_mibps,
        "keep": settings.keep,
        "tags": {**names.tags, "nodekeep:node": node},
    }
    if wanted.volume.snapshot:
        args["snapshot_id"] = wanted.volume.snapshot
    if wanted.volume.adopt:
        args["adopt"] = wanted.volume.adopt
    return DataVolume(f"{settings.stack}-{node}-data", args)


def node(settings: Settings, names: Names, shared: Shared, key: str, volume: DataVolume) -> Node:
    """Make a node's hosts, and what they may do and are told to run."""
    wanted, coin, chain = settings.nodes[key], settings.coin, settings.chain
    extra = {"caller": chain.caller_methods}
    return Node(
        f"{settings.stack}-{key}",
        {
            "stack": settings.stack,
            "node": key,
            "region": settings.region,
            "account_id": names.account_id,
            "vpc_id": shared.network.vpc_id,
            "subnet_id": shared.network.subnet_ids[wanted.zone],
            "hosts": {
                host: {
                    "instance_type": given.type,
                    "platform": given.platform,
                    "ami_id": ami(given.platform),
                }
                for host, given in wanted.hosts.items()
            },
            "daemon": _daemon(settings, key),
            "image": shared.image.reference,
            "image_repository": names.repository(coin.coin),
            "volume_id": volume.volume_id,
            # Not a volume that came from somewhere: only an empty one may be formatted, ever.
            "volume_blank": not (wanted.volume.snapshot or wanted.volume.adopt),
            "hostfiles_bucket": names.bucket("hostfiles"),
            "hostfiles_key": shared.hostfiles.key,
            "hostfiles_sha256": shared.hostfiles.sha256,
            "rpc_port": chain.ports.rpc,
            "health_port": HEALTH_PORT,
            "p2p_port": chain.ports.p2p,
            # A chain that is ready without peers is nobody else's.
            "p2p_cidr": EVERYBODY if chain.ready.peers_min else settings.network.cidr,
            "rpc_users": {
                user: {
                    "secret_arn": shared.users.secret_arns[user],
                    "methods": sorted({*methods, *extra.get(user, ())}),
                }
                for user, methods in coin.rpc_users.items()
            },
            "load_balancer_security_group_id": shared.balancer.security_group_id,
            "target_group_arns": [shared.balancer.target_group_arn],
            "tags": names.tags,
        },
    )


def _daemon(settings: Settings, node: str) -> DaemonArgs:
    """Return how a node's daemon is run, asked and stopped."""
    coin = settings.coin
    daemon: DaemonArgs = {
        "name": coin.daemon,
        "uid": coin.uid,
        "data_path": coin.data_path,
        "stop_signal": coin.stop.signal,
        "stop_grace_s": coin.stop.grace_s,
        "arguments": list(settings.daemon_arguments(node)),
        "environment": {"CHAIN": settings.chain_name},
        "readiness": coin.readiness.model_dump(exclude_none=True),
        "ready": settings.chain.ready.model_dump(),
    }
    if coin.cli:
        daemon["cli"] = coin.cli
    return daemon


def ami(platform: str) -> str:
    """Return the newest Amazon Linux 2023 for a platform; hosts that are there keep theirs."""
    name = f"al2023-ami-kernel-default-{MACHINES[platform]}"
    return aws.ssm.get_parameter(name=f"/aws/service/ami-amazon-linux-latest/{name}").value
