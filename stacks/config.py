"""Where settings come from: the stack's configuration, and what a lab sets differently."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pulumi
import yaml
from pulumi.runtime.config import CONFIG, get_config_env

from stacks.errors import SettingsError
from stacks.model import Given
from stacks.settings import PREFIX, Settings

CATALOGUE = Path(__file__).parents[1] / "docker"


def settings() -> Settings:
    """Return the settings of the stack that runs.

    Raises:
        pulumi.RunError: they cannot work; Pulumi shows its text, and makes nothing.
    """
    try:
        return parse({**get_config_env(), **CONFIG.get()}, pulumi.get_stack())
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


def from_file(file: Path) -> Settings:
    """Return the settings in a stack's file, `Pulumi.<stack>.yaml`, without Pulumi.

    Raises:
        SettingsError: they cannot work.
    """
    stack = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
    return parse(yaml.safe_load(file.read_text(encoding="utf-8"))["config"], stack)


def parse(config: Mapping[str, object], stack: str) -> Settings:
    """Return the settings in a stack's configuration, whose keys have their prefixes.

    Raises:
        SettingsError: they cannot work.
    """
    return Settings.parse(
        overridden(plain(config), os.environ),
        stack=stack,
        region=str(config.get("aws:region", "")),
        catalogue=CATALOGUE,
    )


def plain(config: Mapping[str, object]) -> dict[str, object]:
    """Return our keys of a configuration as the data that was written.

    Pulumi hands every value over as text: maps, numbers and truths as JSON. Keys that it was not
    told of come along, as `pulumi.Config` could not show them: so a slip of the pen is found.
    """
    ours: dict[str, object] = {}
    for name, value in config.items():
        if not name.startswith(PREFIX):
            continue
        key = name.removeprefix(PREFIX)
        ours[key] = value
        field = Given.model_fields.get(key)
        if isinstance(value, str) and not (field and field.annotation is str):
            with suppress(ValueError):
                ours[key] = json.loads(value)
    return ours


def overridden(mapping: dict[str, object], environment: Mapping[str, str]) -> dict[str, object]:
    """Return settings with what the environment says an image is made from.

    A lab without the internet takes the daemon from elsewhere; its stacks' files stay the same.
    """
    image = mapping.get("image", {})
    if not isinstance(image, dict):
        return mapping
    known = {"source": "NODEKEEP_IMAGE_SOURCE", "builder": "NODEKEEP_IMAGE_BUILDER"}
    forced = {key: environment[name] for key, name in known.items() if environment.get(name)}
    return {**mapping, "image": {**image, **forced}}
