"""One EC2 instance: cattle, reached by Session Manager only."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Input, Output, ResourceOptions

from components._names import whole

ROOT_GIB = range(8, 1_025)


class HostArgs(TypedDict):
    """Inputs of `Host`."""

    ami_id: Input[str]
    """Amazon Linux 2023 for the architecture of the type. A newer one changes no host there is."""
    instance_type: str
    """EC2 type, such as ``t4g.medium``; it decides the architecture."""
    subnet_id: Input[str]
    """Subnet, and so the zone."""
    security_group_ids: list[Input[str]]
    """All security groups of the host."""
    instance_profile: Input[str]
    """Name of the instance profile: the host's only credentials."""
    user_data: str
    """cloud-config, at most 16 KiB, with nothing secret in it."""
    replace_on_user_data: NotRequired[bool]
    """Make the host anew when its user data changes, instead of not at all; false when absent."""
    public: NotRequired[bool]
    """Give the host a public address; false when absent."""
    root_gib: NotRequired[int]
    """Size of the root volume, 20 when absent, 8 to 1024 GiB; it holds nothing worth keeping."""
    tags: NotRequired[dict[str, str]]
    """Tags of the instance and its root volume."""


class Host(ComponentResource):
    """An instance with IMDSv2 only, an encrypted root volume, and no key pair.

    User data and AMI act at birth only: a change of either would stop and start, or replace,
    every host of a stack at once. Hosts are replaced one by one, by a command.
    """

    instance_id: Output[str]
    """Id of the instance."""
    private_ip: Output[str]
    """Address in the VPC."""

    def __init__(self, name: str, args: HostArgs, opts: ResourceOptions | None = None) -> None:
        root_gib = whole("rootGib", args.get("root_gib", 20), ROOT_GIB, "GiB")
        super().__init__("nodekeep:index:Host", name, {}, opts)
        tags = {**args.get("tags", {}), "Name": name}
        replace = args.get("replace_on_user_data", False)
        born_with = ["ami"] if replace else ["ami", "userData", "userDataBase64"]
        instance = aws.ec2.Instance(
            f"{name}-instance",
            ami=args["ami_id"],
            instance_type=args["instance_type"],
            subnet_id=args["subnet_id"],
            vpc_security_group_ids=args["security_group_ids"],
            iam_instance_profile=args["instance_profile"],
            associate_public_ip_address=args.get("public", False),
            user_data=args["user_data"],
            user_data_replace_on_change=replace,
            enclave_options={"enabled": False},  # no enclave: nobody answers on vsock
            maintenance_options={"auto_recovery": "default"},
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
                "http_protocol_ipv6": "disabled",
                "instance_metadata_tags": "disabled",
            },
            root_block_device={
                "volume_type": "gp3",
                "volume_size": root_gib,
                "encrypted": True,
                "delete_on_termination": True,
                "tags": tags,
            },
            tags=tags,
            opts=ResourceOptions(parent=self, ignore_changes=born_with),
        )
        self.instance_id = instance.id
        self.private_ip = instance.private_ip
        self.register_outputs({"instanceId": self.instance_id, "privateIp": self.private_ip})
