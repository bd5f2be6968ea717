"""Settings, addresses, filters and answers."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.aws import filters, markup
from lab.aws.addresses import NoAddressError, candidates, free_address, hardware_address
from lab.aws.lifecycle import RefusedError, State
from lab.aws.settings import Settings
from lab.place import Place

NETWORK = IPv4Network("10.77.1.0/24")
ENVIRONMENT = {
    "LAB_DIR": "/project/.lab",
    "LAB_PORT": "4566",
    "LAB_HOST_IMAGE": "host:1",
    "LAB_VAULT_IMAGE": "vault:1",
}


def test_settings_are_those_of_the_lab() -> None:
    settings = Settings.parse(ENVIRONMENT)
    assert settings.registry == "127.0.0.1:4566"
    assert settings.lab == Place(Path("/project")).identity
    assert settings.name("edge") == f"nodekeep-{settings.lab}-edge"


@pytest.mark.parametrize("name", sorted(ENVIRONMENT))
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.parse({key: value for key, value in ENVIRONMENT.items() if key != name})


def test_a_relative_directory_is_refused() -> None:
    with pytest.raises(ValueError, match=r"LAB_DIR=\.lab: must be an absolute path"):
        Settings.parse(ENVIRONMENT | {"LAB_DIR": ".lab"})


@given(lab=st.text("0123456789abcdef", min_size=8, max_size=8))
def test_labs_try_all_ranges_and_begin_at_their_own(lab: str) -> None:
    pairs = list(candidates(lab))
    assert len(set(pairs)) == 256
    assert not any(edge.overlaps(vault) for edge, vault in pairs)
    assert pairs[0][0] == IPv4Network(f"10.77.{int(lab[:2], 16)}.0/24")


@given(taken=st.sets(st.integers(0, 255)))
def test_an_address_is_free_and_inside(taken: set[int]) -> None:
    used = {str(NETWORK[n]) for n in taken}
    possible = set(range(10, 255)) - taken
    if possible:
        assert free_address(NETWORK, used) == str(NETWORK[min(possible)])
    else:
        with pytest.raises(NoAddressError, match="terminate instances"):
            free_address(NETWORK, used)


def test_a_hardware_address_follows_from_the_address() -> None:
    assert hardware_address("10.77.1.10") == "02:42:0a:4d:01:0a"


def test_answers_are_escaped_and_nested() -> None:
    value: markup.Value = {
        "tagSet": markup.tag_set([{"Key": "a<b", "Value": "&"}]),
        "absent": None,
        "flag": True,
        "empty": [],
    }
    expected = (
        "<tagSet><item><key>a&lt;b</key><value>&amp;</value></item></tagSet>"
        "<flag>true</flag><empty></empty>"
    )
    assert markup.render(value) == expected


RECORD: dict[str, Any] = {
    "InstanceId": "i-1",
    "State": State.RUNNING.record,
    "PrivateIpAddress": "10.77.1.10",
    "VpcId": "vpc-1",
}


def test_filters_select_what_all_of_them_match() -> None:
    assert filters.matches(RECORD, {"instance-id": ["i-2", "i-*"], "vpc-id": ["vpc-1"]})
    assert not filters.matches(RECORD, {"instance-id": ["i-1"], "vpc-id": ["vpc-2"]})
    assert filters.matches(RECORD, {"tag:any": ["is judged elsewhere"]})


def test_a_terminated_instance_has_no_address() -> None:
    gone = RECORD | {"State": State.TERMINATED.record}
    assert not filters.matches(gone, {"private-ip-address": ["10.77.1.10"]})
    assert filters.matches(gone, {"instance-id": ["i-1"]})


def test_an_unknown_filter_is_refused() -> None:
    filters.check({"tag:a": [], "tag-key": [], "instance-state-name": []})
    with pytest.raises(RefusedError, match="The filter 'no-such' is invalid"):
        filters.check({"no-such": ["x"]})
