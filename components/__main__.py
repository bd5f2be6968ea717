"""Serve the components to every Pulumi language: `pulumi package add <this folder>`."""

import sys
from pathlib import Path

# Run as a plugin, the search path starts with this folder, and `components` is one above it.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pulumi import ComponentResource  # noqa: E402
from pulumi.provider.experimental import component_provider_host  # noqa: E402

import components  # noqa: E402


def classes() -> list[type[ComponentResource]]:
    """Return the public components."""
    public = [getattr(components, name) for name in components.__all__]
    return [item for item in public if issubclass(item, ComponentResource)]


if __name__ == "__main__":
    component_provider_host(name="nodekeep", components=classes())
