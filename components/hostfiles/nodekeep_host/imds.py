"""What the instance metadata service (version 2) says of this host."""

import http.client
import json
import time

from . import files

ADDRESS = "169.254.169.254"
TRIES = 10
TOKEN_TTL_S = 300


class ImdsError(Exception):
    """The metadata service did not answer, and never has since this boot."""


def facts() -> dict[str, str]:
    """Return `instance_id` and `vpc_cidrs` (comma-separated), remembered for this boot."""
    known = files.RUNTIME / "facts.json"
    if known.exists():
        remembered: dict[str, str] = json.loads(known.read_text())
        return remembered
    for attempt in range(TRIES):
        found = _try(attempt)
        if found:
            files.replace(known, json.dumps(found))
            return found
        time.sleep(min(2**attempt / 4, 10))
    raise ImdsError(
        f"metadata service {ADDRESS} did not answer {TRIES} times: "
        "check that it is enabled on the instance and that nothing on the host filters it"
    )


def _try(attempt: int) -> dict[str, str]:
    try:
        ttl = {"X-aws-ec2-metadata-token-ttl-seconds": str(TOKEN_TTL_S)}
        header = {"X-aws-ec2-metadata-token": _request("PUT", "api/token", ttl)}
        mac = _request("GET", "meta-data/mac", header)
        blocks = f"meta-data/network/interfaces/macs/{mac}/vpc-ipv4-cidr-blocks"
        return {
            "instance_id": _request("GET", "meta-data/instance-id", header),
            "vpc_cidrs": ",".join(_request("GET", blocks, header).split()),
        }
    except (OSError, http.client.HTTPException) as error:
        print(f"metadata service, try {attempt + 1} of {TRIES}: {error}", flush=True)
        return {}


def _request(method: str, path: str, headers: dict[str, str]) -> str:
    connection = http.client.HTTPConnection(ADDRESS, timeout=3)
    try:
        connection.request(method, f"/latest/{path}", headers=headers)
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise http.client.HTTPException(f"{method} {path}: HTTP {answer.status}")
        return answer.read().decode().strip()
    finally:
        connection.close()
