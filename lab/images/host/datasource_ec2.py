"""Tells cloud-init that this is EC2, which it otherwise reads off the machine's firmware.

In a container there is none to read, and without it the Ec2 datasource would not ask for a
metadata token. Everything else is cloud-init's own.
"""

from cloudinit import sources  # type: ignore[import-not-found] # the image has it
from cloudinit.sources import DataSourceEc2 as real  # type: ignore[import-not-found] # noqa: N813


class DataSourceEc2(real.DataSourceEc2):  # type: ignore[misc]
    """The Ec2 datasource, on a machine known to be EC2."""

    def _get_cloud_name(self) -> str:
        return str(real.CloudNames.AWS)


def get_datasource_list(depends: list[str]) -> list[type]:
    """Return the datasource if cloud-init's stage has what it depends on."""
    needs = (sources.DEP_FILESYSTEM, sources.DEP_NETWORK)
    return list(sources.list_from_depends(depends, [(DataSourceEc2, needs)]))
