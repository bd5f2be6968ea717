"""Secrets of RPC users."""

import pytest

from components import RpcUsers
from tests.components.arguments import USERS, changed
from tests.engine import run_program

SECRET = "aws:secretsmanager/secret:Secret"


def test_there_is_one_secret_a_user_and_no_value() -> None:
    made = run_program(lambda: RpcUsers("rpc", USERS))
    assert [secret.name for secret in made.of(SECRET)] == ["rpc-caller", "rpc-exporter"]
    assert not made.of("aws:secretsmanager/secretVersion:SecretVersion")


@pytest.mark.parametrize(("keep", "days"), [(True, 30), (False, 0)])
def test_kept_secrets_can_be_recovered(*, keep: bool, days: int) -> None:
    made = run_program(lambda: RpcUsers("rpc", changed(USERS, keep=keep)))
    assert {secret.inputs["recoveryWindowInDays"] for secret in made.of(SECRET)} == {days}


def test_names_are_where_hosts_may_look_and_never_clash() -> None:
    for secret in run_program(lambda: RpcUsers("rpc", USERS)).of(SECRET):
        user = secret.name.removeprefix("rpc-")
        assert secret.inputs["namePrefix"] == f"nodekeep/bitcoin-test/rpc/{user}-"
        assert "name" not in secret.inputs


def test_callers_are_told_where_their_password_is() -> None:
    told: dict[str, str] = {}
    run_program(lambda: RpcUsers("rpc", USERS).secret_arns.apply(told.update))
    assert set(told) == {"caller", "exporter"}
