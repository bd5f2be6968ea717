"""Render the user data of hosts: small, frozen, and nothing secret in it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

BOOTSTRAP = Path(__file__).parent / "bootstrap" / "bootstrap.sh"
USER_DATA_LIMIT = 16_384


class _Dumper(yaml.SafeDumper):
    """Writes scripts as literal blocks, so that user data reads like what it is."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def node_user_data(environment: Mapping[str, str], script: str | None = None) -> str:
    """Return the cloud-config of a node's host: its identity, the bootstrap, and a run of it."""
    bootstrap = BOOTSTRAP.read_text() if script is None else script
    return _cloud_config(
        {
            "write_files": [
                _file("/etc/nodekeep/host.env", _env_file(environment), "0644"),
                _file("/usr/local/sbin/nodekeep-bootstrap", bootstrap, "0755"),
            ],
            "runcmd": [["/usr/local/sbin/nodekeep-bootstrap"]],
        }
    )


def signer_user_data(environment: Mapping[str, str]) -> str:
    """Return the cloud-config of the signer's host: no SSM agent, no SSH, no packages."""
    return _cloud_config(
        {
            # Before anything else, at every boot: both would be a way in.
            "bootcmd": [
                ["systemctl", "mask", "--now", "amazon-ssm-agent.service"],
                ["systemctl", "mask", "--now", "sshd.service", "sshd.socket"],
            ],
            # There is no package source in the vault; asking one would only hold up the boot.
            "package_update": False,
            "package_upgrade": False,
            "repo_upgrade": "none",
            "write_files": [_file("/etc/nodekeep/host.env", _env_file(environment), "0644")],
        }
    )


def _file(path: str, content: str, permissions: str) -> dict[str, str]:
    return {"path": path, "permissions": permissions, "owner": "root:root", "content": content}


def _env_file(environment: Mapping[str, str]) -> str:
    """Return lines that a shell and systemd read alike."""
    for key, value in environment.items():
        if not set(value).isdisjoint(" \n\t\"'\\$`#"):
            raise ValueError(f"{key}={value!r} needs quoting; a host's environment has none")
    return "".join(f"{key}={value}\n" for key, value in environment.items())


def _cloud_config(config: Mapping[str, Any]) -> str:
    """Return user data, refusing what EC2 would refuse only when the host is made."""
    body = yaml.dump(dict(config), Dumper=_Dumper, sort_keys=False, width=1_000)
    text = f"#cloud-config\n{body}"
    size = len(text.encode())
    if size > USER_DATA_LIMIT:
        raise ValueError(
            f"user data has {size} bytes, EC2 takes {USER_DATA_LIMIT}: move what the bootstrap "
            "does into components/hostfiles"
        )
    return text
