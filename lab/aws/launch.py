"""RunInstances: records with a place in the lab's networks, then hosts that boot."""

from ministack.core.responses import get_region
from ministack.services import ec2

from lab.aws import catalogue, descriptions, store
from lab.aws.addresses import free_address
from lab.aws.engine import Engine
from lab.aws.hosts import Hosts
from lab.aws.lifecycle import RefusedError, State
from lab.aws.markup import Value
from lab.aws.networks import EDGE, VAULT, Networks
from lab.aws.settings import ACCOUNT
from lab.aws.store import Answer, Params, Record
from lab.aws.volume_api import VolumeApi


class Launch:
    """The handler and what it needs."""

    def __init__(
        self, engine: Engine, networks: Networks, hosts: Hosts, volume_api: VolumeApi
    ) -> None:
        self._settings = engine.settings
        self._networks = networks
        self._hosts = hosts
        self._volume_api = volume_api

    def install(self) -> None:
        """Take over from MiniStack."""
        store.install({"RunInstances": self.run})

    def run(self, params: Params) -> Answer:
        """RunInstances: pending at once, running when the container is up."""
        token = store.text(params, "ClientToken")
        known = [r for r in ec2._instances.values() if token and r.get("ClientToken") == token]
        records = known or self._create(params, token)
        shown: Value = {
            "reservationId": f"r-{records[0]['InstanceId'][2:]}",
            "ownerId": ACCOUNT,
            "groupSet": [],
            "instancesSet": [
                descriptions.instance(record, store.tags(record["InstanceId"]))
                for record in records
            ],
        }
        if not known:
            for record in records:
                store.background(self._hosts.boot, record)
        return store.answer("RunInstances", shown)

    def _create(self, params: Params, token: str) -> list[Record]:
        image = catalogue.image(store.text(params, "ImageId"))
        kind = store.text(params, "InstanceType", "m1.small")
        if catalogue.architecture_of(kind) != image.architecture:
            text = (
                f"The architecture '{catalogue.architecture_of(kind)}' of the specified instance "
                f"type does not match the architecture '{image.architecture}' of the specified AMI."
            )
            raise RefusedError("InvalidParameterValue", text)
        interface = dict(store.numbered(params, "NetworkInterface")).get("NetworkInterface.1.", {})
        subnet_id = store.text(interface, "SubnetId") or store.text(params, "SubnetId")
        subnet = ec2._subnets.get(subnet_id or ec2._DEFAULT_SUBNET_ID)
        if subnet is None:
            text = f"The subnet ID '{subnet_id}' does not exist"
            raise RefusedError("InvalidSubnetID.NotFound", text)
        profile, error = ec2._resolve_iam_instance_profile(
            iam_arn=store.text(params, "IamInstanceProfile.Arn"),
            iam_name=store.text(params, "IamInstanceProfile.Name"),
        )
        if error:
            name = store.text(params, "IamInstanceProfile.Name")
            text = (
                f"Value ({name}) for parameter iamInstanceProfile.name is invalid. "
                "Invalid IAM Instance Profile name"
            )
            raise RefusedError("InvalidParameterValue", text)
        groups = store.members(interface, "SecurityGroupId") or store.members(
            params, "SecurityGroupId"
        )
        records: list[Record] = ec2._launch_instances_internal(
            image_id=image.id,
            instance_type=kind,
            subnet_id=subnet["SubnetId"],
            count=int(store.text(params, "MaxCount", "1")),
            key_name=store.text(params, "KeyName"),
            user_data=store.text(params, "UserData"),
            sg_ids=groups or [ec2._vpcs[subnet["VpcId"]]["DefaultSecurityGroupId"]],
            iam_profile=profile,
        )
        for record in records:
            record |= {"ClientToken": token, "Architecture": image.architecture}
            self._settle(record, params, interface, subnet)
        return records

    def _settle(self, record: Record, params: Params, interface: Params, subnet: Record) -> None:
        """Give a record what MiniStack made up: place, addresses, disks, options."""
        store.set_state(record, State.PENDING)
        vault = not store.has_gateway(record["VpcId"])
        record["_network"] = VAULT if vault else EDGE
        record["_image"] = self._settings.vault_image if vault else self._settings.host_image
        record["Placement"]["AvailabilityZone"] = subnet["AvailabilityZone"]
        with store.changing:
            network = self._networks.range_of(record["_network"])
            record["PrivateIpAddress"] = ""
            address = free_address(network, store.addresses())
            record["PrivateIpAddress"] = address
        dashed = address.replace(".", "-")
        record["PrivateDnsName"] = f"ip-{dashed}.{get_region()}.compute.internal"
        public = store.text(interface, "AssociatePublicIpAddress") or str(
            subnet["MapPublicIpOnLaunch"]
        )
        if public.lower() == "true":
            record["PublicIpAddress"] = address
            record["PublicDnsName"] = f"ec2-{dashed}.{get_region()}.compute.amazonaws.com"
        else:
            record |= {"PublicIpAddress": "", "PublicDnsName": ""}
        record["MetadataOptions"] = {
            key: store.text(params, f"MetadataOptions.{key}") or value
            for key, value in descriptions.METADATA_OPTIONS.items()
        }
        record["Monitoring"] = {
            "State": "enabled" if store.flag(params, "Monitoring.Enabled") else "disabled"
        }
        record["DisableApiStop"] = store.flag(params, "DisableApiStop")
        record["DisableApiTermination"] = store.flag(params, "DisableApiTermination")
        record["EbsOptimized"] = store.flag(params, "EbsOptimized")
        record["AutoRecovery"] = store.text(params, "MaintenanceOptions.AutoRecovery", "default")
        record["ShutdownBehaviour"] = store.text(
            params, "InstanceInitiatedShutdownBehavior", "stop"
        )
        tags = store.specified_tags(params, "instance")
        if tags:
            ec2._tags[record["InstanceId"]] = tags
        self._give_disks(record, params)

    def _give_disks(self, record: Record, params: Params) -> None:
        """Dress the root volume, which is the container itself, and make the others."""
        zone = record["Placement"]["AvailabilityZone"]
        (root, attachment), *_ = store.volumes_of(record["InstanceId"])
        root["AvailabilityZone"] = zone
        made = [root]
        for _, mapping in store.numbered(params, "BlockDeviceMapping"):
            ebs = {key.removeprefix("Ebs."): value for key, value in mapping.items()}
            ends = store.flag(ebs, "DeleteOnTermination", default=True)
            if store.text(mapping, "DeviceName") == record["RootDeviceName"]:
                root["Size"] = int(store.text(ebs, "VolumeSize") or root["Size"])
                root["Encrypted"] = store.flag(ebs, "Encrypted")
                root["VolumeType"] = store.text(ebs, "VolumeType") or root["VolumeType"]
                attachment["DeleteOnTermination"] = ends
                record["BlockDeviceMappings"][0]["Ebs"]["DeleteOnTermination"] = ends
            else:
                made.append(self._volume_api.launch(record, mapping, ebs, ends=ends))
        tags = store.specified_tags(params, "volume")
        for volume in made if tags else ():
            ec2._tags[volume["VolumeId"]] = [dict(tag) for tag in tags]
