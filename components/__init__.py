"""Components of Nodekeep: each stands on its own and takes plain arguments."""

from components._manifest import DaemonArgs, RpcUserArgs
from components.closed_bucket import ClosedBucket, ClosedBucketArgs
from components.data_volume import DataVolume, DataVolumeArgs
from components.dns_firewall import DnsFirewall, DnsFirewallArgs
from components.edge_network import EdgeNetwork, EdgeNetworkArgs
from components.host import Host, HostArgs
from components.host_files import HostFiles, HostFilesArgs
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from components.multi_arch_image import MultiArchImage, MultiArchImageArgs
from components.node import Node, NodeArgs, NodeHostArgs
from components.rpc_users import RpcUsers, RpcUsersArgs
from components.signer import Signer, SignerArgs
from components.vault_network import VaultNetwork, VaultNetworkArgs

__all__ = [
    "ClosedBucket",
    "ClosedBucketArgs",
    "DaemonArgs",
    "DataVolume",
    "DataVolumeArgs",
    "DnsFirewall",
    "DnsFirewallArgs",
    "EdgeNetwork",
    "EdgeNetworkArgs",
    "Host",
    "HostArgs",
    "HostFiles",
    "HostFilesArgs",
    "LoadBalancer",
    "LoadBalancerArgs",
    "MultiArchImage",
    "MultiArchImageArgs",
    "Node",
    "NodeArgs",
    "NodeHostArgs",
    "RpcUserArgs",
    "RpcUsers",
    "RpcUsersArgs",
    "Signer",
    "SignerArgs",
    "VaultNetwork",
    "VaultNetworkArgs",
]
