"""Make the lists of inputs in `schema.json` from the source of an installed SDK.

Run `python -m lab.plugins.sdk` after a change of the SDK's version or of the table of kinds. The
source is parsed, not imported: the classes of pulumi_aws alone take minutes to import.
"""

import ast
import functools
import importlib.util
import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from lab.plugins.pack import PROVIDERS
from lab.plugins.resource import Kind

_HERE = Path(__file__).parent
_BASIC = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "Any": "any"}


class Sdk:
    """One installed SDK's source."""

    def __init__(self, package: str) -> None:
        spec = importlib.util.find_spec(package)
        if spec is None or spec.origin is None:
            raise SystemExit(f"{package} is not installed: run uv sync")
        self._root = Path(spec.origin).parent
        self._types: dict[str, Any] = {}

    def schema(self, kinds: Mapping[str, Kind]) -> dict[str, Any]:
        """Return all inputs of the types, and the objects nested in those the stand-ins do."""
        resources = {token: self._resource(kind) for token, kind in sorted(kinds.items())}
        return {"resources": resources, "types": dict(sorted(self._types.items()))}

    def text(self, kinds: Mapping[str, Kind]) -> str:
        """Return the same as the file's text, an object a line."""
        schema = self.schema(kinds)
        return json.dumps(schema, separators=(",", ":")).replace("},", "},\n") + "\n"

    def _resource(self, kind: Kind) -> dict[str, Any]:
        _, module, name = kind.typ.split(":")
        folder, _, stem = module.partition("/")
        file = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", stem or name).lower() + ".py"
        path = self._root / ("" if folder == "index" else folder) / file
        initial = f"{name}InitArgs"  # where `Args` is the name of a nested type
        args = initial if initial in _classes(path) else f"{name}Args"
        return self._inputs(path, args, kind.inputs)

    def _inputs(self, path: Path, name: str, done: Collection[str] | None = None) -> dict[str, Any]:
        found = _classes(path)[name]
        names = dict(_wire_names(found))
        init = next(
            n for n in found.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"
        )
        arguments = list(zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True))
        inputs = {
            (wire := names[a.arg]): self._type(path, a.annotation)
            if done is None or wire in done
            else "any"
            for a, _ in arguments
        }
        required = [names[a.arg] for a, default in arguments if default is None]
        return {"inputs": dict(sorted(inputs.items())), "required": sorted(required)}

    def _type(self, path: Path, node: ast.expr | None) -> str:
        """Translate an annotation: `[x` is a list of x, `{x` a map of x, `#X` an object."""
        match node:
            case ast.Subscript(value=outer, slice=inner):
                return self._generic(path, _last(outer), inner)
            case ast.Constant(value=str(text)):
                return self._named(path, text.strip("'").rpartition(".")[2])
            case ast.Name() | ast.Attribute():
                return self._named(path, _last(node))
        return "any"

    def _generic(self, path: Path, outer: str, inner: ast.expr) -> str:
        match outer, inner:
            case "Sequence", _:
                return "[" + self._type(path, inner)
            case "Mapping", ast.Tuple(elts=[_, value]):
                return "{" + self._type(path, value)
            case "Union", ast.Tuple(elts=options):
                texts = {
                    self._type(path, option) for option in options if "Args" not in _text(option)
                }
                return texts.pop() if len(texts) == 1 and "Args" not in _text(inner) else "any"
        return self._type(path, inner)  # Input[x], Optional[x]

    def _named(self, path: Path, name: str) -> str:
        if name in ("Asset", "Archive", "AssetOrArchive"):
            return "asset"
        if not name.endswith("Args"):
            return _BASIC.get(name, "string")  # an enum's values are strings
        qualified = f"{path.parent.name}.{name.removesuffix('Args')}"
        if qualified not in self._types:
            self._types[qualified] = {}  # types may hold themselves
            self._types[qualified] |= self._inputs(path.parent / "_inputs.py", name)
        return f"#{qualified}"


@functools.cache
def _classes(path: Path) -> dict[str, ast.ClassDef]:
    tree = ast.parse(path.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}


def _wire_names(found: ast.ClassDef) -> Iterator[tuple[str, str]]:
    """Yield Python's and Pulumi's name of each property with a getter."""
    for node in found.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if "pulumi.getter" in _text(decorator):
                given = re.search(r"name='(\w+)'", _text(decorator))
                yield node.name, given[1] if given else node.name


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else _text(node)


def _text(node: ast.AST) -> str:
    return ast.unparse(node)


def main() -> None:
    """Write the list of each plugin."""
    for name in PROVIDERS:
        kinds = importlib.import_module(f"lab.plugins.{name}").KINDS
        (_HERE / name / "schema.json").write_text(Sdk(f"pulumi_{name}").text(kinds))


if __name__ == "__main__":
    main()
