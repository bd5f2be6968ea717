"""A closed bucket."""

import pytest
from pulumi import ResourceOptions

from components import ClosedBucket
from tests.components.arguments import BUCKET, changed
from tests.engine import Engine, run_program


@pytest.fixture
def made() -> Engine:
    """A bucket with nothing said of it but its name."""
    return run_program(lambda: ClosedBucket("bucket", BUCKET))


def test_it_is_closed_to_the_public_in_every_way(made: Engine) -> None:
    block = made.inputs("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    block.pop("bucket")
    assert block == {
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }
    ownership = made.inputs("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


def test_it_is_encrypted_and_keeps_versions(made: Engine) -> None:
    (rule,) = made.inputs(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )["rules"]
    assert rule["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    versioning = made.inputs("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}


def test_its_policy_is_known_at_preview() -> None:
    made = run_program(lambda: ClosedBucket("bucket", BUCKET), preview=True)
    policy = made.one("aws:s3/bucketPolicy:BucketPolicy").document("policy")
    assert [statement["Sid"] for statement in policy["Statement"]] == ["TlsOnly"]


def test_its_objects_go_with_it_only_when_told(made: Engine) -> None:
    assert made.inputs("aws:s3/bucket:Bucket")["forceDestroy"] is False


def test_versions_can_be_done_without() -> None:
    made = run_program(lambda: ClosedBucket("bucket", changed(BUCKET, versioned=False)))
    assert not made.of("aws:s3/bucketVersioning:BucketVersioning")


def test_protection_covers_all_that_closes_it() -> None:
    made = run_program(lambda: ClosedBucket("bucket", BUCKET, opts=ResourceOptions(protect=True)))
    assert all(resource.protect for resource in made.resources)
