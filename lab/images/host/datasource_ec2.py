"""Tells cloud-init that this is EC2, which it otherwise reads off the machine's firmware.

In a container there is none to read, and without it the Ec2 datasource would not ask for a
metadata token. Everything else is cloud-init's own.
"""

from cloudinit import sources
from cloudinit.sources import DataSourceEc2 as ec2


class DataSourceEc2(ec2.DataSourceEc2):
    """The Ec2 datasource, on a machine known to be EC2."""

    def _get_cloud_name(self) -> str:
        return ec2.CloudNames.AWS


def get_datasource_list(depends: list[str]) -> list[type]:
    """Return the datasource if cloud-init's stage has what it depends on."""
    needs = (sources.DEP_FILESYSTEM, sources.DEP_NETWORK)
    return sources.list_from_depends(depends, [(DataSourceEc2, needs)])
