"""Serve the stand-in for the `docker` provider."""

from importlib.metadata import version
from pathlib import Path

from lab.plugins.docker import KINDS
from lab.plugins.schema import Schema
from lab.plugins.serve import main
from lab.plugins.servicer import Provider

main(
    Provider(
        name="docker",
        version=version("pulumi-docker"),
        kinds=KINDS,
        schema=Schema(Path(__file__).with_name("schema.json")),
    )
)
