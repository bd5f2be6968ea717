"""ECR: repositories and what expires in them."""

from lab.plugins.aws.inputs import FIRST, Call, Input, Local, document
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import by_arn
from lab.plugins.resource import AutoName

_OF = {"repositoryName": "{repository}"}

REPOSITORY = AwsKind(
    typ="aws:ecr/repository:Repository",
    service="ecr",
    make=Call(operation="create_repository", at="repository.repositoryName"),
    look=Call(
        operation="describe_repositories",
        params={"repositoryNames": ["{id}"]},
        at="repositories[0]",
    ),
    fields=[
        Input(name="name", param="repositoryName", replace=True),
        Input(
            name="imageTagMutability",
            param="imageTagMutability",
            default="MUTABLE",
            update="put_image_tag_mutability",
        ),
        Input(
            name="imageScanningConfiguration",
            param="imageScanningConfiguration",
            computed=True,
            update="put_image_scanning_configuration",
        ),
        Input(
            name="encryptionConfigurations",
            param="encryptionConfiguration",
            form=FIRST,
            replace=True,
            computed=True,
        ),
        Local(name="forceDelete", default=False),
    ],
    auto_name=AutoName(name="name", lower=True),
    subject={"repositoryName": "{id}"},
    unmake=Call(
        operation="delete_repository",
        params={"repositoryName": "{id}", "force": "{forceDelete}"},
    ),
    tagging=by_arn(
        "resourceArn",
        param="tags",
        look=Call(operation="list_tags_for_resource", params={"resourceArn": "{arn}"}, at="tags"),
        names="tagKeys",
        added="tags",
    ),
    told={
        "arn": "repositoryArn",
        "registryId": "registryId",
        "repositoryUrl": "repositoryUri",
    },
)

LIFECYCLE_POLICY = AwsKind(
    typ="aws:ecr/lifecyclePolicy:LifecyclePolicy",
    service="ecr",
    make=Call(operation="put_lifecycle_policy", at="repositoryName"),
    look=Call(operation="get_lifecycle_policy", params=_OF),
    fields=[
        Input(name="repository", param="repositoryName", replace=True),
        document("policy", param="lifecyclePolicyText"),
    ],
    puts=True,
    unmake=Call(operation="delete_lifecycle_policy", params=_OF),
    told={"registryId": "registryId"},
)

KINDS = [REPOSITORY, LIFECYCLE_POLICY]
