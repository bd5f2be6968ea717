"""Tags: every service has its own way of setting and telling them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import Call


@dataclass(frozen=True, kw_only=True)
class Tagging:
    """How a service tags.

    Attributes:
        param: the parameter of the creating request; None if tags are set afterwards.
        kind: EC2's name for the type of resource, in `TagSpecifications`.
        look: the call that tells them; None if the description does.
        at: where they stand in that answer.
        add: the operation that sets some, and its parameters.
        remove: the operation that removes some.
        names: the parameter that lists the names to be removed.
        pair: how one tag is written; None if tags are a map.
        whole: `add` sets all tags at once, and what is not named is gone.
        added: the parameter of `add`.
    """

    param: str | None = "Tags"
    kind: str = ""
    look: Call | None = None
    at: str = "Tags"
    add: Call
    remove: Call | None = None
    names: str = "TagKeys"
    pair: tuple[str, str] | None = ("Key", "Value")
    whole: bool = False
    added: str = "Tags"

    def written(self, tags: Mapping[str, str]) -> Any:
        """Return tags as the service wants them."""
        if self.pair is None:
            return dict(tags)
        key, value = self.pair
        return [{key: name, value: text} for name, text in sorted(tags.items())]

    def at_creation(self, tags: Mapping[str, str]) -> dict[str, Any]:
        """Return the part of the creating request."""
        if not tags or self.param is None:
            return {}
        if self.kind:
            return {"TagSpecifications": [{"ResourceType": self.kind, "Tags": self.written(tags)}]}
        return {self.param: self.written(tags)}

    def told(self, answer: Any) -> dict[str, str]:
        """Return the tags of an answer, without AWS's own."""
        if self.pair is None:
            tags = dict(answer or {})
        else:
            key, value = self.pair
            tags = {item[key]: item.get(value, "") for item in answer or ()}
        return {name: text for name, text in tags.items() if not name.startswith("aws:")}

    def removal(self, names: list[str]) -> dict[str, Any]:
        """Return the parameter that removes tags."""
        return {self.names: [{"Key": n} for n in names] if self.names == "Tags" else names}


def ec2(kind: str) -> Tagging:
    """Return EC2's tagging of a type of resource."""
    return Tagging(
        kind=kind,
        param="TagSpecifications",
        add=Call(operation="create_tags", params={"Resources": ["{id}"]}),
        remove=Call(operation="delete_tags", params={"Resources": ["{id}"]}),
        names="Tags",
    )


def by_arn(parameter: str = "ResourceArn", value: str = "{arn}", **options: Any) -> Tagging:
    """Return the tagging of the many services that have TagResource and ListTagsForResource."""
    params = {parameter: value}
    return Tagging(
        **{
            "look": Call(operation="list_tags_for_resource", params=params, at="Tags"),
            "at": "@",
            "add": Call(operation="tag_resource", params=params),
            "remove": Call(operation="untag_resource", params=params),
            **options,
        }
    )
