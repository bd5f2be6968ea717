"""The network of the signer: one subnet, two AWS services, and no way out."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, CustomResource, Input, Output, ResourceOptions

from components import _vault_policies as may
from components._names import block, zone
from components._policies import document
from components._vault_access import empty, security_groups
from components.dns_firewall import DnsFirewall


class VaultNetworkArgs(TypedDict):
    """Inputs of `VaultNetwork`."""

    stack: str
    """Name of the stack: the encryption context of the seed."""
    region: str
    """AWS region."""
    account_id: str
    """AWS account, 12 digits: no other account's resource can be reached."""
    cidr: str
    """IPv4 block, /16 to /28; the one subnet is all of it."""
    zone: str
    """Letter of the one zone, a to h."""
    courier_bucket: str
    """Name of the one bucket that can be reached."""
    key_alias: str
    """Alias of the one key that can be used, ``alias/...``."""
    role_name: str
    """Name of the one role that can call."""
    create_seed: NotRequired[bool]
    """Let a seed be made, once; false when absent."""
    locked: NotRequired[bool]
    """Refuse changes to the DNS firewall's association until unlocked; true when absent."""
    tags: NotRequired[dict[str, str]]
    """Tags of every resource that can have them."""


class VaultNetwork(ComponentResource):
    """A VPC of its own without gateway, peering or route: only S3 and KMS answer in it.

    One subnet in one zone: network ACLs do not act within a subnet, so its ACL can have no rule at
    all; and the endpoints' names stay within it. What may pass the endpoints is spelled out with
    names known before anything is made, so a preview can judge every word of it.
    """

    vpc_id: Output[str]
    """Id of the VPC."""
    subnet_id: Output[str]
    """Id of the subnet, known once everything that closes it is there: hosts depend on it."""
    security_group_id: Output[str]
    """Security group of the signer's host: to the endpoints, port 443, and nowhere else."""

    def __init__(
        self, name: str, args: VaultNetworkArgs, opts: ResourceOptions | None = None
    ) -> None:
        network = block("cidr", args["cidr"], smallest=28)
        zone_name = zone("zone", args["region"], args["zone"])
        super().__init__("nodekeep:index:VaultNetwork", name, {}, opts)
        tags = {**args.get("tags", {}), "Name": name}
        vpc = aws.ec2.Vpc(
            f"{name}-vpc",
            cidr_block=str(network),
            assign_generated_ipv6_cidr_block=False,
            enable_dns_hostnames=True,  # both, or the endpoints' private names do not resolve
            enable_dns_support=True,
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        subnet = aws.ec2.Subnet(
            f"{name}-subnet",
            vpc_id=vpc.id,
            availability_zone=zone_name,
            cidr_block=str(network),
            assign_ipv6_address_on_creation=False,
            map_public_ip_on_launch=False,
            tags=tags,
            opts=ResourceOptions(parent=self),
        )
        emptied = empty(name, vpc, subnet.id, tags, self)
        host_group, endpoint_group, rule = security_groups(name, vpc.id, tags, self)
        endpoints = self._endpoints(name, args, vpc.id, subnet.id, endpoint_group)
        firewall = DnsFirewall(
            f"{name}-dns",
            {
                "vpc_id": vpc.id,
                "domains": _domains(args),
                "locked": args.get("locked", True),
                "tags": args.get("tags", {}),
            },
            opts=ResourceOptions(parent=self),
        )
        closed = [part.id for part in (*emptied, rule, *endpoints)]
        ready = Output.all(subnet.id, firewall.association_id, *closed)
        self.vpc_id = vpc.id
        self.subnet_id = ready.apply(lambda ids: str(ids[0]))
        self.security_group_id = host_group
        self.register_outputs(
            {
                "vpcId": self.vpc_id,
                "subnetId": self.subnet_id,
                "securityGroupId": self.security_group_id,
            }
        )

    def _endpoints(
        self,
        name: str,
        args: VaultNetworkArgs,
        vpc_id: Input[str],
        subnet_id: Input[str],
        group_id: Input[str],
    ) -> list[CustomResource]:
        """Bring S3 and KMS into the subnet, each for one role and one bucket or key."""
        create_seed = args.get("create_seed", False)
        account_id, region = args["account_id"], args["region"]
        allowed = {
            "s3": may.courier(args["courier_bucket"], create_seed=create_seed),
            "kms": may.seed(
                region, account_id, args["key_alias"], args["stack"], create_seed=create_seed
            ),
        }
        return [
            aws.ec2.VpcEndpoint(
                f"{name}-{service}",
                vpc_id=vpc_id,
                service_name=f"com.amazonaws.{region}.{service}",
                vpc_endpoint_type="Interface",
                subnet_ids=[subnet_id],
                security_group_ids=[group_id],
                private_dns_enabled=True,
                # Explicit, at creation: else AWS asks for a gateway endpoint beside the one of S3.
                dns_options={"private_dns_only_for_inbound_resolver_endpoint": False}
                if service == "s3"
                else None,
                policy=document(*may.through_endpoint(statements, account_id, args["role_name"])),
                tags={**args.get("tags", {}), "Name": f"{name}-{service}"},
                opts=ResourceOptions(parent=self),
            )
            for service, statements in allowed.items()
        ]


def _domains(args: VaultNetworkArgs) -> list[str]:
    """Return the only names the vault resolves."""
    region = args["region"]
    return [
        f"kms.{region}.amazonaws.com",
        f"s3.{region}.amazonaws.com",
        f"{args['courier_bucket']}.s3.{region}.amazonaws.com",
    ]
