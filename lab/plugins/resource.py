"""A kind of resource as the engine sees it: its inputs, and what a change of them means."""

import functools
import hashlib
import secrets
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.forms import Same, covers, empty
from lab.plugins.link import Job
from lab.plugins.wire import UNKNOWN, Properties, has_unknown

Failure = tuple[str, str]
"""A property and why its value is refused."""

_DEFAULTS = "__defaults"
_RANDOM_LENGTH = 7


class PluginError(Exception):
    """An operation failed; the text is for whoever runs Pulumi."""


class UnfinishedError(PluginError):
    """A resource is there but not as wanted: the engine keeps it and tries again next time."""

    def __init__(self, reason: str, resource_id: str, state: Properties) -> None:
        super().__init__(reason)
        self.resource_id = resource_id
        self.state = state


@dataclass(frozen=True, kw_only=True)
class Field:
    """An input of a kind.

    Attributes:
        name: as Pulumi writes it.
        replace: a changed value needs a new resource.
        default: what no value means.
        computed: without a value the other side chooses one, which then is no difference.
        silent: a changed value is taken on, but changes nothing (a new password to log in with).
        same: says whether the actual value is as wanted.
    """

    name: str
    replace: bool = False
    default: Any = None
    computed: bool = False
    silent: bool = False
    same: Same = covers

    def differs(self, state: Properties, olds: Properties, news: Properties) -> bool:
        """Say whether the new inputs want something else than there is."""
        actual, old, new = state.get(self.name), olds.get(self.name), news.get(self.name)
        if self.silent:
            return False
        if new is None:
            return not (self.computed or empty(actual))
        if has_unknown(new):
            return True
        if actual is None and new == self.default:
            return False
        # The last part: a key dropped from a nested value is still covered by what there is.
        return not self.same(actual, new) or (isinstance(old, dict) and not self.same(new, old))


@dataclass(frozen=True, kw_only=True)
class AutoName:
    """The input that is the resource's name there; without a value one is made.

    Attributes:
        name: the input.
        prefix: another input, whose value stands for the logical name.
        longest: how many characters the service takes.
        lower: the service takes no upper case.
    """

    name: str
    prefix: str = "namePrefix"
    longest: int = 255
    lower: bool = False

    def make(self, logical: str, inputs: Properties, seed: bytes) -> Any:
        """Return `<logical name>-<7 hex digits>`, or what the prefix says and as many digits."""
        digits = hashlib.sha256(seed or secrets.token_bytes()).hexdigest()[:_RANDOM_LENGTH]
        base = inputs.get(self.prefix, f"{logical}-")
        if base is UNKNOWN:
            return base
        if len(base) + _RANDOM_LENGTH > self.longest:
            raise PluginError(
                f"no {self.name} given, and {base!r} is too long to make one from: at most "
                f"{self.longest - _RANDOM_LENGTH} characters"
            )
        return (base.lower() if self.lower else base) + digits


@dataclass(frozen=True, kw_only=True)
class Kind(ABC):
    """A kind of resource.

    Attributes:
        typ: its Pulumi type.
        fields: its inputs.
        outputs: what is known only once it is there.
        volatile: outputs that an update may change.
        auto_name: the input that gets a name when it has none.
        delete_first: two cannot be at the same time, so a replacement begins with the deletion.
    """

    typ: str
    fields: Sequence[Field]
    outputs: Sequence[str] = ()
    volatile: Sequence[str] = ()
    auto_name: AutoName | None = None
    delete_first: bool = False

    def complete(self, name: str, seed: bytes, olds: Properties, news: Properties) -> Properties:
        """Return the inputs with a name and defaults where none are given."""
        inputs = {key: value for key, value in news.items() if key != _DEFAULTS}
        added = [f.name for f in self.fields if f.default is not None and f.name not in inputs]
        inputs |= {f.name: f.default for f in self.fields if f.name in added}
        auto = self.auto_name
        if auto and auto.name not in inputs:
            stays = auto.name in olds.get(_DEFAULTS, ())
            inputs[auto.name] = olds[auto.name] if stays else auto.make(name, inputs, seed)
            added.append(auto.name)
        return inputs | {_DEFAULTS: sorted(added)}

    def refusals(self, inputs: Properties) -> list[Failure]:
        """Say what is wrong with completed inputs, as far as this kind knows better."""
        del inputs
        return []

    def changes(self, state: Properties, olds: Properties, news: Properties) -> list[Field]:
        """Return the inputs whose value is not what there is."""
        return [field for field in self.fields if field.differs(state, olds, news)]

    def preview(self, state: Properties | None, inputs: Properties) -> Properties:
        """Return the state to come: unknown where only the doing will tell."""
        wanted = {key: value for key, value in inputs.items() if key != _DEFAULTS}
        if state is None:
            chosen = [f.name for f in self.fields if f.computed]
            return dict.fromkeys([*chosen, *self.outputs], UNKNOWN) | wanted
        kept = {k: v for k, v in state.items() if k not in self.inputs or self.inputs[k].computed}
        return kept | wanted | dict.fromkeys(self.volatile, UNKNOWN)

    @functools.cached_property
    def inputs(self) -> dict[str, Field]:
        """The fields by name."""
        return {field.name: field for field in self.fields}

    @abstractmethod
    def create(self, job: Job, inputs: Properties) -> tuple[str, Properties]:
        """Make the resource; return its id and state."""

    @abstractmethod
    def read(
        self, job: Job, resource_id: str, state: Properties, inputs: Properties
    ) -> Properties | None:
        """Return the state as it is now, or None if the resource is gone."""

    @abstractmethod
    def update(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Field],
        inputs: Properties,
    ) -> Properties:
        """Make the changed inputs true; return the new state."""

    @abstractmethod
    def delete(self, job: Job, resource_id: str, state: Properties) -> None:
        """Make the resource go away; one that is gone already is no error."""

    def actual_inputs(self, state: Properties, inputs: Properties) -> Properties:
        """Return the inputs which the state answers to: what drifted replaces what was wanted.

        With no inputs (an import) these are all that the state tells.
        """
        told = {f.name: state[f.name] for f in self.fields if not empty(state.get(f.name))}
        if not inputs:
            return told
        drifted = {
            f.name: state.get(f.name)
            for f in self.fields
            if f.name in inputs and not f.silent and not f.same(state.get(f.name), inputs[f.name])
        }
        new = {k: v for k, v in told.items() if k not in inputs and not self.inputs[k].computed}
        return inputs | drifted | new
