"""Ask a registry whether it still has an image."""

import base64
import urllib.error
import urllib.request

_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_NOT_FOUND = 404


def is_gone(repo_digest: str, username: str, password: str) -> bool:
    """Say whether a registry answers that it has no image of this name and digest.

    No answer, or one that asks to log in anew, is no proof: then the image counts as there.
    """
    name, _, digest = repo_digest.partition("@")
    host, _, repository = name.partition("/")
    scheme = "http" if host.startswith(("127.", "localhost")) else "https"
    request = urllib.request.Request(  # noqa: S310 - a registry, by http or https only
        f"{scheme}://{host}/v2/{repository}/manifests/{digest}", method="HEAD"
    )
    request.add_header("Accept", ", ".join(_TYPES))
    if username:
        token = base64.b64encode(f"{username}:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    try:
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            return False
    except urllib.error.HTTPError as error:
        return error.code == _NOT_FOUND
    except OSError:
        return False
