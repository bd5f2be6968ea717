"""The endpoint: one internal network load balancer for all nodes of a stack."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Input, Output, ResourceOptions

from components._names import bounded, whole

PORTS = range(1, 65_536)
DRAIN_S = range(3_601)
NAME_LIMIT = 32


class LoadBalancerArgs(TypedDict):
    """Inputs of `LoadBalancer`."""

    vpc_id: Input[str]
    """VPC of the nodes."""
    vpc_cidr: str
    """Block of that VPC: where the endpoint may be called from, and where hosts are."""
    subnet_ids: Input[list[str]]
    """A subnet in each zone that has nodes."""
    rpc_port: int
    """Port of the endpoint and of the daemon's RPC, 1 to 65535."""
    health_port: int
    """Port on which hosts say whether their node is ready, 1 to 65535."""
    drain_s: NotRequired[int]
    """Seconds a connection may go on after its host left or became unready: 60, 0 to 3600."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource; hosts may register only by ``nodekeep:stack``."""


class LoadBalancer(ComponentResource):
    """An internal load balancer whose target group hosts join and leave by themselves.

    A load balancer with no healthy target sends traffic to all of them (it fails open), so hosts
    close their RPC port while they are not ready: a caller is refused, never told stale data.
    """

    dns_name: Output[str]
    """Name of the endpoint: the same whatever happens to hosts."""
    endpoint: Output[str]
    """Name and port, ``name:port``."""
    target_group_arn: Output[str]
    """Target group for hosts, known once the listener serves it."""
    security_group_id: Output[str]
    """Security group that calls come from, as hosts see them."""

    def __init__(
        self, name: str, args: LoadBalancerArgs, opts: ResourceOptions | None = None
    ) -> None:
        rpc_port = whole("rpcPort", args["rpc_port"], PORTS, "ports")
        health_port = whole("healthPort", args["health_port"], PORTS, "ports")
        drain_s = whole("drainS", args.get("drain_s", 60), DRAIN_S, "seconds")
        super().__init__("nodekeep:index:LoadBalancer", name, {}, opts)
        tags = args.get("tags", {})
        group_id = self._security_group(name, args, [rpc_port, health_port])
        balancer = aws.lb.LoadBalancer(
            f"{name}-balancer",
            name=bounded(name, NAME_LIMIT),
            internal=True,
            load_balancer_type="network",
            security_groups=[group_id],  # none at birth means none ever
            subnets=args["subnet_ids"],
            enable_cross_zone_load_balancing=True,
            tags=tags,
            opts=ResourceOptions(parent=self, delete_before_replace=True),
        )
        targets = aws.lb.TargetGroup(
            f"{name}-targets",
            # The port is in the name: another port is another group, made before the old one goes.
            name=bounded(f"{name}-{rpc_port}", NAME_LIMIT),
            vpc_id=args["vpc_id"],
            port=rpc_port,
            protocol="TCP",
            target_type="instance",
            preserve_client_ip="false",
            connection_termination=False,
            deregistration_delay=drain_s,
            target_health_states=[
                {
                    "enable_unhealthy_connection_termination": False,
                    "unhealthy_draining_interval": drain_s,
                }
            ],
            health_check={
                "protocol": "HTTP",
                "port": str(health_port),
                "path": "/ready",
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 2,
            },
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        listener = aws.lb.Listener(
            f"{name}-listener",
            load_balancer_arn=balancer.arn,
            port=rpc_port,
            protocol="TCP",
            default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        self.dns_name = balancer.dns_name
        self.endpoint = Output.concat(balancer.dns_name, f":{rpc_port}")
        served = Output.all(targets.arn, listener.arn)
        self.target_group_arn = served.apply(lambda arns: str(arns[0]))
        self.security_group_id = group_id
        self.register_outputs(
            {
                "dnsName": self.dns_name,
                "endpoint": self.endpoint,
                "targetGroupArn": self.target_group_arn,
                "securityGroupId": self.security_group_id,
            }
        )

    def _security_group(self, name: str, args: LoadBalancerArgs, ports: list[int]) -> Output[str]:
        """Let the VPC in on the RPC port, and out to the hosts' RPC and health ports."""
        tags = args.get("tags", {})
        group = aws.ec2.SecurityGroup(
            f"{name}-security-group",
            description="Endpoint of a coin's nodes",
            vpc_id=args["vpc_id"],
            tags={**tags, "Name": name},
            opts=ResourceOptions(parent=self),
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-rpc-in",
            security_group_id=group.id,
            description="RPC from the network of the nodes",
            cidr_ipv4=args["vpc_cidr"],
            ip_protocol="tcp",
            from_port=ports[0],
            to_port=ports[0],
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        for purpose, port in zip(("rpc", "health"), ports, strict=True):
            aws.vpc.SecurityGroupEgressRule(
                f"{name}-{purpose}-out",
                security_group_id=group.id,
                description=f"{purpose} of hosts",
                cidr_ipv4=args["vpc_cidr"],
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                tags=tags,
                opts=ResourceOptions(parent=self),
            )
        return group.id
