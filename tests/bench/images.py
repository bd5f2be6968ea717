"""What a host pulls: the compressed layers of an image, platform by platform."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3


def megabytes(reference: str, env: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    """Yield platform and size in MB (10^6 bytes) of each image of a manifest list."""
    address, _, digest = reference.partition("@")
    ecr = boto3.client(
        "ecr",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )

    def manifest(digest: str) -> Any:
        answer = ecr.batch_get_image(
            repositoryName=address.partition("/")[2], imageIds=[{"imageDigest": digest}]
        )
        return json.loads(answer["images"][0]["imageManifest"])

    for child in manifest(digest)["manifests"]:
        platform = child["platform"]
        layers = manifest(child["digest"])["layers"]
        size = sum(layer["size"] for layer in layers) / 1e6
        yield f"{platform['os']}/{platform['architecture']}", size
