"""One of each kind, by what it is for: importing a part registers its resources."""

from . import common, identity, network, service, storage

__all__ = ["common", "identity", "network", "service", "storage"]
