"""The machine images of the lab: Amazon Linux's by name, the lab's host image in truth."""

import hashlib
import re
from dataclasses import dataclass

from ministack.services import ec2, ssm

from lab.aws.lifecycle import RefusedError

AMAZON = "137112412989"
PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{}"


@dataclass(frozen=True)
class Image:
    """An AMI; its id does not change with the container image behind it."""

    architecture: str

    @property
    def id(self) -> str:
        """Return the id, the same in every region and every lab."""
        return f"ami-{hashlib.sha256(f'nodekeep {self.architecture}'.encode()).hexdigest()[:17]}"

    @property
    def name(self) -> str:
        """Return a name as Amazon's images have."""
        return f"al2023-ami-2023.0.0-kernel-default-{self.architecture}"


IMAGES = [Image("x86_64"), Image("arm64")]


def image(image_id: str) -> Image:
    """Return an image by id.

    Raises:
        RefusedError: the lab has none such.
    """
    for known in IMAGES:
        if known.id == image_id:
            return known
    text = f"The image id '[{image_id}]' does not exist"
    raise RefusedError("InvalidAMIID.NotFound", text)


def architecture_of(instance_type: str) -> str:
    """Return a type's architecture: Graviton's have a g behind the generation (t4g, m7g, c7gn)."""
    return "arm64" if re.match(r"[a-z]+\d+[a-z]*g[a-z]*\.", instance_type) else "x86_64"


def install() -> None:
    """Put the images into every region, and their public parameters with them."""
    ec2._STUB_AMIS[:] = [
        (one.id, one.name, "A host of the lab", "", "/dev/xvda", AMAZON, "amazon") for one in IMAGES
    ]
    view = ec2._stub_image_view
    architectures = {one.id: one.architecture for one in IMAGES}
    ec2._stub_image_view = lambda ami_id, *rest: {
        **view(ami_id, *rest),
        "Architecture": architectures[ami_id],
    }
    ssm._PUBLIC_AMI_PARAMETERS.clear()
    ssm._PUBLIC_AMI_PARAMETERS.update(
        {PARAMETER.format(one.architecture): one.id for one in IMAGES}
    )
