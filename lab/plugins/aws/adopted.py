"""What AWS makes by itself along with a VPC: taken over as it is, and left behind as it is."""

from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.template import fill
from lab.plugins.link import Job
from lab.plugins.resource import PluginError
from lab.plugins.wire import Properties


@dataclass(frozen=True, kw_only=True)
class Adopted(AwsKind):
    """A kind of which none is made: `make` is the call that finds it."""

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Return the parameters of the finding call: what is found is tagged afterwards."""
        return dict(fill(self.make.params, self.lookup("", inputs)))

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Take it over, and make it what is wanted."""
        named = fill(self.identity, self.lookup("", inputs)) if self.identity else ""
        resource_id = named or self.ask(self.make, "", inputs)
        found = self.find(resource_id, inputs) if resource_id else None
        if found is None:
            raise PluginError(f"{self.typ}: AWS has none for {inputs}")
        state = self.state(resource_id, found, {})
        changed = self.changes(state, {}, inputs)
        return resource_id, self.update(job, resource_id, state, changed, inputs)
