"""The network of the nodes: public subnets, and nothing in it that nobody asked for."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

from components._bucket_policies import accept_flow_logs
from components._names import block, zone, zone_block
from components.closed_bucket import ClosedBucket

FLOW_LOG_DAYS = 90


class EdgeNetworkArgs(TypedDict):
    """Inputs of `EdgeNetwork`."""

    region: str
    """AWS region, such as ``eu-central-1``."""
    account_id: str
    """AWS account, 12 digits: only its flow logs are accepted."""
    cidr: str
    """IPv4 block, /16 to /24. Each zone gets an eighth of it, by its letter."""
    zones: list[str]
    """Letters of the zones with a public subnet, a to h. Adding one changes no other."""
    flow_log_bucket: str
    """Globally unique name of the bucket for rejected traffic; kept for 90 days."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource."""


class EdgeNetwork(ComponentResource):
    """A VPC with one public subnet a zone, and an S3 gateway endpoint.

    Nodes talk to thousands of peers: through a NAT gateway every gigabyte would cost, so hosts
    have public addresses and security groups decide. The default security group lets nothing
    through; rejected traffic is logged.
    """

    vpc_id: Output[str]
    """Id of the VPC."""
    subnet_ids: Output[dict[str, str]]
    """Ids of the public subnets by zone letter, known once their way out is there."""

    def __init__(
        self, name: str, args: EdgeNetworkArgs, opts: ResourceOptions | None = None
    ) -> None:
        network = block("cidr", args["cidr"], smallest=24)
        zones = {letter: zone("zones", args["region"], letter) for letter in args["zones"]}
        super().__init__("nodekeep:index:EdgeNetwork", name, {}, opts)
        tags = {**args.get("tags", {}), "Name": name}
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(network),
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        aws.ec2.DefaultSecurityGroup(
            f"{name}-default-security-group",
            vpc_id=vpc.id,
            ingress=[],
            egress=[],
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        gateway = aws.ec2.InternetGateway(
            f"{name}-gateway", vpc_id=vpc.id, tags=tags, opts=ResourceOptions(parent=self)
        )
        table = aws.ec2.RouteTable(
            f"{name}-routes", vpc_id=vpc.id, tags=tags, opts=ResourceOptions(parent=self)
        )
        way_out = aws.ec2.Route(
            f"{name}-internet",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
            opts=ResourceOptions(parent=self),
        )
        aws.ec2.VpcEndpoint(
            f"{name}-s3",
            vpc_id=vpc.id,
            service_name=f"com.amazonaws.{args['region']}.s3",
            vpc_endpoint_type="Gateway",
            route_table_ids=[table.id],
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        subnets: dict[str, Output[str]] = {}
        for letter, zone_name in zones.items():
            subnet = aws.ec2.Subnet(
                f"{name}-{letter}",
                vpc_id=vpc.id,
                availability_zone=zone_name,
                cidr_block=zone_block(network, letter),
                map_public_ip_on_launch=False,  # hosts ask for one; nothing gets one unasked
                tags={**tags, "Name": f"{name}-{letter}"},
                opts=ResourceOptions(parent=self),
            )
            association = aws.ec2.RouteTableAssociation(
                f"{name}-{letter}-routes",
                subnet_id=subnet.id,
                route_table_id=table.id,
                opts=ResourceOptions(parent=self, depends_on=[way_out]),
            )
            subnets[letter] = association.subnet_id.apply(str)
        self._log_rejects(name, args, vpc.id)
        self.vpc_id = vpc.id
        self.subnet_ids = Output.all(**subnets)
        self.register_outputs({"vpcId": self.vpc_id, "subnetIds": self.subnet_ids})

    def _log_rejects(self, name: str, args: EdgeNetworkArgs, vpc_id: Output[str]) -> None:
        """Write rejected traffic to a bucket that outlives nothing: records age out anyway."""
        bucket = ClosedBucket(
            f"{name}-flow-logs",
            {
                "bucket_name": args["flow_log_bucket"],
                "statements": accept_flow_logs(
                    args["flow_log_bucket"], args["region"], args["account_id"]
                ),
                "versioned": False,
                "force_destroy": True,
                "tags": args.get("tags", {}),
            },
            opts=ResourceOptions(parent=self),
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-flow-logs-age",
            bucket=bucket.bucket_name,
            rules=[
                {
                    "id": "expire",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "expiration": {"days": FLOW_LOG_DAYS},
                }
            ],
            opts=ResourceOptions(parent=self),
        )
        aws.ec2.FlowLog(
            f"{name}-rejects",
            vpc_id=vpc_id,
            traffic_type="REJECT",
            log_destination_type="s3",
            log_destination=bucket.arn,
            tags=args.get("tags"),
            opts=ResourceOptions(parent=self),
        )
