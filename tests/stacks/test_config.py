"""How Pulumi's configuration, where all is text, becomes the data that was written."""

import json

import pulumi
import pytest

from stacks import config


def test_values_become_the_data_that_was_written() -> None:
    given = {
        "aws:region": "eu-central-1",
        "nodekeep:coin": "bitcoin",
        "nodekeep:chain": "1",
        "nodekeep:keep": "false",
        "nodekeep:prune_mib": "550",
        "nodekeep:nodes": '{"a": {"volume": {"gib": 20}}}',
        "nodekeep:nodez": "3",
        "nodekeep:txindex": "yes",
    }
    assert config.plain(given) == {
        "coin": "bitcoin",
        "chain": "1",
        "keep": False,
        "prune_mib": 550,
        "nodes": {"a": {"volume": {"gib": 20}}},
        "nodez": 3,
        "txindex": "yes",
    }


def test_a_lab_may_say_what_images_are_made_from() -> None:
    given: dict[str, object] = {"image": {"source": "release", "builder": "a"}}
    lab = {"NODEKEEP_IMAGE_SOURCE": "debian", "NODEKEEP_IMAGE_BUILDER": "b"}
    assert config.overridden(given, lab) == {"image": {"source": "debian", "builder": "b"}}
    assert config.overridden(given, {}) == given
    assert config.overridden({"image": 3}, lab) == {"image": 3}


def test_a_program_s_settings_come_from_its_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    stack = {
        "aws:region": "eu-central-1",
        "nodekeep:coin": "bitcoin",
        "nodekeep:chain": "regtest",
        "nodekeep:nodes": json.dumps({"a": {"zone": "a"}}),
    }
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps(stack))
    monkeypatch.setattr(pulumi, "get_stack", lambda: "bitcoin-dev")
    settings = config.settings()
    assert (settings.stack, settings.region) == ("bitcoin-dev", "eu-central-1")


def test_what_cannot_work_ends_the_program_with_a_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", json.dumps({"nodekeep:nodez": "3"}))
    monkeypatch.setattr(pulumi, "get_stack", lambda: "x")
    with pytest.raises(pulumi.RunError) as caught:
        config.settings()
    for key in ("nodekeep:nodez", "nodekeep:nodes", "nodekeep:coin", "aws:region", "pulumi:stack"):
        assert f"{key} " in str(caught.value)
