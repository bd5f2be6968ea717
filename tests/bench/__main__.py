"""Measure everything and write docs/benchmarks.md: `make bench`."""

import datetime as dt
import subprocess

from lab import environment
from lab.place import ROOT, Place
from tests.bench import cold, images, measure, previews


def main() -> None:
    """Write the page; the lab with bitcoin-test must be up (`make bench` sees to it)."""
    env = environment.read(Place())
    asked = ["pulumi", "stack", "output", "image", "--stack", "bitcoin-test"]
    image = subprocess.check_output(asked, cwd=ROOT, env=env, text=True).strip()
    first, second = cold.cold_and_warm(ROOT)
    today = dt.datetime.now(dt.UTC).date()
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {today}, {measure.machine()}.",
        "Medians of three runs; `make up` once. CPU seconds are those of the command and all its",
        "children (engine, language host, program, plugins).",
        "",
        "## `make up`, step by step",
        "Cold: a new clone with an empty compiler's cache; downloaded modules and packages, and",
        "the engine's images and build cache, are as they were.",
        "",
        "| step | cold, s | warm, s |",
        "|---|---:|---:|",
        *(f"| {title} | {first[title]:.1f} | {second.get(title, 0.0):.1f} |" for title in first),
        f"| all | {sum(first.values()):.1f} | {sum(second.values()):.1f} |",
        "",
        "## Preview and unchanged `up`",
        "| command | resources | CPU s | wall s |",
        "|---|---:|---:|---:|",
        *(
            f"| {what} | {count} | {spent.cpu_s:.1f} | {spent.wall_s:.1f} |"
            for what, count, spent in previews.shipped(ROOT, env)
        ),
        "",
        "## Growth: preview of a new stack",
        "| nodes | resources | CPU s | wall s |",
        "|---:|---:|---:|---:|",
    ]
    rows = previews.growth(ROOT, env)
    lines += [
        f"| {nodes} | {count} | {spent.cpu_s:.1f} | {spent.wall_s:.1f} |"
        for nodes, count, spent in rows
    ]
    (_, few, least), (_, many, most) = rows[0], rows[-1]
    slope = 1000 * (most.cpu_s - least.cpu_s) / (many - few)
    lines += ["", f"{slope:.1f} CPU ms a resource.", "", "## Images, compressed"]
    lines += ["| image | platform | MB |", "|---|---|---:|"]
    name = image.partition("@")[0].rpartition("/")[2]
    lines += [f"| {name} | {each} | {size:.1f} |" for each, size in images.megabytes(image, env)]
    (ROOT / "docs" / "benchmarks.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
