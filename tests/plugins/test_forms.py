"""Values that are the same although they are written differently."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.plugins.aws import rules
from lab.plugins.forms import as_json, as_policy, as_set, covers, exactly

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)
ACTIONS = st.lists(st.sampled_from(["s3:Get*", "kms:Decrypt", "ec2:*"]), min_size=1, unique=True)


@given(JSON)
def test_json_is_the_same_however_it_is_laid_out(value: Any) -> None:
    assert as_json(json.dumps(value, indent=2), json.dumps(value, sort_keys=True))


@given(JSON, JSON)
def test_other_json_is_not_the_same(one: Any, other: Any) -> None:
    assert as_json(json.dumps(one), json.dumps(other)) == (one == other)


@given(ACTIONS, st.randoms())
def test_the_order_in_a_policy_does_not_count(actions: list[str], random: Any) -> None:
    mixed = random.sample(actions, len(actions))
    policies = [
        json.dumps({"Statement": [{"Effect": "Allow", "Action": listed}]})
        for listed in (actions, mixed if len(mixed) > 1 else mixed[0])
    ]
    assert as_policy(*policies)


def test_another_policy_is_another() -> None:
    one = json.dumps({"Statement": [{"Effect": "Allow", "Action": ["a", "b"]}]})
    other = json.dumps({"Statement": [{"Effect": "Allow", "Action": ["a"]}]})
    assert not as_policy(one, other)
    assert not as_policy("no json", one)
    assert as_policy(json.loads(one), one)


def test_defaults_of_the_other_side_do_not_count() -> None:
    actual = {"port": 80, "path": "/", "deep": [{"a": 1, "b": 2}], "on": False}
    assert covers(actual, {"port": "80", "deep": [{"b": 2}], "on": "false", "left": []})
    assert not covers(actual, {"port": 81})
    assert not covers(actual, {"deep": [{"b": 3}]})
    assert not covers(actual, {"deep": []})
    assert not covers(actual, {"more": 1})


@given(st.lists(st.integers(), max_size=6), st.randoms())
def test_lists_can_be_sets(items: list[int], random: Any) -> None:
    assert as_set(items, random.sample(items, len(items)))
    assert not as_set([*items, 7], items)


def test_tags_are_exactly_those() -> None:
    assert exactly(None, {})
    assert not exactly({"a": "1", "b": "2"}, {"a": "1"})


def test_rules_of_a_group_are_compared_one_by_one() -> None:
    written = [{"protocol": "tcp", "fromPort": 1, "toPort": 2, "cidrBlocks": ["a", "b"]}]
    permissions = rules.permissions(rules.wanted(written), "sg-1")
    assert rules.same(rules.told(permissions, "sg-1"), written)
    assert not rules.same(rules.told(permissions[:1], "sg-1"), written)


def test_a_group_that_lets_itself_in_is_told_as_such() -> None:
    written = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True, "description": "x"}]
    permissions = rules.permissions(rules.wanted(written), "sg-1")
    assert permissions[0]["UserIdGroupPairs"] == [{"GroupId": "sg-1", "Description": "x"}]
    assert rules.told(permissions, "sg-1") == written
