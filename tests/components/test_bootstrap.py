"""User data: what it says, and what it must not."""

import re
from typing import Any

import pytest
import yaml

from components._bootstrap import BOOTSTRAP, node_user_data, signer_user_data

IDENTITY = {"NODEKEEP_STACK": "bitcoin-test", "AWS_REGION": "eu-central-1"}
SECRETS = re.compile(r"AKIA|BEGIN|xprv|tprv|password\s*[:=]|token\s*[:=]", re.IGNORECASE)


def parsed(text: str) -> dict[str, Any]:
    """Return a cloud-config as cloud-init reads it."""
    assert text.startswith("#cloud-config\n")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_a_node_gets_its_identity_the_bootstrap_and_a_run_of_it() -> None:
    config = parsed(node_user_data(IDENTITY))
    identity, bootstrap = config["write_files"]
    assert identity["path"] == "/etc/nodekeep/host.env"
    assert identity["permissions"] == "0644"
    assert identity["content"] == "NODEKEEP_STACK=bitcoin-test\nAWS_REGION=eu-central-1\n"
    assert bootstrap["path"] == "/usr/local/sbin/nodekeep-bootstrap"
    assert bootstrap["permissions"] == "0755"
    assert bootstrap["content"] == BOOTSTRAP.read_text()
    assert config["runcmd"] == [["/usr/local/sbin/nodekeep-bootstrap"]]
    assert set(config) == {"write_files", "runcmd"}


def test_a_script_reads_like_a_script() -> None:
    text = node_user_data(IDENTITY, script="#!/bin/sh\necho 'a: \"b\"'\n")
    assert "  content: |\n    #!/bin/sh\n    echo 'a: \"b\"'\n" in text


def test_the_signer_has_no_agent_no_shell_and_no_packages() -> None:
    config = parsed(signer_user_data(IDENTITY))
    masked = [command[3] for command in config["bootcmd"]]
    masked += [unit for command in config["bootcmd"] for unit in command[4:]]
    assert {"amazon-ssm-agent.service", "sshd.service", "sshd.socket"} == set(masked)
    assert all(command[:3] == ["systemctl", "mask", "--now"] for command in config["bootcmd"])
    assert config["package_update"] is False
    assert config["package_upgrade"] is False
    assert "packages" not in config
    assert "runcmd" not in config


@pytest.mark.parametrize("text", [node_user_data(IDENTITY), signer_user_data(IDENTITY)])
def test_nothing_in_it_looks_like_a_secret(text: str) -> None:
    assert not SECRETS.search(text)


@pytest.mark.parametrize("value", ["a b", "a\nb", "$(id)", "`id`", "a'b", 'a"b', "a\\b", "a#b"])
def test_a_value_that_a_shell_would_read_otherwise_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="needs quoting"):
        node_user_data({"NODEKEEP_STACK": value})


def test_user_data_that_ec2_would_refuse_is_refused_here() -> None:
    with pytest.raises(ValueError, match="EC2 takes 16384"):
        node_user_data(IDENTITY, script="x" * 16_384)
