"""One stack of Nodekeep: read its settings, compose it, export what a person needs."""

import pulumi

from stacks.compose import deploy
from stacks.config import settings

for name, value in deploy(settings()).items():
    pulumi.export(name, value)
