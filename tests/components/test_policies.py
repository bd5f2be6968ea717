"""Policy documents: one test a statement, and what none of them may say."""

import json
from typing import Any

import pytest

from components import _bucket_policies as bucket
from components import _node_policies as node
from components._policies import document, lifecycle, trust_ec2
from tests.engine import ACCOUNT, REGION

ARN = "arn:aws:s3:::courier"

NODE = [
    node.read_own_state(),
    node.attach_to_itself(REGION, ACCOUNT),
    node.attach_own_volume(REGION, ACCOUNT, "bitcoin-test", "a"),
    node.read_parameters(REGION, ACCOUNT, "/nodekeep/bitcoin-test/a"),
    node.read_hostfiles(ACCOUNT, "hostfiles"),
    node.log_in_to_registry(),
    node.pull_image(REGION, ACCOUNT, "nodekeep/bitcoin-test/bitcoin"),
    node.keep_rpc_secrets(REGION, ACCOUNT, "bitcoin-test"),
    node.join_target_groups(REGION, ACCOUNT, "bitcoin-test"),
    node.serve_session_manager(),
]


def actions(statement: dict[str, Any]) -> list[str]:
    """Return a statement's actions, however many."""
    found = statement["Action"]
    return [found] if isinstance(found, str) else found


def test_a_document_has_the_version_that_knows_variables() -> None:
    assert json.loads(document({"Sid": "A"})) == {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "A"}],
    }


def test_only_ec2_takes_on_roles() -> None:
    assert trust_ec2()["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert trust_ec2()["Action"] == "sts:AssumeRole"


def test_images_with_a_tag_are_kept_for_ever() -> None:
    (rule,) = json.loads(lifecycle())["rules"]
    assert rule["selection"] == {
        "tagStatus": "untagged",
        "countType": "sinceImagePushed",
        "countUnit": "days",
        "countNumber": 14,
    }


@pytest.mark.parametrize("statement", NODE, ids=lambda statement: statement["Sid"])
def test_no_statement_of_a_node_has_a_wildcard_action(statement: dict[str, Any]) -> None:
    assert statement["Effect"] == "Allow"
    assert not [action for action in actions(statement) if "*" in action]


@pytest.mark.parametrize("statement", NODE, ids=lambda statement: statement["Sid"])
def test_everything_is_allowed_only_for_what_knows_no_resource(statement: dict[str, Any]) -> None:
    boundless = {"Describe", "RegistryLogin", "SessionManager"}
    assert (statement["Resource"] == "*") == (statement["Sid"] in boundless)


def test_a_host_attaches_to_itself_only() -> None:
    instances = f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance"
    statement = node.attach_to_itself(REGION, ACCOUNT)
    assert statement["Resource"] == f"{instances}/*"
    assert statement["Condition"] == {
        "ArnEquals": {"ec2:SourceInstanceARN": f"{instances}/${{ec2:InstanceID}}"}
    }


def test_a_host_attaches_its_nodes_volume_only() -> None:
    statement = node.attach_own_volume(REGION, ACCOUNT, "bitcoin-test", "a")
    assert statement["Resource"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:volume/*"
    assert statement["Condition"]["StringEquals"] == {
        "aws:ResourceTag/nodekeep:stack": "bitcoin-test",
        "aws:ResourceTag/nodekeep:node": "a",
    }
    assert statement["Condition"]["Null"] == {"aws:ResourceTag/nodekeep:host": "true"}


def test_a_host_reads_its_nodes_parameters_only() -> None:
    statement = node.read_parameters(REGION, ACCOUNT, "/nodekeep/bitcoin-test/a")
    assert statement["Resource"] == (
        f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/nodekeep/bitcoin-test/a/*"
    )
    readers = [it["Sid"] for it in NODE if "ssm:GetParameter" in actions(it)]
    assert readers == ["Manifests"]


def test_hostfiles_come_from_this_account_only() -> None:
    statement = node.read_hostfiles(ACCOUNT, "hostfiles")
    assert statement["Resource"] == "arn:aws:s3:::hostfiles/hostfiles/*"
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}


def test_images_come_from_the_stacks_repository_only() -> None:
    statement = node.pull_image(REGION, ACCOUNT, "nodekeep/bitcoin-test/bitcoin")
    assert statement["Resource"] == (
        f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/nodekeep/bitcoin-test/bitcoin"
    )
    assert "ecr:PutImage" not in actions(statement)


def test_rpc_secrets_of_other_stacks_stay_closed() -> None:
    statement = node.keep_rpc_secrets(REGION, ACCOUNT, "bitcoin-test")
    assert statement["Resource"] == (
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:nodekeep/bitcoin-test/rpc/*"
    )


def test_a_host_joins_target_groups_of_its_stack_only() -> None:
    statement = node.join_target_groups(REGION, ACCOUNT, "bitcoin-test")
    assert statement["Condition"] == {
        "StringEquals": {"aws:ResourceTag/nodekeep:stack": "bitcoin-test"}
    }


def test_nothing_a_host_may_do_makes_or_tags_anything() -> None:
    everything = {action for statement in NODE for action in actions(statement)}
    verbs = ("Create", "Delete", "Tag", "Run", "Terminate", "Modify", "Pass")
    made = {action for action in everything if action.partition(":")[2].startswith(verbs)}
    # The agent's own channels and messages.
    assert made == {
        "ec2messages:DeleteMessage",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
    }


def test_calls_without_tls_are_refused() -> None:
    statement = bucket.tls_only("courier")
    assert statement["Effect"] == "Deny"
    assert statement["Resource"] == [ARN, f"{ARN}/*"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("statement", bucket.accept_flow_logs("logs", REGION, ACCOUNT))
def test_flow_logs_of_others_are_refused(statement: dict[str, Any]) -> None:
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == ACCOUNT
    assert statement["Condition"]["ArnLike"] == {
        "aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"
    }


def test_an_object_is_written_once() -> None:
    statement = bucket.write_once("courier", ["inbox"])
    assert (statement["Effect"], statement["Action"]) == ("Deny", "s3:PutObject")
    assert statement["Resource"] == [f"{ARN}/inbox/*"]
    assert statement["Condition"]["Null"] == {"s3:if-none-match": "true"}
