"""Official downloads, tried first and given up quickly where there is no way out."""

import http.client
import shutil
import urllib.request
from pathlib import Path

CONNECT_S = 5.0


def fetch(url: str, target: Path) -> bool:
    """Download to a file; False when the address cannot be reached or has no such file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    try:
        with (
            urllib.request.urlopen(url, timeout=CONNECT_S) as answer,  # noqa: S310  https only
            unfinished.open("wb") as out,
        ):
            shutil.copyfileobj(answer, out)
    except (OSError, http.client.HTTPException):
        unfinished.unlink(missing_ok=True)
        return False
    unfinished.rename(target)
    return True
