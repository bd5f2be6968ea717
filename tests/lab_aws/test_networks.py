"""Where the local AWS is reached, and from where it is not."""

from ipaddress import IPv4Network

from lab.aws.networks import EDGE, VAULT, Networks

NETWORKS = Networks(IPv4Network("172.30.0.0/24"), IPv4Network("172.30.1.0/24"), 4566)


def test_it_listens_for_this_machine_and_its_hosts_only() -> None:
    assert NETWORKS.listening == ["127.0.0.1:4566", "172.30.0.1:4566"]
    assert NETWORKS.aws(EDGE) in NETWORKS.listening


def test_the_vault_reaches_it_through_the_relay() -> None:
    assert NETWORKS.aws(VAULT) == "172.30.1.2:4566"
