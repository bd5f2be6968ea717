"""A kind at work: what is sent when it is made and changed, against a fake AWS."""

from typing import Any

import pytest

from lab.plugins.resource import PluginError, UnfinishedError
from lab.plugins.wire import UNKNOWN, decode
from tests.plugins import fakes
from tests.plugins.toys import INPUTS, POLICY, TOLD, TOY, TURNED, TYP, answers


def test_it_is_made_and_described(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = fakes.install(monkeypatch, answers())
    made, state = TOY.create(fakes.job(), INPUTS)
    assert made == "vol-1"
    assert aws.made("create_volume") == [
        {
            "AvailabilityZone": "eu-central-1a",
            "Size": 2,
            "Encrypted": False,
            "OutpostArn": "n-1234567",
            "KmsKeyId": POLICY,
            "TagSpecifications": [{"ResourceType": "volume", "Tags": [{"Key": "a", "Value": "1"}]}],
        }
    ]
    assert state == {
        "arn": "arn:aws:ec2:eu-central-1:000000000000:volume/vol-1",
        "availabilityZone": "eu-central-1a",
        "encrypted": False,
        "name": "n-1234567",
        "policy": POLICY,  # in the program's words, as they mean the same
        "region": "eu-central-1",
        "size": 2,
        "state": "available",
        "tags": {"a": "1"},
        "tagsAll": {"a": "1"},
        "type": "gp3",
    }


def test_it_waits_until_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    creating = {"Volumes": [TOLD | {"State": "creating"}]}
    looks = [creating, creating, {"Volumes": [TOLD]}]
    aws = fakes.install(monkeypatch, answers(describe_volumes=looks))
    monkeypatch.setattr("lab.plugins.aws.kind._POLL_S", 0.001)
    TOY.create(fakes.job(), INPUTS)
    assert len(aws.made("describe_volumes")) == 3


def test_a_preview_makes_no_call(monkeypatch: pytest.MonkeyPatch, engine: fakes.Engine) -> None:
    aws = fakes.install(monkeypatch, {})
    told = decode(engine.create(TYP, INPUTS | {"size": UNKNOWN}, preview=True).properties)
    assert not aws.calls
    assert told["arn"] is told["type"] is told["size"] is UNKNOWN
    assert told["availabilityZone"] == "eu-central-1a"
    assert told["tagsAll"] == {"a": "1"}


def test_an_interrupted_creation_is_told_to_the_engine(
    monkeypatch: pytest.MonkeyPatch, engine: fakes.Engine
) -> None:
    fakes.install(
        monkeypatch, answers(describe_volumes={"Volumes": [TOLD | {"State": "creating"}]})
    )
    link = fakes.QuietLink()
    link.stopping.set()
    with pytest.raises(UnfinishedError) as caught:
        TOY.create(fakes.job(link), INPUTS)
    assert caught.value.resource_id == "vol-1"
    assert caught.value.state == {k: v for k, v in INPUTS.items() if k != "__defaults"}
    engine.servicer._link.stopping.set()
    with pytest.raises(fakes.AbortedError, match="interrupted while waiting for vol-1") as told:
        engine.create(TYP, INPUTS)
    assert b"vol-1" in dict(told.value.status.trailing_metadata)["grpc-status-details-bin"]


def test_the_next_run_finishes_what_was_interrupted(
    monkeypatch: pytest.MonkeyPatch, engine: fakes.Engine
) -> None:
    aws = fakes.install(monkeypatch, answers())
    left = {k: v for k, v in INPUTS.items() if k not in ("__defaults", "tags")}
    inputs = INPUTS | {"zones": ["a"]}
    diff = engine.diff(TYP, left, inputs)
    assert sorted(diff.diffs) == ["tags", "zones"]
    assert not diff.replaces
    TOY.update(fakes.job(), "vol-1", left, TOY.changes(left, {}, inputs), inputs)
    assert aws.made("modify_volume") == [{"VolumeId": "vol-1", "Size": ["a"]}]


def test_nothing_changed_is_no_difference(engine: fakes.Engine, state: dict[str, Any]) -> None:
    assert engine.diff(TYP, state, INPUTS).changes == 1
    assert engine.diff(TYP, state, INPUTS | {"policy": TURNED}).changes == 1
    assert engine.diff(TYP, state, INPUTS | {"size": 2.0}).changes == 1


@pytest.mark.parametrize(
    ("change", "replaces"),
    [
        ({"size": 3}, False),
        ({"policy": POLICY.replace("Allow", "Deny")}, False),
        ({"tags": {"a": "2"}}, False),
        ({"tags": {}}, False),
        ({"availabilityZone": "eu-central-1b"}, True),
        ({"availabilityZone": UNKNOWN}, True),
        ({"size": UNKNOWN}, False),
        ({"encrypted": True}, True),
        ({"zones": ["a"]}, False),
    ],
)
def test_a_change_updates_or_replaces(
    engine: fakes.Engine, state: dict[str, Any], change: dict[str, Any], replaces: bool
) -> None:
    diff = engine.diff(TYP, state, INPUTS | change, INPUTS)
    assert diff.changes == 2
    assert list(diff.diffs) == list(change)
    assert list(diff.replaces) == (list(change) if replaces else [])
    assert set(diff.detailedDiff) == set(change)


def test_what_aws_chose_is_no_difference(engine: fakes.Engine, state: dict[str, Any]) -> None:
    assert state["type"] == "gp3"
    assert "type" not in INPUTS
    assert engine.diff(TYP, state, INPUTS | {"type": "gp2"}).changes == 2


def test_an_input_no_longer_given_is_a_difference(
    engine: fakes.Engine, state: dict[str, Any]
) -> None:
    without = {key: value for key, value in INPUTS.items() if key != "size"}
    diff = engine.diff(TYP, state, without, INPUTS)
    assert list(diff.diffs) == ["size"]


def test_only_what_changed_is_sent(monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]) -> None:
    aws = fakes.install(monkeypatch, answers())
    inputs = INPUTS | {"size": 5, "tags": {"b": "2"}, "finalSnapshot": True}
    TOY.update(fakes.job(), "vol-1", state, TOY.changes(state, INPUTS, inputs), inputs)
    assert [name for name, _ in aws.calls if not name.startswith("describe")] == [
        "modify_volume",
        "delete_tags",
        "create_tags",
    ]
    assert aws.made("modify_volume") == [{"VolumeId": "vol-1", "Size": 5}]
    assert aws.made("delete_tags") == [{"Resources": ["vol-1"], "Tags": [{"Key": "a"}]}]
    added = {"Resources": ["vol-1"], "Tags": [{"Key": "b", "Value": "2"}]}
    assert aws.made("create_tags") == [added]


def test_a_failed_update_tells_what_is_there(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    fakes.install(monkeypatch, answers(modify_volume=fakes.refused("InvalidParameterValue")))
    inputs = INPUTS | {"size": 1}
    with pytest.raises(UnfinishedError, match="InvalidParameterValue") as caught:
        TOY.update(fakes.job(), "vol-1", state, TOY.changes(state, INPUTS, inputs), inputs)
    assert caught.value.state["size"] == 2


def test_what_cannot_be_unset_is_said(
    monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]
) -> None:
    fakes.install(monkeypatch, answers())
    inputs = {key: value for key, value in INPUTS.items() if key != "size"}
    with pytest.raises(PluginError, match="size cannot be unset: give a value"):
        TOY.update(fakes.job(), "vol-1", state, TOY.changes(state, INPUTS, inputs), inputs)
