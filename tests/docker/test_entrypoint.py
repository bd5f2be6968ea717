"""The entrypoints, run by sh with a daemon that only says how it was called."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docker.coins import COINS, DOCKER, coin_of

DAEMON = """#!/bin/sh
echo "pid $$"
for argument; do echo "argument $argument"; done
if [ -n "${WAIT-}" ]; then
    trap 'echo stopped; exit 0' TERM
    echo waiting
    while :; do sleep 0.05; done
fi
"""


@dataclass(frozen=True)
class Entrypoint:
    """One coin's entrypoint and its stand-in daemon."""

    name: str
    path: Path

    @property
    def daemon(self) -> str:
        daemon: str = coin_of(self.name)["daemon"]
        return daemon

    def start(self, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            ["/bin/sh", DOCKER / self.name / "entrypoint", *arguments],
            env={"PATH": f"{self.path}:{os.environ['PATH']}", **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def arguments(self, *arguments: str, **environment: str) -> list[str]:
        """What the daemon was called with."""
        process = self.start(*arguments, **environment)
        output, errors = process.communicate()
        assert process.returncode == 0, errors
        said = [line.removeprefix("argument ") for line in output.splitlines()]
        assert said[0] == f"pid {process.pid}", "the daemon must take the entrypoint's place"
        return said[1:]

    def refused(self, *arguments: str, **environment: str) -> str:
        process = self.start(*arguments, **environment)
        output, errors = process.communicate()
        assert process.returncode == 64
        assert not output
        return errors.strip()


@pytest.fixture(params=COINS)
def entrypoint(request: pytest.FixtureRequest, tmp_path: Path) -> Entrypoint:
    made = Entrypoint(request.param, tmp_path)
    (tmp_path / made.daemon).write_text(DAEMON)
    (tmp_path / made.daemon).chmod(0o755)
    return made


def test_defaults_reach_nobody(entrypoint: Entrypoint) -> None:
    assert entrypoint.arguments(entrypoint.daemon, CHAIN="regtest") == [
        "-chain=regtest",
        "-datadir=/data",
        "-conf=/dev/null",
        "-server",
        "-printtoconsole",
        "-nodebuglogfile",
        "-rpcbind=127.0.0.1",
        "-rpcallowip=127.0.0.1",
    ]


def test_daemons_name_may_be_left_out(entrypoint: Entrypoint) -> None:
    named = entrypoint.arguments(entrypoint.daemon, "-txindex", CHAIN="mainnet")
    assert entrypoint.arguments("-txindex", CHAIN="mainnet") == named
    assert entrypoint.arguments(CHAIN="mainnet") == named[:-1]


def test_everything_is_set_from_outside(entrypoint: Entrypoint, tmp_path: Path) -> None:
    auth = tmp_path / "auth"
    auth.write_text("rpcauth=caller:salt$hash\n")
    arguments = entrypoint.arguments(
        "-txindex",
        "-uacomment=two words",
        CHAIN="mainnet",
        RPC_BIND="0.0.0.0",
        RPC_ALLOW_IP="127.0.0.1,10.20.0.0/16",
        RPC_PORT="1111",
        P2P_PORT="2222",
        RPC_AUTH_FILE=str(auth),
    )
    assert set(arguments[:-2]) == {
        "-chain=main",
        "-datadir=/data",
        f"-conf={auth}",
        "-server",
        "-printtoconsole",
        "-nodebuglogfile",
        "-rpcbind=0.0.0.0",
        "-rpcallowip=127.0.0.1",
        "-rpcallowip=10.20.0.0/16",
        "-rpcport=1111",
        "-port=2222",
    }
    assert arguments[-2:] == ["-txindex", "-uacomment=two words"], "what is given last wins"


def test_every_chain_of_coin_yaml_is_known(entrypoint: Entrypoint) -> None:
    chains = list(coin_of(entrypoint.name)["chains"])
    said = {entrypoint.arguments(CHAIN=chain)[0] for chain in chains}
    assert len(said) == len(chains)


@pytest.mark.parametrize("chain", ["", "main", "mainnnet", "*"])
def test_unknown_chain_is_refused(entrypoint: Entrypoint, chain: str) -> None:
    message = entrypoint.refused(CHAIN=chain)
    assert message.startswith(f"entrypoint: CHAIN is '{chain}': set it to mainnet, ")
    for known in coin_of(entrypoint.name)["chains"]:
        assert known in message


@pytest.mark.parametrize("variable", ["RPC_PORT", "P2P_PORT"])
@pytest.mark.parametrize("value", ["http", "-1", "123456"])
def test_port_that_is_none_is_refused(entrypoint: Entrypoint, variable: str, value: str) -> None:
    message = entrypoint.refused(**{"CHAIN": "regtest", variable: value})
    assert message == f"entrypoint: {variable} is '{value}': set it to a port, 1 to 65535"


def test_open_address_without_callers_is_refused(entrypoint: Entrypoint) -> None:
    message = entrypoint.refused(CHAIN="regtest", RPC_BIND="0.0.0.0")
    assert "RPC_ALLOW_IP is empty, RPC_BIND is 0.0.0.0: set RPC_ALLOW_IP" in message


def test_missing_users_are_refused(entrypoint: Entrypoint) -> None:
    message = entrypoint.refused(CHAIN="regtest", RPC_AUTH_FILE="/nowhere")
    assert "RPC_AUTH_FILE is /nowhere: mount it" in message


def test_version_needs_no_chain(entrypoint: Entrypoint) -> None:
    assert entrypoint.arguments("--version") == ["--version"]


def test_other_command_runs_as_it_is(entrypoint: Entrypoint) -> None:
    output, _ = entrypoint.start("/bin/echo", "-n", "hello").communicate()
    assert output == "hello"


def test_signal_reaches_the_daemon(entrypoint: Entrypoint) -> None:
    process = entrypoint.start(CHAIN="regtest", WAIT="1")
    assert process.stdout is not None
    while process.stdout.readline() != "waiting\n":
        pass
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=10)
    assert (process.returncode, output) == (0, "stopped\n")


def test_only_built_in_commands_are_used(entrypoint: Entrypoint) -> None:
    """With a PATH that holds nothing but the daemon."""
    process = entrypoint.start(
        CHAIN="regtest", RPC_PORT="1", P2P_PORT="2", RPC_ALLOW_IP="a,b", PATH=str(entrypoint.path)
    )
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
