"""Serve the stand-in for the `aws` provider."""

from importlib.metadata import version
from pathlib import Path

from lab.plugins.aws import KINDS
from lab.plugins.aws.functions import FUNCTIONS
from lab.plugins.aws.session import AWS, refuse
from lab.plugins.schema import Schema
from lab.plugins.serve import main
from lab.plugins.servicer import Provider

main(
    Provider(
        name="aws",
        version=version("pulumi-aws"),
        kinds=KINDS,
        schema=Schema(Path(__file__).with_name("schema.json")),
        functions=FUNCTIONS,
        check_config=refuse,
        configure=AWS.configure,
    )
)
