"""A node: the role, the firewall, the manifest and the hosts that may carry one data volume."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import (
    ComponentResource,
    CustomResource,
    Input,
    InputPropertyError,
    Output,
    ResourceOptions,
)

from components import _node_policies as may
from components._access import credentials, firewall
from components._bootstrap import node_user_data
from components._manifest import DaemonArgs, RpcUserArgs, render
from components._names import whole
from components._policies import Statement
from components.host import Host
from components.load_balancer import PORTS


class NodeHostArgs(TypedDict):
    """One host of a node."""

    instance_type: str
    """EC2 type, such as ``t4g.medium``."""
    platform: str
    """What the type runs: ``linux/arm64`` or ``linux/amd64``."""
    ami_id: Input[str]
    """Amazon Linux 2023 for that platform."""


class NodeArgs(TypedDict):
    """Inputs of `Node`."""

    stack: str
    """Name of the stack; with `node` it is the path of the parameters."""
    node: str
    """Name of the node within the stack."""
    region: str
    """AWS region."""
    account_id: str
    """AWS account, 12 digits."""
    vpc_id: Input[str]
    """VPC of the hosts."""
    subnet_id: Input[str]
    """Public subnet in the zone of the data volume."""
    hosts: dict[str, NodeHostArgs]
    """Hosts by name. Any of them may carry the volume; names say nothing of who does."""
    daemon: DaemonArgs
    """The coin's daemon: how it runs, stops and tells that it is ready."""
    image: Input[str]
    """Multi-arch image by digest, ``repository@sha256:...``."""
    image_repository: str
    """Name of its ECR repository, which hosts may pull from."""
    volume_id: Input[str]
    """Data volume, in the zone of the subnet."""
    volume_blank: bool
    """Whether the volume was made empty: only then may a host ever format it."""
    hostfiles_bucket: str
    """Name of the bucket of hostfiles."""
    hostfiles_key: Input[str]
    """Key of the archive in it."""
    hostfiles_sha256: Input[str]
    """Digest of the archive."""
    rpc_port: int
    """RPC port of the daemon, 1 to 65535."""
    health_port: int
    """Port of readiness and metrics, 1 to 65535."""
    p2p_port: int
    """Port for peers, 1 to 65535."""
    p2p_cidr: NotRequired[str]
    """Block that peers may connect from; everybody, ``0.0.0.0/0``, when absent."""
    rpc_users: dict[str, RpcUserArgs]
    """RPC users: their secret and the methods they may call."""
    load_balancer_security_group_id: Input[str]
    """Where RPC calls and health checks come from."""
    target_group_arns: list[Input[str]]
    """Target groups the hosts register with."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource; ``nodekeep:node`` and ``nodekeep:host`` are added."""


class Node(ComponentResource):
    """Hosts in one zone that share one data volume, one at a time.

    Two parameters tell hosts what to run: ``desired`` follows the program, ``current`` changes
    only by a rollout, so that an update of the program never restarts a daemon.
    """

    instance_ids: Output[dict[str, str]]
    """Ids of the instances by host name."""
    security_group_id: Output[str]
    """Security group of the hosts."""
    role_name: Output[str]
    """IAM role of the hosts."""
    parameters: Output[str]
    """Path of the parameters ``desired`` and ``current``."""

    def __init__(self, name: str, args: NodeArgs, opts: ResourceOptions | None = None) -> None:
        ports = _checked_ports(args)
        path = f"/nodekeep/{args['stack']}/{args['node']}"
        tags = {**args.get("tags", {}), "nodekeep:node": args["node"]}
        user_data = {host: node_user_data(_identity(args, host, path)) for host in args["hosts"]}
        super().__init__("nodekeep:index:Node", name, {}, opts)
        group_id = firewall(
            name,
            args["vpc_id"],
            ports,
            balancer=args["load_balancer_security_group_id"],
            peers=args.get("p2p_cidr", "0.0.0.0/0"),
            tags=tags,
            parent=self,
        )
        role_name, profile = credentials(name, _statements(args, path), tags, self)
        current = self._parameters(name, args, ports, path, tags)
        hosts = {
            host: Host(
                f"{name}-{host}",
                {
                    "ami_id": given["ami_id"],
                    "instance_type": given["instance_type"],
                    "subnet_id": args["subnet_id"],
                    "security_group_ids": [group_id],
                    "instance_profile": profile,
                    "public": True,
                    "user_data": user_data[host],
                    "tags": {**tags, "nodekeep:host": host},
                },
                # A host reads its manifest at once.
                opts=ResourceOptions(parent=self, depends_on=[current]),
            )
            for host, given in args["hosts"].items()
        }
        self.instance_ids = Output.all(**{key: host.instance_id for key, host in hosts.items()})
        self.security_group_id = group_id
        self.role_name = role_name
        self.parameters = Output.from_input(path)
        self.register_outputs(
            {
                "instanceIds": self.instance_ids,
                "securityGroupId": self.security_group_id,
                "roleName": self.role_name,
                "parameters": self.parameters,
            }
        )

    def _parameters(
        self, name: str, args: NodeArgs, ports: dict[str, int], path: str, tags: dict[str, str]
    ) -> CustomResource:
        """Write what hosts should run, and once, so that the first can start, what they do run."""
        manifest = render(
            {
                "image": args["image"],
                "daemon": args["daemon"],
                "hostfiles": {
                    "bucket": args["hostfiles_bucket"],
                    "key": args["hostfiles_key"],
                    "sha256": args["hostfiles_sha256"],
                },
                "volume_id": args["volume_id"],
                "volume_blank": args["volume_blank"],
                "ports": ports,
                "rpc_users": args["rpc_users"],
                "target_group_arns": args["target_group_arns"],
            }
        )
        frozen = {"desired": [], "current": ["value"]}
        parameters = {
            state: aws.ssm.Parameter(
                f"{name}-{state}",
                name=f"{path}/{state}",
                type="String",
                tier="Intelligent-Tiering",  # a long list of RPC methods passes 4 KiB
                value=manifest,
                tags=tags,
                opts=ResourceOptions(parent=self, ignore_changes=ignored),
            )
            for state, ignored in frozen.items()
        }
        return parameters["current"]


def _checked_ports(args: NodeArgs) -> dict[str, int]:
    """Return the ports by use, all of them within limits and no two the same."""
    given = {"rpc": args["rpc_port"], "health": args["health_port"], "p2p": args["p2p_port"]}
    ports = {use: whole(f"{use}Port", port, PORTS, "ports") for use, port in given.items()}
    if len(set(ports.values())) < len(ports):
        raise InputPropertyError("healthPort", f"ports of one host must differ, got {ports}")
    return ports


def _identity(args: NodeArgs, host: str, path: str) -> dict[str, str]:
    """Return all that a host knows of itself when it is born."""
    return {
        "NODEKEEP_STACK": args["stack"],
        "NODEKEEP_NODE": args["node"],
        "NODEKEEP_HOST": host,
        "NODEKEEP_PLATFORM": args["hosts"][host]["platform"],
        "NODEKEEP_PARAMETERS": path,
        "AWS_DEFAULT_REGION": args["region"],
        "AWS_REGION": args["region"],
    }


def _statements(args: NodeArgs, path: str) -> list[Statement]:
    """Return all that a host of the node may do."""
    region, account_id, stack = args["region"], args["account_id"], args["stack"]
    return [
        may.read_own_state(),
        may.attach_to_itself(region, account_id),
        may.attach_own_volume(region, account_id, stack, args["node"]),
        may.read_parameters(region, account_id, path),
        may.read_hostfiles(account_id, args["hostfiles_bucket"]),
        may.log_in_to_registry(),
        may.pull_image(region, account_id, args["image_repository"]),
        may.keep_rpc_secrets(region, account_id, stack),
        may.join_target_groups(region, account_id, stack),
        may.serve_session_manager(),
    ]
