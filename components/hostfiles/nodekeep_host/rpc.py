"""One question to the node on this host, by JSON-RPC over HTTP, that never waits long."""

import base64
import http.client
import json
from collections.abc import Mapping
from typing import Any, Optional

ANSWER_BYTES_MAX = 2**20
REFUSED = (401, 403)


class RpcError(Exception):
    """The node did not answer a question; the text says why, for people."""


def ask(port: int, method: str, user: Optional[Mapping[str, str]], timeout_s: float = 2) -> Any:
    """Return the result of a method without parameters."""
    headers = {"Content-Type": "application/json"}
    if user:
        pair = f"{user['username']}:{user['password']}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode()}"
    body = json.dumps({"jsonrpc": "1.0", "id": "nodekeep", "method": method, "params": []})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        status, content = answer.status, answer.read(ANSWER_BYTES_MAX)
    except (OSError, http.client.HTTPException) as error:
        raise RpcError(f"RPC port {port} does not answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if status in REFUSED:
        raise RpcError(f"{method}: RPC refuses the exporter's user (HTTP {status})")
    try:
        reply = json.loads(content)
        fault, result = reply["error"], reply["result"]
    except (KeyError, TypeError, ValueError) as error:
        raise RpcError(f"{method}: the answer is not JSON-RPC (HTTP {status})") from error
    if fault:
        text = fault.get("message", fault) if isinstance(fault, dict) else fault
        raise RpcError(f"{method}: {text}")
    return result
