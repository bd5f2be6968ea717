"""README keeps its word: its Python runs, its settings parse, and what it names is there."""

import re
from pathlib import Path

import pytest
import yaml

from stacks.settings import Settings
from tests.engine import run_program

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def blocks(language: str) -> list[str]:
    """Return README's blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def words(pattern: str) -> list[str]:
    """Return what README names in a certain way, each once."""
    found = sorted(set(re.findall(pattern, README)))
    assert found, f"README names nothing like {pattern}"
    return found


@pytest.mark.parametrize("source", blocks("python"))
def test_python_runs(source: str) -> None:
    code = compile(source, "README.md", "exec")
    made = run_program(lambda: exec(code, {}))  # what a reader would do
    assert made.resources


def test_there_is_python_to_run() -> None:
    assert blocks("python")


@pytest.mark.parametrize("source", blocks("yaml"))
def test_settings_parse(source: str) -> None:
    config = yaml.safe_load(source)["config"]
    region = config.pop("aws:region")
    given = {key.removeprefix("nodekeep:"): value for key, value in config.items()}
    parsed = Settings.parse(given, stack="readme", region=region, catalogue=ROOT / "docker")
    assert parsed.nodes


@pytest.mark.parametrize("target", words(r"\bmake ([a-z-]+)\b(?=[^a-z])"))
def test_make_target_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("stack", words(r"(?:--stack |STACK=|\| `)([a-z]+-[a-z]+)\b"))
def test_stack_file_is_there(stack: str) -> None:
    assert (ROOT / "stacks" / f"Pulumi.{stack}.yaml").is_file()


@pytest.mark.parametrize("stack", sorted(ROOT.glob("stacks/Pulumi.*.yaml")), ids=lambda it: it.name)
def test_every_stack_is_told(stack: Path) -> None:
    assert f"| `{stack.stem.removeprefix('Pulumi.')}` |" in README


@pytest.mark.parametrize("link", words(r"\]\(([^)]+)\)"))
def test_link_leads_somewhere(link: str) -> None:
    if not link.startswith("https://"):
        assert (ROOT / link).exists()


def test_pages_link_to_pages_that_are_there() -> None:
    pages = [
        *ROOT.glob("docs/**/*.md"),
        *(ROOT / name for name in ("SECURITY.md", "CONTRIBUTING.md")),
    ]
    lost = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#]+)", page.read_text())
        if not link.startswith("https://") and not (page.parent / link).exists()
    ]
    assert not lost
