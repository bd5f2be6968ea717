"""`nodekeep status`: each node's height, readiness and carrier, asked on the hosts themselves."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypedDict

import boto3

from ops import fleet, remote

HEALTH = "http://127.0.0.1:9150/ready"  # the exporter's port, on every host of every coin


class NodeStatus(TypedDict):
    """One node as `--json` prints it; what is not known is null, never 0."""

    blocks: int | None
    ready: bool
    carrier: str | None


class Answer(NodeStatus):
    """What the terminal shows besides."""

    headers: int | None
    peers: int | None
    reason: str | None


def collect(session: boto3.Session, stack: str) -> dict[str, Answer]:
    """Ask the carrier of every node at once.

    Raises:
        OperatorError: no such stack in this account and region.
    """
    nodes = fleet.nodes(session, stack)
    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        answers = pool.map(lambda node: _ask(session, node), nodes.values())
    return dict(zip(nodes, answers, strict=True))


def as_json(answers: Mapping[str, Answer]) -> str:
    """Return `{"nodes": {name: {"blocks", "ready", "carrier"}}}`."""
    nodes = {
        name: NodeStatus(blocks=answer["blocks"], ready=answer["ready"], carrier=answer["carrier"])
        for name, answer in answers.items()
    }
    return json.dumps({"nodes": nodes})


def as_table(answers: Mapping[str, Answer]) -> str:
    """Return one line a node, readable in a terminal."""
    rows: list[tuple[str, ...]] = [("node", "carrier", "blocks", "headers", "peers", "ready")]
    rows += [
        (
            name,
            *(_cell(answer[key]) for key in ("carrier", "blocks", "headers", "peers")),
            "yes" if answer["ready"] else f"no: {answer['reason']}",
        )
        for name, answer in answers.items()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _ask(session: boto3.Session, node: fleet.Node) -> Answer:
    answer = Answer(blocks=None, ready=False, carrier=None, headers=None, peers=None, reason=None)
    if node.carrier is None:
        answer["reason"] = "no host has its volume"
        return answer
    answer["carrier"] = node.carrier.name
    if node.carrier.state != "running":
        answer["reason"] = f"its carrier is {node.carrier.state}"
        return answer
    try:
        said = remote.run(session, node.carrier.instance_id, f"curl -s --max-time 5 {HEALTH}")
        found = json.loads(said)
    except remote.RemoteError as error:
        answer["reason"] = str(error)
        return answer
    except ValueError:
        answer["reason"] = "its exporter does not answer"
        return answer
    answer["blocks"], answer["headers"] = found.get("blocks"), found.get("headers")
    answer["peers"], answer["reason"] = found.get("peers"), found.get("reason")
    answer["ready"] = found.get("ready") is True
    return answer
