"""A kind of AWS resource at work: checked, made, changed and deleted by its row of the table."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws import model
from lab.plugins.aws.inputs import Input
from lab.plugins.aws.session import AWS, AwsError
from lab.plugins.aws.table import Row, search, tags_of
from lab.plugins.aws.template import fill, put
from lab.plugins.forms import exactly
from lab.plugins.link import Job, StoppedError
from lab.plugins.resource import Failure, Field, PluginError, UnfinishedError
from lab.plugins.wire import UNKNOWN, Properties, has_unknown

_POLL_S = 1.0
_BUSY_TRIES = 120
_UNSEEN_TRIES = 10


@dataclass(frozen=True, kw_only=True)
class AwsKind(Row):
    """A kind of resource in AWS; the few that a table cannot tell override some of this."""

    def refusals(self, inputs: Properties) -> list[Failure]:
        """Refuse what botocore would refuse to send, as far as all values are known."""
        try:
            request = self.request(inputs)
        except ValueError as error:  # base64 that is none
            return [("", f"{self.typ}: {error}")]
        if has_unknown(request):
            return []
        found = model.problems(self.service, self.make.operation, request)
        return [("", f"{self.typ}: {problem}") for problem in found]

    def changes(self, state: Properties, olds: Properties, news: Properties) -> list[Field]:
        """Compare tags with those of the provider added, the rest as usual."""
        changed = [f for f in super().changes(state, olds, news) if f.name != "tags"]
        tags = next((f for f in self.fields if f.name == "tags"), None)
        wanted = tags_of(news)
        differ = wanted is UNKNOWN or not exactly(state.get("tagsAll"), wanted)
        return [*changed, tags] if tags and differ else changed

    def preview(self, state: Properties | None, inputs: Properties) -> Properties:
        """Add what is known before."""
        known = {"region": AWS.region} | ({"tagsAll": tags_of(inputs)} if self.tagging else {})
        return super().preview(state, inputs) | known

    def request(self, inputs: Properties) -> dict[str, Any]:
        """Return the parameters of the creating call."""
        request = fill(self.make.params, self.lookup("", inputs))
        for item in self.fields:
            value = inputs.get(item.name)
            if item.param is None or value is None:
                continue
            sent = value if has_unknown(value) else item.form.send(value)
            if sent is not None:
                put(request, item.sent_as, sent)
        tags = tags_of(inputs)
        if self.tagging and tags is not UNKNOWN:
            request |= self.tagging.at_creation(tags)
        return dict(request)

    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Make the resource and wait until it is fit for use."""
        answer = self.call(self.make.operation, self.request(inputs))
        named = fill(self.identity, self.lookup("", inputs)) if self.identity else ""
        resource_id = str(named or search(self.make.at, answer))
        try:
            self.begun(job, resource_id, inputs)
            return resource_id, self._settled(job, resource_id, inputs)
        except Exception as error:  # whatever went wrong, what was made is not forgotten
            foreseen = isinstance(error, PluginError | StoppedError)
            reason = str(error) if foreseen else traceback.format_exc()
            later = {f.name for f in self.fields if f.param is None and f.update}
            made = {k: v for k, v in inputs.items() if k not in later and k != "__defaults"}
            raise UnfinishedError(reason, resource_id, made) from error

    def begun(self, job: Job, resource_id: str, inputs: Properties) -> None:
        """Set what the creating call does not take."""
        given = [f for f in self.fields if inputs.get(f.name) not in (None, f.default)]
        later = [f for f in given if f.param is None and f.update]
        self.alter(job, resource_id, {}, later, inputs)
        if self.tagging and self.tagging.param is None and tags_of(inputs):
            self._tag(resource_id, {}, inputs)

    def read(
        self, job: Job, resource_id: str, state: Properties, inputs: Properties
    ) -> Properties | None:
        """Return the state as AWS tells it now."""
        del job
        before = {k: v for k, v in inputs.items() if k != "__defaults"} | state
        found = self.find(resource_id, before)
        return None if found is None else self.state(resource_id, found, before)

    def update(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Field],
        inputs: Properties,
    ) -> Properties:
        """Change what can be changed, and wait until that is done."""
        try:
            rest = [f for f in changed if isinstance(f, Input) and f.name != "tags"]
            self.alter(job, resource_id, state, rest, inputs)
            if len(rest) < len(changed):
                self._tag(resource_id, state, inputs)
            kept = {k: v for k, v in state.items() if k not in self.inputs}
            chosen = {
                k: v for k, v in state.items() if k in self.inputs and self.inputs[k].computed
            }
            return self._settled(job, resource_id, kept | chosen | inputs)
        except (PluginError, StoppedError) as error:
            now = self.read(job, resource_id, state, {})
            raise UnfinishedError(str(error), resource_id, now or state) from error

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Make the updating calls for inputs that changed."""
        del job
        if self.puts and changed:
            self.call(self.make.operation, self.request(inputs))
            return
        calls: dict[str, list[Input]] = {}
        for item in changed:
            operation = item.update or (self.modify if item.param is not None else None)
            if operation:
                key = f"{operation} {item.name}" if operation in self.apart else operation
                calls.setdefault(key, []).append(item)
        for key, items in calls.items():
            request = fill(self.subject, self.lookup(resource_id, state | inputs))
            for item in items:
                value = inputs.get(item.name, item.absent)
                if value is None:
                    raise PluginError(f"{self.typ}: {item.name} cannot be unset: give a value")
                put(request, item.updated_as, item.form.send(value))
            self.call(key.partition(" ")[0], request)

    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Delete the resource, as soon as nothing else holds it, and wait until it is gone."""
        if self.unmake is None:
            return
        for tries in range(_BUSY_TRIES):
            try:
                self.ending(job, resource_id, state)
                request = fill(self.unmake.params, self.lookup(resource_id, state))
                self.call(self.unmake.operation, request)
                break
            except AwsError as error:
                if error.gone:
                    return
                if not error.busy or tries == _BUSY_TRIES - 1:
                    raise
                job.pause(_POLL_S, f"{resource_id} to be let go ({error.code})")
        while self.lingers and self.find(resource_id, state) is not None:
            job.pause(_POLL_S, f"{resource_id} to be deleted")

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Do what must come before the deletion."""

    def _settled(self, job: Job, resource_id: str, inputs: Properties) -> Properties:
        before = {k: v for k, v in inputs.items() if k != "__defaults"}
        unseen = 0
        while True:
            found = self.find(resource_id, before)
            if found is None:
                unseen += 1  # a new resource may be told of only after a while
                if unseen == _UNSEEN_TRIES:
                    raise PluginError(f"{resource_id} is gone again: run pulumi refresh")
            elif self.ready is None or search(self.ready[0], found) in self.ready[1]:
                return self.state(resource_id, found, before)
            job.pause(_POLL_S, f"{resource_id} to be ready")

    def _tag(self, resource_id: str, state: Properties, inputs: Properties) -> None:
        """Set tags that changed, and remove those no longer wanted."""
        tagging, wanted = self.tagging, tags_of(inputs)
        if tagging is None:
            return
        lookup, before = self.lookup(resource_id, inputs | state), state.get("tagsAll", {})
        old = sorted(before.keys() - wanted.keys())
        if tagging.remove and old and not (tagging.whole and wanted):
            request = fill(tagging.remove.params, lookup)
            self.call(tagging.remove.operation, request | tagging.removal(old))
        new = {k: v for k, v in wanted.items() if tagging.whole or before.get(k) != v}
        if new:
            request = fill(tagging.add.params, lookup)
            put(request, tagging.added, tagging.written(new))
            self.call(tagging.add.operation, request)
