"""Which files of a build context does a `.dockerignore` leave out?"""

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path


class Ignore:
    """The rules of a `.dockerignore`: the last one that matches a path, or a parent of it, wins."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._rules = list(_rules(lines))

    @classmethod
    def of(cls, context: Path, dockerfile: Path) -> "Ignore":
        """Return the rules of a build: those next to the Dockerfile go before the context's own."""
        for path in (
            dockerfile.with_name(dockerfile.name + ".dockerignore"),
            context / ".dockerignore",
        ):
            if path.is_file():
                return cls(path.read_text().splitlines())
        return cls()

    def excludes(self, path: str) -> bool:
        """Say whether a path, relative to the context, is left out."""
        parts = path.split("/")
        prefixes = ["/".join(parts[: i + 1]) for i in range(len(parts))]
        excluded = False
        for keeps, pattern in self._rules:
            if excluded == keeps and any(map(pattern.fullmatch, prefixes)):
                excluded = not keeps
        return excluded


def _rules(lines: Iterable[str]) -> Iterator[tuple[bool, re.Pattern[str]]]:
    for line in lines:
        text = line.strip()
        if not text or line.startswith("#"):
            continue
        keeps = text.startswith("!")
        path = posixpath.normpath(text.removeprefix("!").strip()).lstrip("/")
        yield keeps, re.compile(_expression(path))


def _expression(path: str) -> str:
    """Translate a pattern: `*` stays within a folder, `**` does not."""
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    found = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]+\]|\\.)", path)
    return "".join(
        words.get(part) or (part if part[:1] in ("[", "\\") and len(part) > 1 else re.escape(part))
        for part in found
    )
