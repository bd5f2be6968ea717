"""Whole stacks: the shipped ones, resource by resource, and any that settings allow."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from pulumi import Output
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from stacks.compose import deploy
from stacks.config import from_file
from stacks.settings import Settings
from tests.engine import Engine, Resource, plain, run_program
from tests.stacks.test_properties import valid

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "stacks").glob("Pulumi.*.yaml"))
INSTANCE = "aws:ec2/instance:Instance"

WAYS_OUT = (
    "aws:ec2/carrierGateway",
    "aws:ec2/customerGateway",
    "aws:ec2/egressOnlyInternetGateway",
    "aws:ec2/eip",
    "aws:ec2/internetGateway",
    "aws:ec2/natGateway",
    "aws:ec2/networkInterface",
    "aws:ec2/route:",
    "aws:ec2/vpcPeering",
    "aws:ec2/vpnConnection",
    "aws:ec2/vpnGateway",
    "aws:ec2transitgateway/",
    "aws:ram/",
    "aws:route53/resolverEndpoint",
    "aws:route53/resolverRule",
    "aws:route53/zone",
    "aws:vpclattice/",
)


def run(wanted: Settings, *, preview: bool = False) -> tuple[Engine, dict[str, Any]]:
    """Compose a stack; return what was registered, and what it exports when it is known."""
    told: dict[str, Any] = {}

    def program() -> Output[None]:
        exports = deploy(wanted)
        assert set(exports) >= {"endpoint", "image", "hosts"}
        return Output.from_input(exports).apply(told.update)

    return run_program(program, preview=preview), told


@pytest.fixture(scope="module", params=FILES, ids=lambda file: file.name)
def shipped(request: pytest.FixtureRequest) -> Settings:
    """The settings of a shipped stack file."""
    return from_file(request.param)


@pytest.fixture(scope="module")
def made(shipped: Settings) -> tuple[Engine, dict[str, Any]]:
    """A shipped stack."""
    return run(shipped)


def test_a_stack_is_these_resources(
    made: tuple[Engine, dict[str, Any]], snapshot: SnapshotAssertion
) -> None:
    """By type and name: a changed name is another resource, and the old one goes."""
    found: dict[str, list[str]] = {}
    for resource in sorted(made[0].resources, key=lambda it: (it.typ, it.name)):
        found.setdefault(resource.typ, []).append(resource.name)
    assert found == snapshot(extension_class=JSONSnapshotExtension)


def test_a_preview_asks_for_the_same(shipped: Settings, made: tuple[Engine, Any]) -> None:
    previewed, _ = run(shipped, preview=True)
    assert {it.urn for it in previewed.resources} == {it.urn for it in made[0].resources}


def test_all_names_in_aws_are_within_their_limits(made: tuple[Engine, Any]) -> None:
    limits = {
        "aws:iam/role:Role": 64 - 8,
        "aws:iam/instanceProfile:InstanceProfile": 128 - 8,
        "aws:ec2/securityGroup:SecurityGroup": 255 - 8,
        "aws:lb/loadBalancer:LoadBalancer": 32,
        "aws:lb/targetGroup:TargetGroup": 32,
        "aws:s3/bucket:Bucket": 63,
    }
    for resource in made[0].resources:
        name = resource.inputs.get("bucket") or resource.inputs.get("name") or resource.name
        assert len(name) <= limits.get(resource.typ, 2_048), resource.name


def test_everything_is_tagged_with_its_stack(shipped: Settings, made: tuple[Engine, Any]) -> None:
    tagged = [it for it in made[0].resources if "tags" in it.inputs]
    assert {it.inputs["tags"]["nodekeep:stack"] for it in tagged} == {shipped.stack}
    kinds = {it.typ for it in made[0].resources if it.custom} - {it.typ for it in tagged}
    assert not kinds & {INSTANCE, "aws:ebs/volume:Volume", "aws:lb/targetGroup:TargetGroup"}


def test_people_and_programs_are_told_what_they_need(
    shipped: Settings, made: tuple[Engine, dict[str, Any]]
) -> None:
    told = made[1]
    hosts = {f"{node}.{host}" for node, it in shipped.nodes.items() for host in it.hosts}
    assert set(told["hosts"]) == set(told["shell"]) == hosts
    assert set(told["volume_ids"]) == set(shipped.nodes)
    assert set(told["rpc_secret_arns"]) == set(shipped.coin.rpc_users)
    assert told["endpoint"].endswith(f":{shipped.chain.ports.rpc}")
    assert told["ports"]["health"] == 9150
    assert "@sha256:" in told["image"]
    assert told["region"] == shipped.region
    assert ("vault" in told) is ("signer" in told) is (shipped.signer is not None)


def test_only_the_given_chain_is_open_to_everybody(
    shipped: Settings, made: tuple[Engine, Any]
) -> None:
    rules = made[0].of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    open_ports = {it.inputs["fromPort"] for it in rules if it.inputs.get("cidrIpv4") == "0.0.0.0/0"}
    expected = {shipped.chain.ports.p2p} if shipped.chain.ready.peers_min else set()
    assert open_ports == expected


def test_whitelists_have_the_chains_own_methods(
    shipped: Settings, made: tuple[Engine, Any]
) -> None:
    manifest = json.loads(plain(made[0].named(f"{shipped.stack}-a-desired").inputs["value"]))
    methods = set(manifest["rpc_users"]["caller"]["methods"])
    assert methods == {*shipped.coin.rpc_users["caller"], *shipped.chain.caller_methods}
    assert len(json.dumps(manifest, separators=(",", ":"))) < 8_192


def test_what_kept_data_needs_is_kept_and_nothing_else(
    shipped: Settings, made: tuple[Engine, Any]
) -> None:
    protected = {
        it.typ.split(":")[0] + ":" + it.typ.split(":")[2]
        for it in made[0].resources
        if it.protect and it.custom
    }
    if not shipped.keep:
        assert not protected
        left = [it.name for it in made[0].resources if it.retain_on_delete]
        assert left == [f"{shipped.stack}-hostfiles-archive"]  # goes with its bucket
    else:
        assert {"aws:Volume", "aws:Repository", "docker:Image", "command:Command"} <= protected
        assert "aws:Instance" not in protected


def texts(value: Any) -> Iterator[str]:
    """Return every text in some inputs."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else ():
        yield from texts(inner)
    for inner in value if isinstance(value, list) else ():
        yield from texts(inner)


def ids(resource: Resource) -> set[str]:
    """Return all ids of other resources in a resource's inputs."""
    return {text for text in texts(resource.inputs) if text.endswith("-id")}


def reached(engine: Engine, start: str) -> set[Resource]:
    """Return all that hangs together with a resource by ids, whichever way they point.

    A way out of a network is a chain of resources that name each other: an instance its subnet and
    group, a route its table and gateway, a peering both its networks.
    """
    by_id = {f"{it.name}-id": it for it in engine.resources if it.custom}
    near: dict[Resource, set[Resource]] = {it: set() for it in engine.resources}
    for resource in engine.resources:
        for other in (by_id[name] for name in ids(resource) if name in by_id):
            near[resource].add(other)
            near[other].add(resource)
    seen: set[Resource] = set()
    waiting = {engine.named(start)}
    while waiting:
        seen |= waiting
        waiting = {other for resource in waiting for other in near[resource]} - seen
    return seen


def assert_no_way_out(engine: Engine, stack: str) -> None:
    """The signer's resources hang together, and nothing among them leads anywhere."""
    found = reached(engine, f"{stack}-signer-host-instance")
    names = {resource.name for resource in found}
    assert {f"{stack}-vault-vpc", f"{stack}-vault-subnet", f"{stack}-vault-s3"} <= names
    for resource in found:
        assert not resource.typ.startswith(WAYS_OUT), resource.name
        assert resource.name.startswith((f"{stack}-vault", f"{stack}-signer")), resource.name
        assert not {"0.0.0.0/0", "::/0"} & set(texts(resource.inputs)), resource.name
        assert not {it.name for it in engine.needs(resource)} & {f"{stack}-edge"}


def test_the_signer_has_no_way_out(shipped: Settings, made: tuple[Engine, Any]) -> None:
    if shipped.signer:
        assert_no_way_out(made[0], shipped.stack)


def test_the_search_for_a_way_out_finds_one(shipped: Settings, made: tuple[Engine, Any]) -> None:
    """The same search from a node's host comes to the internet gateway."""
    node = next(iter(shipped.nodes))
    host = next(iter(shipped.nodes[node].hosts))
    found = reached(made[0], f"{shipped.stack}-{node}-{host}-instance")
    assert f"{shipped.stack}-edge-gateway" in {resource.name for resource in found}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(valid())
def test_any_valid_settings_compose(mapping: dict[str, Any]) -> None:
    chosen = {**deepcopy(mapping), "coin": "bitcoin"}
    chosen.pop("prune_mib", None)  # needs a volume of another size
    wanted = Settings.parse(chosen, stack="test", region="eu-central-1", catalogue=ROOT / "docker")
    engine, told = run(wanted)
    assert set(told["volume_ids"]) == set(wanted.nodes)
    for volume in engine.of("aws:ebs/volume:Volume"):
        assert not volume.dependencies
        assert volume.protect is volume.retain_on_delete is wanted.keep
    for host in engine.of(INSTANCE):
        assert "keyName" not in host.inputs
        assert host.inputs["metadataOptions"]["httpTokens"] == "required"
        assert yaml.safe_load(host.inputs["userData"])
    if wanted.signer:
        assert_no_way_out(engine, "test")
