"""Stand-in for the `docker` provider: `docker:index/image:Image`."""

from lab.plugins.docker.image import IMAGE

KINDS = {IMAGE.typ: IMAGE}
