"""The program that joins images: against a registry in memory."""

import hashlib
import json
from typing import Any

import pytest

from components.manifest_list import OCI_INDEX, push

DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
ATTESTATION = {
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "digest": "sha256:" + 64 * "0",
    "size": 1,
    "platform": {"os": "unknown", "architecture": "unknown"},
}


class Registry:
    """ECR's two calls, as far as they are used."""

    def __init__(self) -> None:
        self.manifests: dict[str, str] = {}
        self.tags: dict[str, str] = {}

    def add(self, manifest: dict[str, Any]) -> str:
        """Store a manifest; return a reference to it."""
        text = json.dumps(manifest)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        self.manifests[digest] = text
        return f"registry/coin@{digest}"

    def batch_get_image(self, **request: Any) -> Any:
        """Return manifests by digest."""
        assert request["repositoryName"] == "coin"
        wanted = [image["imageDigest"] for image in request["imageIds"]]
        found = [self.manifests[digest] for digest in wanted if digest in self.manifests]
        return {
            "images": [{"imageManifest": text} for text in found],
            "failures": [{"failureReason": "gone"}] if not found else [],
        }

    def put_image(self, **request: Any) -> Any:
        """Store a manifest whose digest must be right."""
        text = request["imageManifest"]
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        assert digest == request["imageDigest"]
        assert request["imageManifestMediaType"] == OCI_INDEX
        assert request["imageTag"] not in self.tags
        self.manifests[digest] = text
        self.tags[request["imageTag"]] = digest


@pytest.fixture
def registry() -> Registry:
    """An empty registry."""
    return Registry()


def images(registry: Registry, mark: str = "") -> dict[str, str]:
    """Store an image for each platform."""
    return {
        f"linux/{name}": registry.add({"mediaType": DOCKER, "config": f"{name}{mark}"})
        for name in ("arm64", "amd64")
    }


def test_the_index_lists_each_image_with_its_platform_and_size(registry: Registry) -> None:
    references = images(registry)
    index = json.loads(registry.manifests[push(registry, "coin", "tag", references)])
    assert index["mediaType"] == OCI_INDEX
    assert index["schemaVersion"] == 2
    for entry, (platform, reference) in zip(
        index["manifests"], sorted(references.items()), strict=True
    ):
        digest = reference.partition("@")[2]
        assert entry == {
            "mediaType": DOCKER,
            "digest": digest,
            "size": len(registry.manifests[digest]),
            "platform": {"os": "linux", "architecture": platform.removeprefix("linux/")},
        }


def test_a_second_run_pushes_nothing(registry: Registry) -> None:
    references = images(registry)
    first = push(registry, "coin", "tag", references)
    tags = dict(registry.tags)
    assert push(registry, "coin", "tag", dict(reversed(references.items()))) == first
    assert registry.tags == tags


def test_other_images_of_the_same_sources_get_another_tag(registry: Registry) -> None:
    first = push(registry, "coin", "tag", images(registry))
    second = push(registry, "coin", "tag", images(registry, "again"))
    assert set(registry.tags.values()) == {first, second}
    assert all(tag.startswith("tag-") for tag in registry.tags)


def test_a_variant_is_part_of_the_platform(registry: Registry) -> None:
    reference = registry.add({"mediaType": DOCKER})
    digest = push(registry, "coin", "tag", {"linux/arm/v7": reference})
    (entry,) = json.loads(registry.manifests[digest])["manifests"]
    assert entry["platform"] == {"os": "linux", "architecture": "arm", "variant": "v7"}


def test_an_index_that_docker_pushed_is_seen_through(registry: Registry) -> None:
    """Indexes in an index cannot be pulled; attestations are not images."""
    inner = {
        "mediaType": DOCKER,
        "digest": "sha256:" + 64 * "1",
        "size": 7,
        "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"},
    }
    outer = registry.add({"mediaType": OCI_INDEX, "manifests": [ATTESTATION, inner]})
    digest = push(registry, "coin", "tag", {"linux/arm64": outer})
    assert json.loads(registry.manifests[digest])["manifests"] == [inner]


def test_an_index_for_other_platforms_is_refused(registry: Registry) -> None:
    outer = registry.add({"mediaType": OCI_INDEX, "manifests": [ATTESTATION]})
    with pytest.raises(LookupError, match="has no image for linux/arm64"):
        push(registry, "coin", "tag", {"linux/arm64": outer})


def test_an_image_that_is_not_there_is_named(registry: Registry) -> None:
    with pytest.raises(LookupError, match=r"coin@sha256:1+ for linux/amd64 is not there: .*gone"):
        push(registry, "coin", "tag", {"linux/amd64": f"r@sha256:{64 * '1'}"})
    assert not registry.tags
