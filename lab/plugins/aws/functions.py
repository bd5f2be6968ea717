"""Functions: questions a program asks before it makes anything."""

import base64
from typing import Any

from lab.plugins.aws.session import AWS
from lab.plugins.servicer import Function
from lab.plugins.wire import Properties, Secret


def _caller_identity(_: Properties) -> Properties:
    told = AWS.call("sts", "get_caller_identity")
    known = {"accountId": told["Account"], "arn": told["Arn"], "userId": told["UserId"]}
    return known | {"id": told["Account"]}


def _region(_: Properties) -> Properties:
    return {"id": AWS.region, "name": AWS.region, "region": AWS.region, "description": AWS.region}


def _availability_zones(args: Properties) -> Properties:
    filters = [{"Name": f["name"], "Values": f["values"]} for f in args.get("filters", ())]
    filters += [{"Name": "state", "Values": [args["state"]]}] if "state" in args else []
    told = AWS.call("ec2", "describe_availability_zones", Filters=filters)["AvailabilityZones"]
    left_out = {*args.get("excludeNames", ()), *args.get("excludeZoneIds", ())}
    zones = sorted(
        (zone["ZoneName"], zone["ZoneId"])
        for zone in told
        if not {zone["ZoneName"], zone["ZoneId"]} & left_out
    )
    return {
        "id": AWS.region,
        "region": AWS.region,
        "names": [name for name, _ in zones],
        "zoneIds": [zone for _, zone in zones],
        "groupNames": sorted({zone.get("GroupName", AWS.region) for zone in told}),
    }


def _parameter(args: Properties) -> Properties:
    decrypt = args.get("withDecryption", True)
    told: Any = AWS.call("ssm", "get_parameter", Name=args["name"], WithDecryption=decrypt)
    found = told["Parameter"]
    secret = found["Type"] == "SecureString"
    return {
        "id": found["Name"],
        "name": found["Name"],
        "arn": found.get("ARN", ""),
        "type": found["Type"],
        "value": Secret(found["Value"]),
        "insecureValue": None if secret else found["Value"],
        "version": found["Version"],
        "region": AWS.region,
        "withDecryption": decrypt,
    }


def _authorization_token(args: Properties) -> Properties:
    asked = {"registryIds": [args["registryId"]]} if "registryId" in args else {}
    [told] = AWS.call("ecr", "get_authorization_token", **asked)["authorizationData"]
    username, _, password = base64.b64decode(told["authorizationToken"]).decode().partition(":")
    return {
        "id": AWS.region,
        "region": AWS.region,
        "authorizationToken": Secret(told["authorizationToken"]),
        "expiresAt": told["expiresAt"].isoformat(),
        "password": Secret(password),
        "proxyEndpoint": told["proxyEndpoint"],
        "userName": username,
    }


FUNCTIONS: dict[str, Function] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": _availability_zones,
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": _authorization_token,
    "aws:ssm/getParameter:getParameter": _parameter,
}
