"""What is wrong with a file of settings, told so that it can be put right at once."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from textwrap import shorten

ABSENT = object()
FEW = 12  # names one still reads beside a good guess


@dataclass(frozen=True)
class Problem:
    """One thing that cannot work: where it stands, what stands there, its limit and its fix."""

    key: str
    value: object
    limit: str
    fix: str
    judged_with: tuple[str, ...] = ()
    """Other keys the judgement rests on: while one of them is broken, it says nothing."""

    def __str__(self) -> str:
        given = "is absent" if self.value is ABSENT else f"= {_shown(self.value)}"
        return f"{self.key} {given}\n    {self.limit}\n    fix: {self.fix}"

    def rests_on(self, key: str) -> bool:
        """Tell whether the judgement depends on a key, or on what is below or above it."""
        return any(related(mine, key) for mine in (self.key, *self.judged_with))


class SettingsError(ValueError):
    """Raised when settings cannot work; nothing has been touched by then."""

    def __init__(self, title: str, problems: Iterable[Problem]) -> None:
        self.title = title
        self.problems = tuple(problems)
        super().__init__(title, self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{self.title}: {count} {'problem' if count == 1 else 'problems'}"
        return "\n".join([head, *(f"  {problem}" for problem in self.problems)])


def related(key: str, other: str) -> bool:
    """Tell whether two keys are the same or one holds the other."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")


def closest(word: object, known: Iterable[str]) -> str:
    """Return a suggestion for a word nobody knows: the nearest, or all that there are."""
    names = sorted(known)
    near = get_close_matches(str(word), names, n=1)
    listed = f"known: {', '.join(names) or 'none'}"
    if not near:
        return listed
    guess = f"did you mean {near[0]}?"
    return f"{guess} {listed}" if len(names) <= FEW else guess


def _shown(value: object) -> str:
    """Return a value as it may stand in one line of a terminal."""
    return shorten(repr(value), 60, placeholder=" ...")
