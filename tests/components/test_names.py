"""Names and numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import InputPropertyError

from components._names import block, bounded, whole, zone, zone_block


@given(st.text("abc-", min_size=1, max_size=80), st.integers(12, 64))
def test_a_bounded_name_fits(name: str, limit: int) -> None:
    assert len(bounded(name, limit)) <= limit


def test_a_name_that_fits_is_left_alone() -> None:
    assert bounded("bitcoin-test-endpoint", 32) == "bitcoin-test-endpoint"


def test_names_cut_at_the_same_place_stay_apart() -> None:
    assert bounded("x" * 40 + "a", 32) != bounded("x" * 40 + "b", 32)


@pytest.mark.parametrize("value", [0, 11, 1.5, -1])
def test_a_number_out_of_limits_is_refused_with_its_unit(value: float) -> None:
    with pytest.raises(InputPropertyError, match=r"sizeGib must be 1 to 10 whole GiB, got"):
        whole("sizeGib", value, range(1, 11), "GiB")


def test_a_float_off_the_wire_becomes_a_whole_number() -> None:
    assert repr(whole("sizeGib", 10.0, range(1, 11), "GiB")) == "10"


@pytest.mark.parametrize("value", ["10.0.0.0/8", "10.0.0.0/25", "10.0.0.1/16", "fd00::/64", "x"])
def test_a_block_that_a_vpc_cannot_have_is_refused(value: str) -> None:
    with pytest.raises(InputPropertyError, match="cidr must be"):
        block("cidr", value, smallest=24)


@pytest.mark.parametrize("letter", ["", "A", "ab", "1", "i"])
def test_a_zone_is_a_letter(letter: str) -> None:
    with pytest.raises(InputPropertyError, match="zones must be a zone's letter"):
        zone("zones", "eu-central-1", letter)


@given(st.integers(16, 24))
def test_zones_share_a_block_without_overlap(prefix: int) -> None:
    whole_block = block("cidr", f"10.20.0.0/{prefix}", smallest=24)
    blocks = [block("cidr", zone_block(whole_block, letter), smallest=27) for letter in "abcdefgh"]
    assert all(part.subnet_of(whole_block) for part in blocks)
    assert sum(part.num_addresses for part in blocks) == whole_block.num_addresses
