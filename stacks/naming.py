"""Names a stack's resources have in AWS, where the program has to know them beforehand."""

import hashlib
from dataclasses import dataclass

BUCKET_LIMIT = 63
ROLE_LIMIT = 64


@dataclass(frozen=True)
class Names:
    """Names of one stack: policies refer to them before anything is there."""

    stack: str
    region: str
    account_id: str

    @property
    def tags(self) -> dict[str, str]:
        """Tags of everything in the stack."""
        return {"nodekeep:stack": self.stack}

    @property
    def key_alias(self) -> str:
        """Alias of the key that wraps the signer's seed."""
        return f"alias/nodekeep/{self.stack}/seed"

    @property
    def signer_role(self) -> str:
        """Role of the signer's host; IAM is one for all regions."""
        return _within(ROLE_LIMIT, f"{self.stack}-signer-{self.region}")

    def repository(self, coin: str) -> str:
        """Return the name of a coin's repository."""
        return f"nodekeep/{self.stack}/{coin}"

    def bucket(self, purpose: str) -> str:
        """Return a bucket's name: bucket names are shared by all accounts of the world."""
        return _within(BUCKET_LIMIT, f"{self.stack}-{purpose}-{self.account_id}-{self.region}")


def _within(limit: int, name: str) -> str:
    """Return a name within a limit; what had to be cut ends in a hash, so that it stays unique."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name if len(name) <= limit else f"{name[: limit - 9].rstrip('-')}-{digest}"
