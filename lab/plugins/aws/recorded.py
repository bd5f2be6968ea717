"""Kinds the local AWS has no service for: written down, not enforced.

What a program asks for is kept as JSON in an SSM parameter below `/lab/recorded/`, where anyone can
see it, change it or delete it; a refresh notices. Nothing acts on it. The request that AWS would
get is checked by botocore all the same.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import Input
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.session import AWS, AwsError
from lab.plugins.aws.table import tags_of
from lab.plugins.link import Job
from lab.plugins.resource import Field
from lab.plugins.wire import Properties

_FOLDER = "/lab/recorded"


@dataclass(frozen=True, kw_only=True)
class Recorded(AwsKind):
    """A kind that is only recorded.

    Attributes:
        stem: what ids begin with.
    """

    stem: str

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Write it down under a new id."""
        resource_id = f"{self.stem}-{secrets.token_hex(8)}"
        return resource_id, self.update(job, resource_id, {}, [], inputs)

    def update(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Field],
        inputs: Properties,
    ) -> Properties:
        """Write it down anew."""
        del job, changed, state
        known = {f.name: inputs[f.name] for f in self.fields if f.name in inputs}
        record = known | {"tagsAll": tags_of(inputs)} if self.tagging else known
        name, text = self._name(resource_id), json.dumps(record, sort_keys=True)
        tier = "Intelligent-Tiering"
        AWS.call(
            "ssm", "put_parameter", Name=name, Type="String", Value=text, Tier=tier, Overwrite=True
        )
        return self.state(resource_id, record, inputs)

    def find(self, resource_id: str, values: Properties) -> dict[str, Any] | None:
        """Read what was written."""
        del values
        try:
            told = AWS.call("ssm", "get_parameter", Name=self._name(resource_id))
        except AwsError as error:
            if error.gone:
                return None
            raise
        record: dict[str, Any] = json.loads(told["Parameter"]["Value"])
        return record

    def state(self, resource_id: str, found: dict[str, Any], before: Properties) -> Properties:
        """Return it: it is written in Pulumi's words."""
        del before
        return found | {"region": AWS.region} | self.told_of(found, resource_id, found)

    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Strike it out."""
        del job
        if self.find(resource_id, state) is not None:
            AWS.call("ssm", "delete_parameter", Name=self._name(resource_id))

    def _name(self, resource_id: str) -> str:
        return f"{_FOLDER}/{self.typ.rpartition(':')[2]}/{resource_id}"


def recorded(name: str, **options: Any) -> Input:
    """Return an input that is read back as it was written."""
    return Input(**{"name": name, "seen": None, **options})
