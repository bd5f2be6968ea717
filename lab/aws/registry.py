"""ECR: an address that works, layers that last, manifests that can be pulled however they came."""

import functools
import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from ministack.services import ecr

from lab.aws.blobs import Repositories
from lab.aws.settings import Settings
from lab.aws.store import Answer, Record

Data = dict[str, Any]
Handle = Callable[[Data], Answer]


def install(settings: Settings) -> None:
    """Take over from MiniStack."""
    ecr._layer_blobs = Repositories(settings.state / "registry")
    ecr._repo_uri = lambda name: f"{settings.registry}/{name}"
    ecr._get_authorization_token = _at(settings, ecr._get_authorization_token)
    ecr._put_image = _pullable(ecr._put_image)
    ecr._delete_repository = _whole(ecr._delete_repository)
    ecr._describe_images = _described(ecr._describe_images)
    ecr._batch_delete_image = _deleted(ecr._batch_delete_image)


def children(manifest: str) -> list[str]:
    """Return the digests that a list of manifests refers to."""
    entries = json.loads(manifest).get("manifests", [])
    return [entry["digest"] for entry in entries]


def size(manifest: str) -> int:
    """Return the bytes of an image's configuration and layers."""
    content = json.loads(manifest)
    parts = [content.get("config", {}), *content.get("layers", [])]
    return sum(int(part.get("size", 0)) for part in parts)


def _at(settings: Settings, token: Handle) -> Handle:
    @functools.wraps(token)
    def handle(data: Data) -> Answer:
        status, headers, body = token(data)
        content = json.loads(body)
        for authorization in content["authorizationData"]:
            authorization["proxyEndpoint"] = f"http://{settings.registry}"
        return status, headers, json.dumps(content).encode()

    return handle


def _pullable(put: Handle) -> Handle:
    @functools.wraps(put)
    def handle(data: Data) -> Answer:
        name, manifest = data.get("repositoryName", ""), data.get("imageManifest", "")
        if name not in ecr._repositories:
            return put(data)
        known = {image["imageDigest"]: image for image in ecr._images.get(name, [])}
        digest, tag = ecr._image_digest(manifest), data.get("imageTag")
        answer: Answer
        absent = [child for child in children(manifest) if child not in known]
        if absent:
            text = f"Images with digests '{', '.join(absent)}' required for pushing do not exist"
            answer = ecr.error_response_json("ReferencedImagesNotFoundException", text, 400)
            return answer
        if digest in known and (tag is None or tag in known[digest]["imageTags"]):
            text = f"Image with digest '{digest}' and tag '{tag}' already exists in the repository"
            answer = ecr.error_response_json("ImageAlreadyExistsException", text, 400)
            return answer
        form = data.get("imageManifestMediaType") or json.loads(manifest).get("mediaType")
        answer = put({**data, **({"imageManifestMediaType": form} if form else {})})
        if answer[0] == HTTPStatus.OK:
            ecr._manifest_blobs.setdefault(name, {})[digest] = manifest.encode()
        return answer

    return handle


def _whole(delete: Handle) -> Handle:
    @functools.wraps(delete)
    def handle(data: Data) -> Answer:
        answer = delete(data)
        if answer[0] == HTTPStatus.OK:
            ecr._manifest_blobs.pop(data["repositoryName"], None)
            ecr._layer_blobs.pop(data["repositoryName"])
        return answer

    return handle


def _described(describe: Handle) -> Handle:
    @functools.wraps(describe)
    def handle(data: Data) -> Answer:
        name = data.get("repositoryName", "")
        for wanted in data.get("imageIds") or []:
            if name in ecr._repositories and not ecr._find_image(name, wanted):
                text = f"The image with imageId {wanted} does not exist within repository '{name}'"
                missing: Answer = ecr.error_response_json("ImageNotFoundException", text, 400)
                return missing
        status, headers, body = describe(data)
        content = json.loads(body)
        for detail in content.get("imageDetails", []):
            image = ecr._find_image(name, {"imageDigest": detail["imageDigest"]})
            detail["imageSizeInBytes"] = size(image["imageManifest"])
        return status, headers, json.dumps(content).encode()

    return handle


def _deleted(delete: Handle) -> Handle:
    """A tag is taken off; the image goes with its last tag, unless a list refers to it."""

    @functools.wraps(delete)
    def handle(data: Data) -> Answer:
        name = data.get("repositoryName", "")
        if name not in ecr._repositories:
            return delete(data)
        done: list[Mapping[str, str]] = []
        failures: list[Record] = []
        for wanted in data.get("imageIds") or []:
            failure = _delete(name, wanted)
            if failure:
                code, reason = failure
                failures.append({"imageId": wanted, "failureCode": code, "failureReason": reason})
            else:
                done.append(wanted)
        answer: Answer = ecr.json_response({"imageIds": done, "failures": failures})
        return answer

    return handle


def _delete(name: str, wanted: Mapping[str, str]) -> tuple[str, str] | None:
    image = ecr._find_image(name, wanted)
    if not image:
        return "ImageNotFound", "Requested image not found"
    digest, tag = image["imageDigest"], wanted.get("imageTag")
    if tag and len(image["imageTags"]) > 1:
        image["imageTags"].remove(tag)
        image["imageId"]["imageTag"] = image["imageTags"][-1]
        return None
    if any(digest in children(other["imageManifest"]) for other in ecr._images[name]):
        return "ImageReferencedByManifestList", f"{digest} is referenced by a manifest list"
    ecr._images[name].remove(image)
    ecr._manifest_blobs.get(name, {}).pop(digest, None)
    return None
