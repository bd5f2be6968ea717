"""Any settings within the limits are accepted; a change beyond them is refused by its key."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stacks import limits
from stacks.errors import Problem
from stacks.machines import machines
from stacks.model import Given
from stacks.settings import Settings, SettingsError
from stacks.shape import judge
from tests.stacks.base import COINS, GOOD, parse

QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,7}[a-z0-9])?", fullmatch=True)
ZONES = st.sampled_from("abc")
TYPES = sorted(machines())


@st.composite
def volumes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a volume gp3 can give."""
    gib = draw(st.integers(2, limits.GP3_GIB_MAX))
    most = min(limits.GP3_IOPS_MAX, max(limits.GP3_IOPS_MIN, gib * limits.GP3_IOPS_PER_GIB))
    iops = draw(st.integers(limits.GP3_IOPS_MIN, most))
    most = min(limits.GP3_THROUGHPUT_MAX, iops // limits.GP3_IOPS_PER_THROUGHPUT)
    throughput = draw(st.integers(limits.GP3_THROUGHPUT_MIN, most))
    return {"gib": gib, "iops": iops, "throughput_mibps": throughput}


def nodes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw nodes with hosts of any type."""
    hosts = st.dictionaries(
        NAMES, st.fixed_dictionaries({"type": st.sampled_from(TYPES)}), min_size=1, max_size=3
    )
    node = st.fixed_dictionaries({"zone": ZONES, "volume": volumes(), "hosts": hosts})
    return st.dictionaries(NAMES, node, min_size=1, max_size=3)


def valid() -> st.SearchStrategy[dict[str, Any]]:
    """Draw settings of the coin alpha on its own chain."""
    return st.fixed_dictionaries(
        {"coin": st.just("alpha"), "chain": st.just("regtest"), "nodes": nodes()},
        optional={
            "keep": st.booleans(),
            "network": st.fixed_dictionaries({"cidr": st.just("10.40.0.0/20")}),
            "image": st.fixed_dictionaries({"source": st.sampled_from(["release", "debian"])}),
            "signer": st.fixed_dictionaries(
                {"zone": ZONES}, optional={"type": st.sampled_from(["t3.micro", "m7a.medium"])}
            ),
            "arguments": st.just(["-maxmempool=50"]),
            "prune_mib": st.integers(550, 10**6),
        },
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def places(data: Any, way: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the paths of everything below a map."""
    if not isinstance(data, dict):
        return []
    here = [(*way, key) for key in data]
    return here + [path for place in here for path in places(data[place[-1]], place)]


def holder(data: dict[str, Any], way: tuple[str, ...]) -> dict[str, Any]:
    """Return the map a path leads to."""
    for step in way:
        data = data[step]
    return data


@QUICK
@given(valid())
def test_any_valid_settings_are_accepted_as_they_are(mapping: dict[str, Any]) -> None:
    """What was given is found again, at its place, in what comes out."""
    before = deepcopy(mapping)
    parsed = parse(mapping, stack="test").model_dump(mode="json")
    assert mapping == before
    for path in places({key: value for key, value in mapping.items() if key[0] != "c"}):
        given_value = holder(mapping, path[:-1])[path[-1]]
        if not isinstance(given_value, dict):
            assert holder(parsed, path[:-1])[path[-1]] == given_value


@QUICK
@given(valid())
def test_what_was_parsed_can_be_parsed_again(mapping: dict[str, Any]) -> None:
    first = parse(mapping, stack="test")
    again = first.model_dump(mode="json", include=set(Given.model_fields) - {"coin"})
    assert parse({"coin": "alpha", "chain": "regtest", **again}, stack="test") == first


@QUICK
@given(valid(), st.data())
def test_an_unknown_key_is_refused_wherever_it_is(mapping: dict[str, Any], data: Any) -> None:
    maps = [path for path in places(mapping) if isinstance(holder(mapping, path), dict)]
    open_maps = {"nodes", "hosts"}  # their keys are names
    way = data.draw(st.sampled_from([(), *(path for path in maps if path[-1] not in open_maps)]))
    holder(mapping, way)["unheard_of"] = data.draw(JSON)
    with pytest.raises(SettingsError) as caught:
        parse(mapping, stack="test")
    key = f"nodekeep:{'.'.join((*way, 'unheard_of'))}"
    assert key in [problem.key for problem in caught.value.problems]


@QUICK
@given(valid(), st.data())
def test_a_number_out_of_range_is_refused_by_its_key(mapping: dict[str, Any], data: Any) -> None:
    name = data.draw(st.sampled_from(sorted(mapping["nodes"])))
    key = data.draw(st.sampled_from(["gib", "iops", "throughput_mibps"]))
    value = data.draw(st.integers(max_value=1) | st.integers(min_value=80_001))
    mapping["nodes"][name]["volume"][key] = value
    with pytest.raises(SettingsError) as caught:
        parse(mapping, stack="test")
    told = [problem.key for problem in caught.value.problems]
    assert f"nodekeep:nodes.{name}.volume.{key}" in told


@QUICK
@given(JSON)
def test_whatever_is_given_is_answered_in_our_words(value: object) -> None:
    """Neither a KeyError nor pydantic's own text comes out."""
    mapping = value if isinstance(value, dict) else {"nodes": value}
    with pytest.raises(SettingsError) as caught:
        Settings.parse(mapping, stack="test", region="eu-central-1", catalogue=COINS)
    assert "pydantic" not in str(caught.value)
    assert all(problem.fix and problem.limit for problem in caught.value.problems)


@settings(QUICK, max_examples=100)
@given(st.data())
def test_whatever_stands_at_one_place_is_taken_or_answered(data: Any) -> None:
    mapping = deepcopy(GOOD)
    path = data.draw(st.sampled_from(places(mapping)))
    holder(mapping, path[:-1])[path[-1]] = data.draw(JSON)
    problems: tuple[Problem, ...] = ()
    try:
        parse(mapping, stack="test")
    except SettingsError as error:
        problems = error.problems
    key = f"nodekeep:{'.'.join(path)}"
    assert not problems or any(problem.rests_on(key) for problem in problems)


@QUICK
@given(JSON)
def test_the_sound_rest_of_anything_can_be_judged(value: object) -> None:
    """What is broken is put aside until a model is left: the examples of its fields are sound."""
    mapping = value if isinstance(value, dict) else {"nodes": value, "signer": value}
    rest, problems = judge(Given, mapping)
    assert rest
    assert problems
