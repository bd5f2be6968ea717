"""The signer's host, bucket and key."""

from typing import Any

import pytest
import yaml

from components import Signer
from tests.components.arguments import SIGNER, changed
from tests.engine import Engine, run_program

KEY = "aws:kms/key:Key"
INSTANCE = "aws:ec2/instance:Instance"


@pytest.fixture(scope="module", params=[False, True], ids=["update", "preview"])
def made(request: pytest.FixtureRequest) -> Engine:
    """The signer, as it is made and as it is previewed."""
    return run_program(lambda: Signer("signer", SIGNER), preview=request.param)


def signer(**change: Any) -> Engine:
    """Return what is made with changed arguments."""
    return run_program(lambda: Signer("signer", changed(SIGNER, **change)))


def statements(made: Engine, typ: str) -> dict[str, Any]:
    """Return the statements of the only policy of a type, which is known."""
    found = made.one(typ).document("policy")["Statement"]
    return {statement["Sid"]: statement for statement in found}


def test_nothing_reaches_the_host(made: Engine) -> None:
    host = made.inputs(INSTANCE)
    assert host["associatePublicIpAddress"] is False
    assert "keyName" not in host
    assert host["vpcSecurityGroupIds"] == ["sg-vault"]
    assert host["enclaveOptions"] == {"enabled": False}
    assert not made.of("aws:ec2/eip:Eip")
    assert not made.of("aws:ec2/networkInterface:NetworkInterface")


def test_it_is_made_anew_when_it_is_told_something_else(made: Engine) -> None:
    host = made.one(INSTANCE)
    assert host.inputs["userDataReplaceOnChange"] is True
    assert host.ignore_changes == ("ami",)


def test_user_data_holds_public_names_only(made: Engine) -> None:
    user_data = yaml.safe_load(made.inputs(INSTANCE)["userData"])
    (identity,) = user_data["write_files"]
    assert identity["content"].splitlines() == [
        "NODEKEEP_STACK=bitcoin-test",
        "NODEKEEP_COURIER=bitcoin-test-courier",
        "NODEKEEP_SEED_KEY=alias/nodekeep/bitcoin-test/seed",
        "AWS_DEFAULT_REGION=eu-central-1",
        "AWS_REGION=eu-central-1",
        "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT=regional",
    ]


def test_its_role_has_one_inline_policy_and_no_other(made: Engine) -> None:
    assert set(statements(made, "aws:iam/rolePolicy:RolePolicy")) == {
        "Read",
        "Write",
        "List",
        "Seed",
        "VpcOnly",
        "AddressOnly",
    }
    assert made.inputs("aws:iam/role:Role")["name"] == "bitcoin-test-signer"
    attached = [it for it in made.resources if "Attachment" in it.typ]
    assert not attached
    assert not {"managedPolicyArns", "inlinePolicies"} & set(made.inputs("aws:iam/role:Role"))


def test_it_manages_no_session(made: Engine) -> None:
    policy = made.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    assert not [service for service in ("ssm", "ec2messages", "logs:") if service in policy]


def test_the_bucket_refuses_overwriting_and_the_role_from_elsewhere(made: Engine) -> None:
    found = statements(made, "aws:s3/bucketPolicy:BucketPolicy")
    assert set(found) == {"TlsOnly", "WriteOnce", "SignerFromItsVpc"}
    arn = "arn:aws:s3:::bitcoin-test-courier"
    assert found["WriteOnce"]["Resource"] == [
        f"{arn}/{prefix}/*" for prefix in ("inbox", "signed", "seed", "descriptor")
    ]
    assert found["SignerFromItsVpc"]["Resource"] == [arn, f"{arn}/*"]


def test_the_key_refuses_everybody_but_the_role(made: Engine) -> None:
    found = statements(made, KEY)
    assert set(found) == {"Administer", "Signer", "SignerFromItsVpc", "NoGrants"}
    assert made.inputs(KEY)["enableKeyRotation"] is True
    assert not made.of("aws:kms/grant:Grant")


@pytest.mark.parametrize("create", [True, False])
def test_a_seed_is_wrapped_only_while_it_is_made(*, create: bool) -> None:
    made = signer(create_seed=create)
    for typ, sid in ((KEY, "Signer"), ("aws:iam/rolePolicy:RolePolicy", "Seed")):
        assert ("kms:Encrypt" in statements(made, typ)[sid]["Action"]) is create


def test_funds_outlive_a_kept_stack() -> None:
    made = signer(keep=True)
    assert made.inputs(KEY)["deletionWindowInDays"] == 30
    assert made.inputs("aws:s3/bucket:Bucket")["forceDestroy"] is False
    for resource in made.resources:
        if resource.typ.startswith(("aws:s3/", "aws:kms/")):
            assert resource.protect, resource.name


def test_a_test_stack_leaves_nothing_behind() -> None:
    made = signer(keep=False)
    assert made.inputs(KEY)["deletionWindowInDays"] == 7
    assert made.inputs("aws:s3/bucket:Bucket")["forceDestroy"] is True
    assert not [it.name for it in made.resources if it.protect or it.retain_on_delete]


def test_the_host_is_not_protected_as_it_is_cattle() -> None:
    assert not signer(keep=True).one(INSTANCE).protect


def test_it_is_no_host_of_a_node(made: Engine) -> None:
    """Commands that look for hosts by their tags leave it alone."""
    assert not {"nodekeep:host", "nodekeep:node"} & set(made.inputs(INSTANCE)["tags"])


def test_no_secret_value_is_in_the_program(made: Engine) -> None:
    kinds = ("secretVersion", "ciphertext", "Parameter", "randomPassword")
    assert not [it for it in made.resources if any(kind in it.typ for kind in kinds)]
