"""The host as a target: registered with every group, and gone without waiting for AWS."""

import pytest

from tests.hostfiles.conftest import ME, Host, Refused, arn, manifest

GROUPS = [arn("elasticloadbalancing", f"targetgroup/{name}/1") for name in "ab"]


@pytest.fixture
def target(host: Host) -> Host:
    host.put(manifest() | {"target_groups": GROUPS})
    return host


def test_the_host_is_registered_with_every_group(target: Host) -> None:
    assert target.run("nodekeep-target", "register").returncode == 0
    asked = target.asked("register-targets")
    assert [call[call.index("--target-group-arn") + 1] for call in asked] == GROUPS
    assert all(call[-1] == f"Id={ME}" for call in asked)


def test_a_group_that_fails_does_not_keep_the_host_from_the_others(target: Host) -> None:
    target.tell("aws", "register-targets", Refused("AccessDenied"), "")
    done = target.run("nodekeep-target", "register")
    assert done.returncode == 1, "so that systemd tries again"
    assert len(target.asked("register-targets")) == 2
    assert f"register-targets failed: {GROUPS[0]}" in done.stdout
    assert f"register-targets: {GROUPS[1]}" in done.stdout


def test_leaving_is_told_to_every_group(target: Host) -> None:
    target.run("nodekeep-target", "register")
    assert target.run("nodekeep-target", "deregister").returncode == 0
    assert len(target.asked("deregister-targets")) == 2
    assert len(target.asked("get-parameter")) == 1, "what was registered, whatever SSM says now"


def test_aws_does_not_keep_a_host_from_leaving(target: Host) -> None:
    target.run("nodekeep-target", "register")
    target.tell("aws", "deregister-targets", 255)
    done = target.run("nodekeep-target", "deregister")
    assert done.returncode == 0
    assert "leaving without having been deregistered" in done.stdout


def test_no_groups_are_no_calls(host: Host) -> None:
    host.put(manifest() | {"target_groups": []})
    assert host.run("nodekeep-target", "register").returncode == 0
    assert not host.asked("register-targets")


@pytest.mark.parametrize("script", ["nodekeep-target", "nodekeep-node", "nodekeep-volume"])
def test_other_words_are_refused(host: Host, script: str) -> None:
    done = host.run(script, "now")
    assert (done.returncode, "usage: " in done.stderr) == (1, True)
