"""Arguments with which every component can be made, as a Python program gives them."""

from pathlib import Path
from typing import Any

from tests.engine import ACCOUNT, REGION

ROOT = Path(__file__).parents[2]
STACK = "bitcoin-test"
TAGS = {"nodekeep:stack": STACK}
CONTEXT = Path(__file__).parent / "image"

EDGE: Any = {
    "region": REGION,
    "account_id": ACCOUNT,
    "cidr": "10.20.0.0/16",
    "zones": ["a", "c"],
    "flow_log_bucket": "bitcoin-test-flow-logs",
    "tags": TAGS,
}
IMAGE: Any = {
    "region": REGION,
    "repository": "nodekeep/bitcoin-test/bitcoin",
    "context": str(CONTEXT),
    "dockerfile": str(CONTEXT / "coin" / "Dockerfile"),
    "platforms": ["linux/amd64", "linux/arm64"],
    "build_args": {"SOURCE": "release"},
    "keep": False,
    "tags": TAGS,
}
HOST: Any = {
    "ami_id": "ami-0123456789abcdef0",
    "instance_type": "t4g.medium",
    "subnet_id": "subnet-1",
    "security_group_ids": ["sg-1"],
    "instance_profile": "profile",
    "user_data": "#cloud-config\n",
    "tags": TAGS,
}
VOLUME: Any = {
    "availability_zone": f"{REGION}a",
    "size_gib": 100,
    "tags": {**TAGS, "nodekeep:node": "a"},
}
BALANCER: Any = {
    "vpc_id": "vpc-1",
    "vpc_cidr": "10.20.0.0/16",
    "subnet_ids": ["subnet-1", "subnet-2"],
    "rpc_port": 18443,
    "health_port": 9150,
    "tags": TAGS,
}
USERS: Any = {"stack": STACK, "users": ["caller", "exporter"], "keep": False, "tags": TAGS}
FILES: Any = {"bucket_name": "bitcoin-test-hostfiles", "tags": TAGS}
BUCKET: Any = {"bucket_name": "bitcoin-test-bucket", "tags": TAGS}
DNS: Any = {"vpc_id": "vpc-1", "domains": ["s3.eu-central-1.amazonaws.com"], "tags": TAGS}
NODE: Any = {
    "stack": STACK,
    "node": "a",
    "region": REGION,
    "account_id": ACCOUNT,
    "vpc_id": "vpc-1",
    "subnet_id": "subnet-1",
    "hosts": {
        "arm": {"instance_type": "t4g.medium", "platform": "linux/arm64", "ami_id": "ami-1"},
        "x86": {"instance_type": "t3.medium", "platform": "linux/amd64", "ami_id": "ami-2"},
    },
    "daemon": {
        "name": "bitcoind",
        "cli": "bitcoin-cli",
        "uid": 10001,
        "data_path": "/data",
        "stop_signal": "SIGTERM",
        "stop_grace_s": 600,
        "arguments": ["-txindex=1"],
        "environment": {"CHAIN": "regtest"},
        "readiness": {"blocks": {"method": "getblockchaininfo", "field": "blocks"}},
        "ready": {"ibd": "ignore", "peers_min": 0, "tip_age_max_s": None, "behind_max": 0},
    },
    "image": f"registry/coin@sha256:{64 * 'a'}",
    "image_repository": "nodekeep/bitcoin-test/bitcoin",
    "volume_id": "vol-0123456789abcdef0",
    "volume_blank": True,
    "hostfiles_bucket": "bitcoin-test-hostfiles",
    "hostfiles_key": f"hostfiles/{64 * 'b'}.tar.gz",
    "hostfiles_sha256": 64 * "b",
    "rpc_port": 18443,
    "health_port": 9150,
    "p2p_port": 18444,
    "rpc_users": {"caller": {"secret_arn": "arn:aws:s:::caller", "methods": ["getblockcount"]}},
    "load_balancer_security_group_id": "sg-balancer",
    "target_group_arns": ["arn:aws:elb:::targets"],
    "tags": TAGS,
}
VAULT: Any = {
    "stack": STACK,
    "region": REGION,
    "account_id": ACCOUNT,
    "cidr": "10.30.0.0/24",
    "zone": "a",
    "courier_bucket": "bitcoin-test-courier",
    "key_alias": "alias/nodekeep/bitcoin-test/seed",
    "role_name": "bitcoin-test-signer",
    "tags": TAGS,
}
SIGNER: Any = {
    "stack": STACK,
    "region": REGION,
    "account_id": ACCOUNT,
    "subnet_id": "subnet-vault",
    "security_group_id": "sg-vault",
    "ami_id": "ami-2",
    "instance_type": "t3.small",
    "courier_bucket": "bitcoin-test-courier",
    "key_alias": "alias/nodekeep/bitcoin-test/seed",
    "role_name": "bitcoin-test-signer",
    "tags": TAGS,
}

OF_COMPONENT: dict[str, Any] = {
    "ClosedBucket": BUCKET,
    "DataVolume": VOLUME,
    "DnsFirewall": DNS,
    "EdgeNetwork": EDGE,
    "Host": HOST,
    "HostFiles": FILES,
    "LoadBalancer": BALANCER,
    "MultiArchImage": IMAGE,
    "Node": NODE,
    "RpcUsers": USERS,
    "Signer": SIGNER,
    "VaultNetwork": VAULT,
}


def changed(arguments: Any, **change: Any) -> Any:
    """Return arguments with some of them changed."""
    return {**arguments, **change}
