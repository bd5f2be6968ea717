"""Instances and volumes as DescribeInstances and DescribeVolumes show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from lab.aws.addresses import hardware_address
from lab.aws.markup import Value, tag_set
from lab.aws.settings import ACCOUNT

Tags = Sequence[Mapping[str, str]]
METADATA_OPTIONS = {
    "HttpTokens": "required",
    "HttpPutResponseHopLimit": "2",
    "HttpEndpoint": "enabled",
    "HttpProtocolIpv6": "disabled",
    "InstanceMetadataTags": "disabled",
}
"""As an Amazon Linux 2023 image sets them when the launch says nothing."""


def instance(record: Mapping[str, Any], tags: Tags) -> Value:
    """Return one instance."""
    gone = record["State"]["Name"] == "terminated"
    groups: Value = [
        {"groupId": group["GroupId"], "groupName": group["GroupName"]}
        for group in record["SecurityGroups"]
    ]
    options = record.get("MetadataOptions", METADATA_OPTIONS)
    reason = record.get("StateReason")
    place = {} if gone else _place(record, groups)
    return {
        "instanceId": record["InstanceId"],
        "imageId": record["ImageId"],
        "instanceState": {"code": record["State"]["Code"], "name": record["State"]["Name"]},
        "privateDnsName": "" if gone else record["PrivateDnsName"],
        "dnsName": "" if gone else record.get("PublicDnsName", ""),
        "reason": reason["Message"] if reason else "",
        "stateReason": {"code": reason["Code"], "message": reason["Message"]} if reason else None,
        "amiLaunchIndex": record["AmiLaunchIndex"],
        "clientToken": record.get("ClientToken"),
        "instanceType": record["InstanceType"],
        "keyName": record.get("KeyName") or None,
        "launchTime": record["LaunchTime"],
        "placement": {
            "availabilityZone": record["Placement"]["AvailabilityZone"],
            "groupName": "",
            "tenancy": "default",
        },
        "monitoring": {"state": record["Monitoring"]["State"]},
        **place,
        "sourceDestCheck": record.get("SourceDestCheck", True),
        "architecture": record["Architecture"],
        "rootDeviceType": "ebs",
        "rootDeviceName": record["RootDeviceName"],
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "ebsOptimized": record.get("EbsOptimized", False),
        "enaSupport": True,
        "blockDeviceMapping": [_mapping(mapping) for mapping in record["BlockDeviceMappings"]],
        "iamInstanceProfile": _profile(record.get("IamInstanceProfile")),
        "groupSet": groups,
        "tagSet": tag_set(tags),
        "metadataOptions": {
            "state": "applied",
            "httpTokens": options["HttpTokens"],
            "httpPutResponseHopLimit": options["HttpPutResponseHopLimit"],
            "httpEndpoint": options["HttpEndpoint"],
            "httpProtocolIpv6": options["HttpProtocolIpv6"],
            "instanceMetadataTags": options["InstanceMetadataTags"],
        },
        "maintenanceOptions": {"autoRecovery": record.get("AutoRecovery", "default")},
        "cpuOptions": {"coreCount": 1, "threadsPerCore": 2},
        "capacityReservationSpecification": {"capacityReservationPreference": "open"},
        "hibernationOptions": {"configured": False},
        "enclaveOptions": {"enabled": False},
    }


def volume(record: Mapping[str, Any], tags: Tags) -> Value:
    """Return one volume."""
    return {
        "volumeId": record["VolumeId"],
        "size": record["Size"],
        "snapshotId": record.get("SnapshotId", ""),
        "availabilityZone": record["AvailabilityZone"],
        "status": record["State"],
        "createTime": record["CreateTime"],
        "attachmentSet": [attachment(one) for one in record["Attachments"]],
        "tagSet": tag_set(tags),
        "volumeType": record["VolumeType"],
        "iops": record.get("Iops") or None,
        "throughput": record.get("Throughput") or None,
        "encrypted": record["Encrypted"],
        "kmsKeyId": record.get("KmsKeyId"),
        "multiAttachEnabled": False,
        "volumeInitializationRate": record.get("VolumeInitializationRate"),
    }


def attachment(record: Mapping[str, Any]) -> Value:
    """Return one attachment of a volume."""
    return {
        "volumeId": record["VolumeId"],
        "instanceId": record["InstanceId"],
        "device": record["Device"],
        "status": record["State"],
        "attachTime": record["AttachTime"],
        "deleteOnTermination": record["DeleteOnTermination"],
    }


def _place(record: Mapping[str, Any], groups: Value) -> dict[str, Value]:
    address = record["PrivateIpAddress"]
    interface: Value = {
        "networkInterfaceId": f"eni-{record['InstanceId'][2:]}",
        "subnetId": record["SubnetId"],
        "vpcId": record["VpcId"],
        "ownerId": ACCOUNT,
        "status": "in-use",
        "macAddress": hardware_address(address),
        "privateIpAddress": address,
        "sourceDestCheck": True,
        "groupSet": groups,
        "attachment": {
            "attachmentId": f"eni-attach-{record['InstanceId'][2:]}",
            "deviceIndex": 0,
            "status": "attached",
            "deleteOnTermination": True,
        },
        "privateIpAddressesSet": [{"privateIpAddress": address, "primary": True}],
        "interfaceType": "interface",
    }
    return {
        "subnetId": record["SubnetId"],
        "vpcId": record["VpcId"],
        "privateIpAddress": address,
        "ipAddress": record.get("PublicIpAddress") or None,
        "networkInterfaceSet": [interface],
    }


def _mapping(mapping: Mapping[str, Any]) -> Value:
    ebs = mapping["Ebs"]
    return {
        "deviceName": mapping["DeviceName"],
        "ebs": {
            "volumeId": ebs["VolumeId"],
            "status": ebs["Status"],
            "attachTime": ebs["AttachTime"],
            "deleteOnTermination": ebs["DeleteOnTermination"],
        },
    }


def _profile(profile: Mapping[str, str] | None) -> Value:
    return {"arn": profile["Arn"], "id": profile["Id"]} if profile else None
