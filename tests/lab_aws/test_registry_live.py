"""The registry of the running lab: pushed with docker, listed with ECR, pulled by digest."""

import json
import subprocess
from typing import Any
from uuid import uuid4

import pytest

from tests.lab_aws.conftest import Cloud, refusal
from tests.lab_aws.test_restart_live import push

pytestmark = pytest.mark.lab

NAME = f"nodekeep/test-{uuid4().hex[:8]}"
"""Of this process: tests run side by side."""

INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.fixture
def repository(cloud: Cloud) -> str:
    """An immutable repository; returns its address."""
    ecr = cloud.client("ecr")
    made = ecr.create_repository(repositoryName=NAME, imageTagMutability="IMMUTABLE")
    cloud.later(lambda: ecr.delete_repository(repositoryName=NAME, force=True))
    uri: str = made["repository"]["repositoryUri"]
    return uri


def test_the_address_works_on_the_machine(cloud: Cloud, repository: str) -> None:
    address = cloud.endpoint.removeprefix("http://")
    assert repository == f"{address}/{NAME}"
    (token,) = cloud.client("ecr").get_authorization_token()["authorizationData"]
    assert token["proxyEndpoint"] == cloud.endpoint
    login = ["docker", "login", "--username", "AWS", "--password-stdin", address]
    subprocess.run(login, input=b"any", check=True, capture_output=True)


def test_a_list_put_by_the_api_is_pulled_by_its_digest(cloud: Cloud, repository: str) -> None:
    ecr = cloud.client("ecr")
    child = push(f"{repository}:amd64")
    (image,) = ecr.batch_get_image(repositoryName=NAME, imageIds=[{"imageDigest": child}])["images"]
    entry = {
        "mediaType": image["imageManifestMediaType"],
        "digest": child,
        "size": len(image["imageManifest"]),
        "platform": {"os": "linux", "architecture": "amd64"},
    }
    listed = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}
    asked: dict[str, Any] = {"repositoryName": NAME, "imageManifestMediaType": INDEX}
    manifest = json.dumps(listed)
    put = ecr.put_image(**asked, imageManifest=manifest, imageTag="1")["image"]["imageId"]
    reference = f"{repository}@{put['imageDigest']}"
    subprocess.run(["docker", "pull", "-q", reference], check=True, capture_output=True)
    subprocess.run(["docker", "rmi", reference], check=True, capture_output=True)

    def again(text: str) -> str:
        return refusal(lambda: ecr.put_image(**asked, imageManifest=text, imageTag="1"))

    assert again(manifest) == "ImageAlreadyExistsException"
    assert again(f"{manifest} ") == "ImageTagAlreadyExistsException"
    orphan = manifest.replace(child, f"sha256:{'0' * 64}")
    assert again(orphan) == "ReferencedImagesNotFoundException"
    kept = ecr.batch_delete_image(repositoryName=NAME, imageIds=[{"imageTag": "amd64"}])
    assert kept["failures"][0]["failureCode"] == "ImageReferencedByManifestList"


def test_a_tag_is_given_once(repository: str) -> None:
    push(f"{repository}:1")
    other = subprocess.run(
        ["tar", "-c", "--files-from", "/dev/null"], check=True, capture_output=True
    )
    imported = ["docker", "import", "-", f"{repository}:1"]
    subprocess.run(imported, input=other.stdout, check=True, capture_output=True)
    refused = subprocess.run(
        ["docker", "push", f"{repository}:1"], check=False, capture_output=True
    )
    subprocess.run(["docker", "rmi", f"{repository}:1"], check=True, capture_output=True)
    assert b"immutable" in refused.stdout + refused.stderr
