"""What is refused before anything is made, and what is filled in."""

from pathlib import Path

import pytest

from lab.plugins import aws
from lab.plugins.aws.session import refuse
from lab.plugins.schema import Schema
from lab.plugins.servicer import Provider
from lab.plugins.wire import UNKNOWN, Properties
from tests.plugins.fakes import Engine
from tests.plugins.schemas import schema_file
from tests.plugins.toys import TYP, provider

GIVEN = {"availabilityZone": "eu-central-1a", "size": 1}


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Engine(provider(tmp_path))


@pytest.fixture(scope="module")
def real() -> Engine:
    schema = Schema(schema_file("aws"))
    return Engine(Provider(name="aws", version="1", kinds=aws.KINDS, schema=schema))


def test_a_type_that_is_not_in_the_table_is_refused(engine: Engine) -> None:
    _, failures = engine.check("aws:sqs/queue:Queue", {})
    assert "aws:sqs/queue:Queue is not among the lab's stand-ins" in failures[""]
    assert TYP in failures[""]


def test_an_input_the_sdk_does_not_know_is_refused(engine: Engine) -> None:
    _, failures = engine.check(TYP, GIVEN | {"colour": "red"})
    assert failures == {"colour": f"{TYP} has no input 'colour'"}


def test_an_input_the_stand_in_does_not_do_is_refused(engine: Engine) -> None:
    _, failures = engine.check(TYP, GIVEN | {"iops": 3000})
    assert "does not do 'iops'" in failures["iops"]


def test_a_missing_input_is_refused(engine: Engine) -> None:
    _, failures = engine.check(TYP, {"size": 1})
    assert failures == {"availabilityZone": f"{TYP} needs 'availabilityZone'"}


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"size": "big"}, "size"),
        ({"size": True}, "size"),
        ({"encrypted": "yes"}, "encrypted"),
        ({"zones": "a"}, "zones"),
        ({"zones": ["a", {}]}, "zones[1]"),
        ({"tags": ["a"]}, "tags"),
        ({"tags": {"a": ["b"]}}, "tags.a"),
    ],
)
def test_a_value_of_another_type_is_refused(engine: Engine, given: Properties, where: str) -> None:
    _, failures = engine.check(TYP, GIVEN | given)
    assert list(failures) == [where]


def test_values_not_yet_known_pass(engine: Engine) -> None:
    unknown = dict.fromkeys(("availabilityZone", "size", "zones", "tags"), UNKNOWN)
    inputs, failures = engine.check(TYP, unknown)
    assert not failures
    assert unknown.items() <= inputs.items()


def test_what_botocore_would_refuse_is_refused(real: Engine) -> None:
    _, failures = real.check(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        {"securityGroupId": "sg-1", "ipProtocol": "tcp", "cidrIpv4": "0.0.0.0/0"}
        | {"fromPort": -1, "toPort": 1, "description": "x"},
    )
    assert not failures
    _, failures = real.check("aws:iam/role:Role", {"assumeRolePolicy": ""})
    assert "valid min length" in failures[""]


def test_a_word_that_aws_does_not_know_is_refused(real: Engine) -> None:
    given = {"availabilityZone": "a", "type": "gp4", "size": 1}
    _, failures = real.check("aws:ebs/volume:Volume", given)
    assert "'gp4' is none of standard, io1" in failures[""]


def test_unknown_values_put_botocore_off_until_later(real: Engine) -> None:
    given = {"availabilityZone": UNKNOWN, "type": "gp4", "size": 1}
    assert not real.check("aws:ebs/volume:Volume", given)[1]


def test_an_input_that_aws_nests_is_checked_below(real: Engine) -> None:
    vpc = {"vpcId": "vpc-1", "ingress": [{"protocol": "tcp", "fromPort": 1}]}
    _, failures = real.check("aws:ec2/securityGroup:SecurityGroup", vpc)
    assert failures == {"ingress[0].toPort": "ingress[0] needs 'toPort'"}
    vpc = {
        "vpcId": "vpc-1",
        "ingress": [{"protocol": "tcp", "port": 1, "fromPort": 1, "toPort": 1}],
    }
    _, failures = real.check("aws:ec2/securityGroup:SecurityGroup", vpc)
    assert "ingress[0] has no 'port'" in failures["ingress[0].port"]


def test_defaults_are_filled_in_and_marked(engine: Engine) -> None:
    inputs, _ = engine.check(TYP, GIVEN)
    assert inputs["encrypted"] is False
    assert inputs["__defaults"] == ["encrypted", "name"]


def test_a_name_is_made_and_stays(engine: Engine) -> None:
    first, _ = engine.check(TYP, GIVEN)
    assert first["name"].startswith("name-")
    assert len(first["name"]) == len("name-") + 7
    again, _ = engine.check(TYP, GIVEN | {"size": 2}, first, b"another seed")
    assert again["name"] == first["name"]
    anew, _ = engine.check(TYP, GIVEN, None, b"another seed")
    assert anew["name"] != first["name"]


def test_a_name_given_is_kept_and_one_no_longer_given_is_made(engine: Engine) -> None:
    given, _ = engine.check(TYP, GIVEN | {"name": "mine"})
    assert given["name"] == "mine"
    made, _ = engine.check(TYP, GIVEN, given)
    assert made["name"].startswith("name-")


def test_a_prefix_begins_the_name(engine: Engine) -> None:
    inputs, _ = engine.check(TYP, GIVEN | {"namePrefix": "secret/"})
    assert inputs["name"].startswith("secret/")
    assert engine.check(TYP, GIVEN | {"namePrefix": UNKNOWN})[0]["name"] is UNKNOWN


def test_a_name_too_long_for_the_service_is_refused(engine: Engine) -> None:
    _, failures = engine.check(TYP, GIVEN | {"namePrefix": "x" * 14})
    assert "at most 13 characters" in failures[""]


def test_settings_without_effect_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert not refuse({"region": "eu-central-1", "version": "7.51.1", "defaultTags": "{}"})
    [(name, reason)] = refuse({"profile": "prod"})
    assert name == "profile"
    assert "does not heed 'profile'" in reason


def test_an_account_of_aws_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    [(_, reason)] = refuse({"region": "eu-central-1"})
    assert "AWS_ENDPOINT_URL is not set" in reason
