"""Write both kinds of user data, for `cloud-init schema`: python -m tests.user_data DIR."""

import sys
from pathlib import Path

from components._bootstrap import node_user_data, signer_user_data

ENVIRONMENT = {"NODEKEEP_STACK": "bitcoin-test", "AWS_REGION": "eu-central-1"}

if __name__ == "__main__":
    directory = Path(sys.argv[1])
    (directory / "node").write_text(node_user_data(ENVIRONMENT))
    (directory / "signer").write_text(signer_user_data(ENVIRONMENT))
