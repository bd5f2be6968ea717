"""Make one image of several: push an OCI index of an ECR repository's images, print its digest.

A program of its own, run by `MultiArchImage`, since neither a Docker command line nor any plugin
of it need be there. The index says nothing but its children, so the same children always give the
same digest, and a second run changes nothing.

Environment: REPOSITORY (its name), TAG (first part of the index's tag), IMAGES (JSON: platform to
reference by digest), AWS_REGION, and the usual variables of AWS credentials.
"""

import hashlib
import json
import os
import sys
from collections.abc import Mapping
from typing import Any, Protocol

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)


class Registry(Protocol):
    """The part of boto3's ECR client in use."""

    def batch_get_image(self, **request: Any) -> Any:
        """Return manifests."""

    def put_image(self, **request: Any) -> Any:
        """Store a manifest."""


def child(registry: Registry, repository: str, platform: str, digest: str) -> dict[str, Any]:
    """Return the entry of one platform's image, as the index lists it.

    Raises:
        LookupError: the repository does not have the image, or it is for other platforms only.
    """
    answer = registry.batch_get_image(
        repositoryName=repository,
        imageIds=[{"imageDigest": digest}],
        acceptedMediaTypes=[*MANIFESTS, OCI_INDEX, DOCKER_LIST],
    )
    if not answer["images"]:
        reasons = [failure.get("failureReason", "") for failure in answer.get("failures", [])]
        raise LookupError(f"{repository}@{digest} for {platform} is not there: {reasons}")
    text = answer["images"][0]["imageManifest"]
    manifest = json.loads(text)
    os_name, architecture, *variant = platform.split("/")
    target = {"os": os_name, "architecture": architecture}
    if variant:
        target["variant"] = variant[0]
    if "manifests" not in manifest:
        media_type = manifest.get("mediaType", MANIFESTS[0])
        size = len(text.encode())
        return {"mediaType": media_type, "digest": digest, "size": size, "platform": target}
    # Docker with the containerd store pushes an index of its own, with attestations in it.
    for entry in manifest["manifests"]:
        if target.items() <= entry.get("platform", {}).items():
            return {key: entry[key] for key in ("mediaType", "digest", "size", "platform")}
    raise LookupError(f"{repository}@{digest} has no image for {platform}")


def push(registry: Registry, repository: str, tag: str, images: Mapping[str, str]) -> str:
    """Push the index of some images, and return its digest."""
    children = [
        child(registry, repository, platform, reference.partition("@")[2])
        for platform, reference in sorted(images.items())
    ]
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": children}
    text = json.dumps(index, separators=(",", ":"), sort_keys=True)
    digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    stored = {"repositoryName": repository, "imageIds": [{"imageDigest": digest}]}
    if not registry.batch_get_image(**stored, acceptedMediaTypes=[OCI_INDEX])["images"]:
        registry.put_image(
            repositoryName=repository,
            imageManifest=text,
            imageManifestMediaType=OCI_INDEX,
            # Tags cannot be moved: should the same sources ever give other images, so other a tag.
            imageTag=f"{tag}-{digest[7:15]}",
            imageDigest=digest,
        )
    return digest


def main() -> None:
    """Push what the environment says."""
    import boto3  # noqa: PLC0415 - slow, and of no use to those who import this module

    environment = os.environ
    registry: Any = boto3.client("ecr", region_name=environment["AWS_REGION"])
    digest = push(
        registry,
        environment["REPOSITORY"],
        environment["TAG"],
        json.loads(environment["IMAGES"]),
    )
    sys.stdout.write(digest)


if __name__ == "__main__":
    main()
