"""A mock engine that records a program, and the function that runs one.

It refuses what a real engine or AWS would refuse and plain mocks let pass: two resources of one
name, and lookups that the test did not describe.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

os.environ["PULUMI_ERROR_OUTPUT_STRING"] = "1"  # f"{output}" raises, not warns

import pulumi
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks
from pulumi.runtime.mocks import MockMonitor

PROJECT = "nodekeep"
STACK = "bitcoin-test"
ACCOUNT = "000000000000"
REGION = "eu-central-1"
SECRET = "4dabf18193072939515e22adb298388d"  # how the engine's protocol marks a secret

LOOKUPS: dict[str, dict[str, Any]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": {
        "accountId": ACCOUNT,
        "arn": f"arn:aws:iam::{ACCOUNT}:root",
        "id": ACCOUNT,
        "userId": ACCOUNT,
    },
    "aws:ssm/getParameter:getParameter": {
        "id": "ami",
        "name": "ami",
        "arn": "arn:aws:ssm:::parameter/ami",
        "type": "String",
        "value": "ami-0123456789abcdef0",
        "insecureValue": "ami-0123456789abcdef0",
        "version": 1,
    },
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
        "authorizationToken": "QVdTOnBhc3N3b3Jk",
        "expiresAt": "2026-11-22T00:00:00Z",
        "id": REGION,
        "password": "registry-password",
        "proxyEndpoint": f"https://{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com",
        "userName": "AWS",
    },
}

_DIGEST = "sha256:" + 64 * "a"


@dataclass(frozen=True, eq=False)
class Resource:
    """A registered resource, with what mocks alone do not tell."""

    typ: str
    name: str
    urn: str
    inputs: dict[str, Any]
    custom: bool
    parent: str
    """URN of the parent."""
    dependencies: frozenset[str]
    """URNs of all resources that must be there before."""
    protect: bool
    retain_on_delete: bool
    ignore_changes: tuple[str, ...]
    import_id: str

    def document(self, key: str) -> dict[str, Any]:
        """Return a JSON input as data; it must be known when this is asked."""
        value = plain(self.inputs[key])
        assert isinstance(value, str), f"{self.name}.{key} is not known: {value}"
        found: dict[str, Any] = json.loads(value)
        return found


def plain(value: Any) -> Any:
    """Return a value without the mark of a secret."""
    return value["value"] if isinstance(value, dict) and SECRET in value else value


class Engine(Mocks):
    """Records registrations; answers as AWS would where components build on an answer."""

    def __init__(self, lookups: Mapping[str, dict[str, Any]], *, preview: bool) -> None:
        self.lookups = lookups
        self.preview = preview
        self.resources: list[Resource] = []
        self.calls: list[MockCallArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Return the id and the outputs of a resource; at preview, what is not known is absent."""
        if not args.custom or self.preview:
            return None if self.preview else "", dict(args.inputs)
        made = _made(args)
        return made.pop("id", f"{args.name}-id"), {**made, **args.inputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Answer a lookup the test described."""
        assert args.token in self.lookups, f"undescribed lookup: {args.token}"
        self.calls.append(args)
        return self.lookups[args.token], []

    def of(self, typ: str) -> list[Resource]:
        """Return the resources of a type, by name."""
        found = [resource for resource in self.resources if resource.typ == typ]
        return sorted(found, key=lambda resource: resource.name)

    def one(self, typ: str) -> Resource:
        """Return the only resource of a type."""
        (found,) = self.of(typ)
        return found

    def named(self, name: str) -> Resource:
        """Return the only resource of a name."""
        (found,) = [resource for resource in self.resources if resource.name == name]
        return found

    def inputs(self, typ: str) -> dict[str, Any]:
        """Return the inputs of the only resource of a type."""
        return self.one(typ).inputs

    def ancestors(self, resource: Resource) -> Iterator[Resource]:
        """Return a resource's parent, and that one's, up to the stack."""
        by_urn = {other.urn: other for other in self.resources}
        while resource.parent in by_urn:
            resource = by_urn[resource.parent]
            yield resource

    def needs(self, resource: Resource) -> set[Resource]:
        """Return all that must be there before a resource, however far."""
        by_urn = {other.urn: other for other in self.resources}
        found: set[str] = set()
        waiting = [resource.urn]
        while waiting:
            current = by_urn[waiting.pop()]
            new = {urn for urn in (*current.dependencies, current.parent) if urn in by_urn} - found
            found |= new
            waiting += new
        return {by_urn[urn] for urn in found}


class _Monitor(MockMonitor):
    """The mock engine's protocol, listened to."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.engine = engine

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name in the protocol
        """Record a registration with its options."""
        urn = self.make_urn(request.parent, request.type, request.name)
        assert urn not in self.resources, f"registered twice: {urn}"
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.engine.resources.append(_recorded(request, urn))
        return answer


def _recorded(request: Any, urn: str) -> Resource:
    """Return what a registration asked for."""
    return Resource(
        typ=request.type,
        name=request.name,
        urn=urn,
        inputs=pulumi.runtime.rpc.deserialize_properties(request.object, keep_unknowns=True),
        custom=request.custom,
        parent=request.parent,
        dependencies=frozenset(request.dependencies),
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        ignore_changes=tuple(request.ignoreChanges),
        import_id=request.importId,
    )


def _made(args: MockResourceArgs) -> dict[str, Any]:
    """Return what AWS adds to a resource when it makes it."""
    name = args.inputs.get("name", args.name)
    made: dict[str, Any] = {"arn": f"arn:aws:test:::{name}", "name": name}
    registry = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    match args.typ:
        case "aws:ebs/volume:Volume":
            made["id"] = "vol-0123456789abcdef0"
        case "aws:ecr/repository:Repository":
            made["repositoryUrl"] = f"{registry}/{name}"
        case "docker:index/image:Image":
            repository = args.inputs["imageName"].rpartition(":")[0]
            made["repoDigest"] = f"{repository}@{_DIGEST}"
        case "command:local:Command":
            made["stdout"] = _DIGEST
        case "aws:lb/loadBalancer:LoadBalancer":
            made["dnsName"] = f"{name}.elb.{REGION}.amazonaws.com"
        case "aws:ec2/vpc:Vpc":
            made |= {"defaultRouteTableId": "rtb-default", "defaultNetworkAclId": "acl-default"}
        case "aws:kms/key:Key":
            made["keyId"] = f"{name}-id"
        case _:
            pass
    return made


def run_program(
    program: Callable[[], object],
    *,
    lookups: Mapping[str, dict[str, Any]] = LOOKUPS,
    preview: bool = False,
) -> Engine:
    """Run a program until every registration and apply has landed."""
    engine = Engine(lookups, preview=preview)
    pulumi.runtime.set_all_config({})
    pulumi.runtime.set_mocks(engine, PROJECT, STACK, preview=preview, monitor=_Monitor(engine))
    pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    return engine
