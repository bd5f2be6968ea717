"""Published hostfiles."""

import base64
import hashlib
from typing import Any

from pulumi import Output

from components import HostFiles
from tests.components.arguments import FILES
from tests.engine import run_program


def test_the_archive_is_found_by_its_own_digest() -> None:
    told: dict[str, Any] = {}

    def program() -> object:
        files = HostFiles("files", FILES)
        return Output.all(key=files.key, sha256=files.sha256).apply(told.update)

    archive = run_program(program).one("aws:s3/bucketObjectv2:BucketObjectv2")
    content = base64.b64decode(archive.inputs["contentBase64"])
    assert hashlib.sha256(content).hexdigest() == told["sha256"]
    assert told["key"] == archive.inputs["key"] == f"hostfiles/{told['sha256']}.tar.gz"


def test_an_archive_that_a_node_still_names_stays() -> None:
    made = run_program(lambda: HostFiles("files", FILES))
    assert made.one("aws:s3/bucketObjectv2:BucketObjectv2").retain_on_delete
    assert made.inputs("aws:s3/bucket:Bucket")["forceDestroy"] is True


def test_it_is_published_to_a_closed_bucket() -> None:
    made = run_program(lambda: HostFiles("files", FILES))
    archive = made.one("aws:s3/bucketObjectv2:BucketObjectv2")
    before = {resource.name for resource in made.needs(archive)}
    assert {"files-public-access", "files-policy", "files-versioning"} <= before


def test_no_path_of_this_machine_is_told() -> None:
    archive = run_program(lambda: HostFiles("files", FILES)).one(
        "aws:s3/bucketObjectv2:BucketObjectv2"
    )
    assert "source" not in archive.inputs
