"""RPC users: secrets filled once, and what the daemon and the exporter make of them.

The node gets salted hashes and whitelists (`rpc.conf`); passwords stay in Secrets Manager, but for
the exporter's, which is on this host in memory only.
"""

import hashlib
import hmac
import json
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from . import aws, files, manifest


def rpcauth(username: str, password: str, salt: str) -> str:
    """Return the line that lets a user in without telling the password.

    The same as https://github.com/bitcoin/bitcoin/blob/master/share/rpcauth/rpcauth.py: HMAC-SHA256
    keyed with the salt's hexadecimal text.
    """
    digest = hmac.new(salt.encode(), password.encode(), hashlib.sha256).hexdigest()
    return f"rpcauth={username}:{salt}${digest}"


def whitelist(username: str, methods: Sequence[str]) -> str:
    """Return the line with all that a user may call; no method means nothing at all."""
    return f"rpcwhitelist={username}:{','.join(methods)}"


def credentials(name: str, secret: str) -> dict[str, str]:
    """Return the secret's value; an empty secret is filled by the first host that comes.

    The token is made from the ARN, so a second host's attempt is refused by AWS and reads back.
    """
    try:
        return _read(secret)
    except aws.AwsError as error:
        if error.code != "ResourceNotFoundException":
            raise
    fresh = json.dumps({"username": name, "password": secrets.token_urlsafe(32)})
    token = hashlib.sha256(secret.encode()).hexdigest()
    value = ("--secret-string", "file:///dev/stdin")
    where = ("--secret-id", secret, "--client-request-token", token)
    try:
        aws.call("secretsmanager", "put-secret-value", *where, *value, stdin=fresh)
        print(f"filled the empty secret of RPC user {name}", flush=True)
    except aws.AwsError as error:
        if error.code != "ResourceExistsException":
            raise
        print(f"another host filled the secret of RPC user {name} first", flush=True)
    return _read(secret)


def write(users: Mapping[str, Mapping[str, Any]], uid: int) -> None:
    """Write `rpc.conf` for the container's user, and the exporter's credentials for root."""
    # The cookie's user, whom only this host can be, keeps every method: default 0.
    lines = ["rpcwhitelistdefault=0"]
    for name, user in sorted(users.items()):
        known = credentials(name, user["secret"])
        lines.append(rpcauth(known["username"], known["password"], secrets.token_hex(16)))
        lines.append(whitelist(known["username"], user["methods"]))
        if name == "exporter":
            files.replace(files.RUNTIME / "exporter.json", json.dumps(known), mode=0o600)
    files.replace(files.RUNTIME / "rpc.conf", "\n".join(lines) + "\n", mode=0o640, group=uid)


def _read(secret: str) -> dict[str, str]:
    answer = aws.call("secretsmanager", "get-secret-value", "--secret-id", secret)
    try:
        value = json.loads(answer["SecretString"])
        return {"username": value["username"], "password": value["password"]}
    except (KeyError, TypeError, ValueError):
        # The cause would show the value.
        raise ValueError(
            f"secret {secret} is not an object with username and password: put one there"
        ) from None


def main() -> int:
    """Write the files; keep those of this boot when AWS cannot be reached."""
    known = manifest.running()
    try:
        write(known["rpc_users"], known["uid"])
    except (aws.AwsError, ValueError) as error:
        if isinstance(error, aws.AwsError) and (files.RUNTIME / "rpc.conf").exists():
            print(f"{error}; keeping the RPC users of the last start", flush=True)
            return 0
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
