"""One image for several architectures: built one by one, joined by a manifest list."""

import os
import sys
from pathlib import Path
from typing import NotRequired, TypedDict

import pulumi_aws as aws
import pulumi_docker as docker
from pulumi import (
    ComponentResource,
    InputPropertyError,
    InvokeOptions,
    Output,
    ResourceOptions,
)
from pulumi_command import local

from components._content import content_hash, sources, stage
from components._policies import lifecycle

MANIFEST_LIST = Path(__file__).parent / "manifest_list.py"


class MultiArchImageArgs(TypedDict):
    """Inputs of `MultiArchImage`."""

    region: str
    """AWS region of the repository."""
    repository: str
    """Name of the ECR repository to make, such as ``nodekeep/bitcoin-test/bitcoin``."""
    context: str
    """Folder that paths in the Dockerfile start from, relative to where Pulumi runs."""
    dockerfile: str
    """Dockerfile within `context`, relative to where Pulumi runs. The ``.dockerignore`` of its own,
    beside it, says which files the build sees; only these are sent to the builder and hashed."""
    platforms: list[str]
    """What to build for, such as ``linux/arm64`` and ``linux/amd64``; at least one."""
    build_args: NotRequired[dict[str, str]]
    """Arguments of the build, none of them secret: they are part of the state and of the tag."""
    keep: NotRequired[bool]
    """Protect the repository and what is in it; true when absent."""
    tags: NotRequired[dict[str, str]]
    """Tags of the repository."""


class MultiArchImage(ComponentResource):
    """A repository, an image for each platform, and a manifest list referenced by digest.

    Tags are hashes of the sources and cannot be moved: nothing changed means nothing built. The
    registry's password is another one each hour; the Docker provider does not take that for a
    change.
    """

    reference: Output[str]
    """The manifest list, ``repository@sha256:...``: what hosts run."""
    repository_url: Output[str]
    """Address of the repository, without a tag."""

    def __init__(
        self, name: str, args: MultiArchImageArgs, opts: ResourceOptions | None = None
    ) -> None:
        if not args["platforms"]:
            raise InputPropertyError("platforms", "platforms must name at least one, got none")
        build_args = args.get("build_args", {})
        context, dockerfile = Path(args["context"]), Path(args["dockerfile"])
        files = sources(context, dockerfile)
        tag = content_hash(context, files, build_args)
        staged = stage(context, files, tag)
        super().__init__("nodekeep:index:MultiArchImage", name, {}, opts)
        keep = args.get("keep", True)
        repository = aws.ecr.Repository(
            f"{name}-repository",
            name=args["repository"],
            force_delete=not keep,
            image_scanning_configuration={"scan_on_push": True},
            image_tag_mutability="IMMUTABLE",
            tags=args.get("tags"),
            opts=ResourceOptions(parent=self, protect=keep),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=lifecycle(),
            opts=ResourceOptions(parent=self),
        )
        login = aws.ecr.get_authorization_token_output(opts=InvokeOptions(parent=self))
        images = {
            platform: docker.Image(
                f"{name}-{platform.replace('/', '-')}",
                image_name=Output.concat(
                    repository.repository_url, f":{tag}-", platform.replace("/", "-")
                ),
                build={
                    "context": staged,
                    "dockerfile": f"{staged}/{dockerfile.relative_to(context).as_posix()}",
                    "platform": platform,
                    "args": build_args,
                    "builder_version": docker.BuilderVersion.BUILDER_BUILD_KIT,
                },
                registry={
                    "server": repository.repository_url,
                    "username": login.user_name,
                    "password": Output.secret(login.password),
                },
                # A tag that cannot be moved must not be pushed anew: it stays with its repository.
                opts=ResourceOptions(parent=self, protect=keep),
            )
            for platform in args["platforms"]
        }
        index = local.Command(
            f"{name}-index",
            interpreter=[os.path.relpath(sys.executable)],
            create=os.path.relpath(MANIFEST_LIST),
            environment={
                "REPOSITORY": repository.name,
                "TAG": tag,
                "IMAGES": Output.json_dumps(
                    # A digest tells nothing of the password its image was pushed with.
                    {key: Output.unsecret(image.repo_digest) for key, image in images.items()}
                ),
                "AWS_REGION": args["region"],
            },
            opts=ResourceOptions(parent=self, protect=keep),
        )
        self.reference = Output.concat(repository.repository_url, "@", index.stdout)
        self.repository_url = repository.repository_url
        self.register_outputs({"reference": self.reference, "repositoryUrl": self.repository_url})
