"""Names a stack's resources have in AWS, where the program has to know them beforehand."""

from dataclasses import dataclass

from components._names import bounded

BUCKET_LIMIT = 63
ROLE_LIMIT = 64
DIGITS = 8


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
        return bounded(f"{self.stack}-signer-{self.region}", ROLE_LIMIT, digits=DIGITS)

    def repository(self, coin: str) -> str:
        """Return the name of a coin's repository."""
        return f"nodekeep/{self.stack}/{coin}"

    def bucket(self, purpose: str) -> str:
        """Return a bucket's name: bucket names are shared by all accounts of the world."""
        name = f"{self.stack}-{purpose}-{self.account_id}-{self.region}"
        return bounded(name, BUCKET_LIMIT, digits=DIGITS)
