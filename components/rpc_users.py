"""The secrets of a coin's RPC users: made empty, filled by the first host."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws
from pulumi import ComponentResource, Output, ResourceOptions

RECOVERY_DAYS = 30


class RpcUsersArgs(TypedDict):
    """Inputs of `RpcUsers`."""

    stack: str
    """Name of the stack: first part of the secrets' names."""
    users: list[str]
    """RPC users, such as ``exporter``, ``watcher`` and ``caller``."""
    keep: NotRequired[bool]
    """Let deleted secrets be recovered for 30 days; true when absent."""
    tags: NotRequired[dict[str, str]]
    """Tags of the secrets."""


class RpcUsers(ComponentResource):
    """One empty secret a user. No password passes through Pulumi, its state or its logs.

    The names end in a random part: a secret may wait 30 days for its deletion, and a stack made
    anew does not have to.
    """

    secret_arns: Output[dict[str, str]]
    """ARNs of the secrets by user; callers get one of these."""

    def __init__(self, name: str, args: RpcUsersArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("nodekeep:index:RpcUsers", name, {}, opts)
        secrets = {
            user: aws.secretsmanager.Secret(
                f"{name}-{user}",
                name_prefix=f"nodekeep/{args['stack']}/rpc/{user}-",
                description=f"RPC user {user} of {args['stack']}: username and password",
                recovery_window_in_days=RECOVERY_DAYS if args.get("keep", True) else 0,
                tags=args.get("tags"),
                opts=ResourceOptions(parent=self),
            )
            for user in args["users"]
        }
        self.secret_arns = Output.all(**{user: secret.arn for user, secret in secrets.items()})
        self.register_outputs({"secretArns": self.secret_arns})
