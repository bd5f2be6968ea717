"""Image layers on disk."""

import copy
from hashlib import sha256
from pathlib import Path

import pytest

from lab.aws.blobs import Repositories

CONTENT = b"layer"
DIGEST = f"sha256:{sha256(CONTENT).hexdigest()}"


def test_a_layer_is_there_for_the_next_process(tmp_path: Path) -> None:
    assert Repositories(tmp_path).get("nodekeep/bitcoin", {}) == {}
    Repositories(tmp_path).setdefault("nodekeep/bitcoin", {})[DIGEST] = CONTENT
    blobs = Repositories(tmp_path).get("nodekeep/bitcoin", {})
    assert blobs.get(DIGEST) == CONTENT
    assert DIGEST in blobs
    assert list(blobs) == [DIGEST]


def test_repositories_do_not_share(tmp_path: Path) -> None:
    repositories = Repositories(tmp_path)
    repositories.setdefault("a/b")[DIGEST] = CONTENT
    assert repositories.get("a", {}).get(DIGEST) is None
    repositories.pop("a/b")
    assert repositories.get("a/b", {}) == {}


def test_only_digests_are_names(tmp_path: Path) -> None:
    blobs = Repositories(tmp_path).setdefault("a")
    for name in ("../../etc/passwd", "sha256:short", f"{DIGEST}/x"):
        assert blobs.get(name) is None
        with pytest.raises(KeyError):
            blobs[name] = CONTENT
    with pytest.raises(KeyError):
        del blobs[DIGEST]


def test_saved_state_holds_no_layer(tmp_path: Path) -> None:
    repositories = Repositories(tmp_path)
    repositories.setdefault("a")[DIGEST] = CONTENT
    saved: object = copy.deepcopy(repositories)
    assert saved == {}
