"""What a preview costs: the shipped stack, an empty program, and 1 to 50 nodes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from lab.stack_file import unsalted
from tests.bench.measure import Cost, cost, resources

PREVIEW = ["pulumi", "preview", "--json", "--stack"]
SIZES = (1, 10, 25, 50)


def shipped(root: Path, env: Mapping[str, str]) -> list[tuple[str, int, Cost]]:
    """Preview and unchanged `up` of bitcoin-test, and a preview of an empty program."""
    with unsalted(root / "stacks" / "Pulumi.bitcoin-test.yaml"):
        preview, printed = cost([*PREVIEW, "bitcoin-test"], cwd=root, env=env)
        up, _ = cost(["pulumi", "up", "--yes", "--stack", "bitcoin-test"], cwd=root, env=env)
    count = resources(printed)
    with TemporaryDirectory() as directory:
        (Path(directory) / "Pulumi.yaml").write_text(
            yaml.safe_dump(
                {
                    "name": "empty",
                    "runtime": {
                        "name": "python",
                        "options": {"virtualenv": str(root / ".venv")},
                    },
                }
            )
        )
        (Path(directory) / "__main__.py").write_text("")
        with _scratch(env, Path(directory), "empty") as scratch:
            empty, _ = cost([*PREVIEW, "empty"], cwd=Path(directory), env=scratch)
    return [
        ("`pulumi preview` of an empty program", 0, empty),
        ("`pulumi preview` of bitcoin-test, unchanged", count, preview),
        ("`pulumi up` of bitcoin-test, unchanged", count, up),
    ]


def growth(root: Path, env: Mapping[str, str]) -> list[tuple[int, int, Cost]]:
    """Preview, from nothing, stacks of 1 to 50 nodes: (nodes, resources, cost)."""
    rows = []
    for size in SIZES:
        with TemporaryDirectory() as directory:
            file = Path(directory) / "Pulumi.many.yaml"
            file.write_text(yaml.safe_dump({"config": _many(size)}))
            with _scratch(env, root, "many") as scratch:
                command = [*PREVIEW, "many", "--config-file", str(file)]
                measured, printed = cost(command, cwd=root, env=scratch)
        rows.append((size, resources(printed), measured))
    return rows


def _many(nodes: int) -> dict[str, object]:
    hosts = {"arm": {"type": "t4g.medium"}, "x86": {"type": "t3.medium"}}
    return {
        "aws:region": "eu-central-1",
        "nodekeep:coin": "bitcoin",
        "nodekeep:chain": "regtest",
        "nodekeep:keep": False,
        "nodekeep:nodes": {
            f"n{number}": {"zone": "abc"[number % 3], "hosts": hosts} for number in range(nodes)
        },
    }


@contextmanager
def _scratch(env: Mapping[str, str], cwd: Path, stack: str) -> Iterator[dict[str, str]]:
    """A state of its own, thrown away; the stack file in the project is not left behind."""
    with TemporaryDirectory() as state:
        scratch = {**env, "PULUMI_BACKEND_URL": f"file://{state}"}
        cost(["pulumi", "stack", "init", stack, "--no-select"], cwd=cwd, env=scratch, runs=1)
        try:
            yield scratch
        finally:
            for file in (cwd / "stacks" / f"Pulumi.{stack}.yaml", cwd / f"Pulumi.{stack}.yaml"):
                file.unlink(missing_ok=True)
