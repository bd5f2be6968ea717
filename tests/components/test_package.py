"""The components as a package: schema, construction off the wire, import, parents."""

import json
import os
import runpy
import subprocess
import sys
from typing import Any

import pytest
from pulumi import ComponentResource
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.util import camel_case
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

import components
from tests.components.arguments import OF_COMPONENT, ROOT
from tests.engine import run_program

ENTRY = ROOT / "components" / "__main__.py"


@pytest.fixture(scope="module")
def provider() -> ComponentProvider:
    """The package as Pulumi sees it."""
    path = list(sys.path)
    classes: list[type[ComponentResource]] = runpy.run_path(str(ENTRY))["classes"]()
    sys.path[:] = path
    return ComponentProvider(classes, "nodekeep", None, "0.1.0")


def public() -> list[type[ComponentResource]]:
    """Return the public components."""
    found = [getattr(components, name) for name in components.__all__]
    return [item for item in found if issubclass(item, ComponentResource)]


def test_the_schema_is_what_was_agreed(
    provider: ComponentProvider, snapshot: SnapshotAssertion
) -> None:
    """Every change to what other languages see shows up here."""
    assert provider.schema is not None
    assert json.loads(provider.schema) == snapshot(extension_class=JSONSnapshotExtension)


def test_everything_public_is_described(provider: ComponentProvider) -> None:
    assert provider.schema is not None
    schema = json.loads(provider.schema)
    assert set(schema["resources"]) == {f"nodekeep:index:{it.__name__}" for it in public()}
    for name, item in {**schema["resources"], **schema["types"]}.items():
        assert item.get("description"), name
        for kind in ("properties", "inputProperties"):
            for key, described in item.get(kind, {}).items():
                assert described.get("description"), f"{name}.{key}"


def wire(value: Any, *, names: bool = True) -> Any:
    """Return arguments as they come from another language: other names, numbers as floats."""
    if isinstance(value, dict):
        return {
            camel_case(key) if names else key: wire(inner, names=key not in MAPS)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [wire(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


MAPS = {"tags", "hosts", "rpc_users", "environment", "readiness", "ready", "build_args"}
"""Arguments whose keys are names or somebody else's."""


@pytest.mark.parametrize("component", public(), ids=lambda component: component.__name__)
def test_arguments_off_the_wire_give_the_same_resources(
    provider: ComponentProvider,
    component: Any,
) -> None:
    arguments = OF_COMPONENT[component.__name__]
    definition = provider._component_defs[component.__name__]
    mapped: Any = provider.map_inputs(wire(arguments), definition)
    ours = run_program(lambda: component("x", arguments))
    theirs = run_program(lambda: component("x", mapped))
    assert {it.urn: it.inputs for it in theirs.resources} == {
        it.urn: it.inputs for it in ours.resources
    }


@pytest.mark.parametrize("component", public(), ids=lambda component: component.__name__)
@pytest.mark.parametrize("preview", [False, True])
def test_everything_hangs_below_its_component(*, component: Any, preview: bool) -> None:
    made = run_program(lambda: component("x", OF_COMPONENT[component.__name__]), preview=preview)
    (top,) = [it for it in made.resources if it.name == "x" and not list(made.ancestors(it))]
    assert top.typ == f"nodekeep:index:{component.__name__}"
    for resource in made.resources:
        if resource is not top:
            assert list(made.ancestors(resource))[-1] is top
            assert resource.name.startswith("x")


@pytest.mark.parametrize("component", public(), ids=lambda component: component.__name__)
def test_everything_that_can_be_tagged_is(component: Any) -> None:
    made = run_program(lambda: component("x", OF_COMPONENT[component.__name__]))
    tagged = [it for it in made.resources if "tags" in it.inputs]
    assert tagged
    for resource in tagged:
        assert resource.inputs["tags"]["nodekeep:stack"] == "bitcoin-test"


@pytest.mark.parametrize("component", public(), ids=lambda component: component.__name__)
def test_a_component_can_be_had_twice(component: Any) -> None:
    def program() -> None:
        component("x", OF_COMPONENT[component.__name__])
        component("y", OF_COMPONENT[component.__name__])

    run_program(program)


def test_the_import_is_lean() -> None:
    """Neither the AWS library nor any of the provider's modules: these come when they are used."""
    program = "import components, sys; print('\\n'.join(sys.modules))"
    environment = {**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    modules = done.stdout.split()
    assert not {"boto3", "botocore", "pydantic", "docker"} & set(modules)
    assert not [name for name in modules if name.startswith("pulumi_aws.ec2.")]


def test_the_plugins_entry_starts_from_its_own_folder() -> None:
    """As Pulumi does: the folder itself is first on the search path."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "components"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
        timeout=120,
    )
    assert "ModuleNotFoundError" not in done.stderr


def test_components_know_nothing_of_stacks() -> None:
    for file in (ROOT / "components").glob("*.py"):
        words = file.read_text()
        for other in ("stacks", "ops", "lab"):
            assert f"from {other}" not in words
            assert f"import {other}" not in words
        assert "pulumi.Config" not in words
