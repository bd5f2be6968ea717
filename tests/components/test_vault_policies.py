"""What the signer may do, and what stands around it; one test a statement."""

from typing import Any

from components import _vault_policies as vault
from tests.components.test_policies import actions
from tests.engine import ACCOUNT, REGION

ARN = "arn:aws:s3:::courier"
ROLE = "bitcoin-test-signer"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
ALIAS = "alias/nodekeep/bitcoin-test/seed"


def test_the_signer_reads_drafts_and_writes_signatures() -> None:
    read, write, listed = vault.courier("courier", create_seed=False)
    assert read["Resource"] == [
        f"{ARN}/{prefix}/*" for prefix in ("image", "inbox", "policy", "seed", "audit")
    ]
    assert write["Resource"] == [f"{ARN}/{prefix}/*" for prefix in ("signed", "audit", "probe")]
    assert listed["Resource"] == ARN
    assert listed["Condition"]["StringLike"]["s3:prefix"] == [
        "inbox/*",
        "policy/*",
        "seed/*",
        "audit/*",
    ]


def test_the_signer_deletes_and_tags_nothing() -> None:
    both = [*vault.courier("courier", create_seed=True), *_seed(create_seed=True)]
    everything = {action for statement in both for action in actions(statement)}
    assert everything == {
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:PutObject",
        "kms:Decrypt",
        "kms:Encrypt",
    }


def test_a_seed_can_be_written_only_while_it_is_made() -> None:
    _, write, _ = vault.courier("courier", create_seed=True)
    assert {f"{ARN}/seed/*", f"{ARN}/descriptor/*"} <= set(write["Resource"])
    _, write, _ = vault.courier("courier", create_seed=False)
    assert not {f"{ARN}/seed/*", f"{ARN}/descriptor/*"} & set(write["Resource"])


def _seed(*, create_seed: bool) -> list[dict[str, Any]]:
    return vault.seed(REGION, ACCOUNT, ALIAS, "bitcoin-test", create_seed=create_seed)


def test_the_seed_is_unwrapped_by_its_key_for_its_stack() -> None:
    (statement,) = _seed(create_seed=False)
    assert statement["Action"] == ["kms:Decrypt"]
    assert statement["Condition"] == {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": ALIAS},
        "StringEquals": {"kms:EncryptionContext:stack": "bitcoin-test"},
    }


def test_the_seed_is_wrapped_only_while_it_is_made() -> None:
    (statement,) = _seed(create_seed=True)
    assert statement["Action"] == ["kms:Decrypt", "kms:Encrypt"]


def test_an_endpoint_passes_one_role_of_one_account() -> None:
    inner = [*vault.courier("courier", create_seed=False), *_seed(create_seed=False)]
    for before, after in zip(inner, vault.through_endpoint(inner, ACCOUNT, ROLE), strict=True):
        condition = after["Condition"]
        assert condition["ArnEquals"] == {"aws:PrincipalArn": ROLE_ARN}
        assert condition["StringEquals"]["aws:PrincipalAccount"] == ACCOUNT
        assert condition["StringEquals"]["aws:ResourceAccount"] == ACCOUNT
        for operator, keys in before.get("Condition", {}).items():
            assert keys.items() <= condition[operator].items()
        assert (before["Action"], before["Resource"]) == (after["Action"], after["Resource"])


def test_the_roles_credentials_work_on_its_instance_only() -> None:
    from_vpc, from_address = vault.only_from_its_instance()
    for statement in (from_vpc, from_address):
        assert (statement["Effect"], statement["Action"]) == ("Deny", "*")
        assert statement["Condition"]["BoolIfExists"] == {"aws:ViaAWSService": "false"}
    assert from_vpc["Condition"]["StringNotEquals"] == {
        "aws:EC2InstanceSourceVPC": "${aws:SourceVpc}"
    }
    assert from_address["Condition"]["StringNotEquals"] == {
        "aws:EC2InstanceSourcePrivateIPv4": "${aws:VpcSourceIp}"
    }


def test_bucket_and_key_refuse_the_role_from_elsewhere() -> None:
    statement = vault.signer_only_from_its_vpc(ACCOUNT, ROLE, "kms:*", ["*"])
    assert statement["Effect"] == "Deny"
    assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": ROLE_ARN}
    assert statement["Condition"]["BoolIfExists"] == {"aws:ViaAWSService": "false"}


def test_whoever_administers_the_key_cannot_use_it() -> None:
    crypto = ("Decrypt", "Encrypt", "ReEncrypt", "GenerateData", "Sign", "CreateGrant", "*")
    for action in vault.administer_key(ACCOUNT)["Action"]:
        assert not action.removeprefix("kms:").startswith(crypto)


def test_the_key_is_used_by_the_signer_for_its_stack() -> None:
    statement = vault.use_key(ACCOUNT, ROLE, "bitcoin-test", create_seed=False)
    assert statement["Action"] == ["kms:Decrypt"]
    assert statement["Condition"] == {
        "ArnEquals": {"aws:PrincipalArn": ROLE_ARN},
        "StringEquals": {"kms:EncryptionContext:stack": "bitcoin-test"},
    }


def test_nobody_grants_the_key_away() -> None:
    assert vault.no_grants()["Effect"] == "Deny"
    assert vault.no_grants()["Action"] == "kms:CreateGrant"
    assert vault.no_grants()["Principal"] == "*"
