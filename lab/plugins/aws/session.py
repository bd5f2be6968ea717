"""Calls to AWS, or to the lab's, by one region's clients."""

import functools
import json
import os
import re
import threading
from typing import Any

from lab.plugins.resource import Failure, PluginError
from lab.plugins.wire import Properties

_GONE = re.compile(r"NotFound|NoSuch|NotExist|^404$")
_BUSY = re.compile(r"DependencyViolation|InUse|IncorrectState|OperationAborted")
_SETTINGS = {
    "accessKey",
    "defaultTags",
    "region",
    "secretKey",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
    "token",
}


class AwsError(PluginError):
    """AWS refused a call."""

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code

    @property
    def gone(self) -> bool:
        """Whether what was asked for is not there."""
        return bool(_GONE.search(self.code))

    @property
    def busy(self) -> bool:
        """Whether something else is still in the way."""
        return bool(_BUSY.search(self.code))


class Aws:
    """One account and region; clients are made when first needed, for each costs time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self.region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION", "")
        self.default_tags: dict[str, str] = {}

    def configure(self, settings: Properties) -> None:
        """Take the provider's settings on."""
        self.region = settings.get("region") or self.region
        names = {
            "accessKey": "access_key_id",
            "secretKey": "secret_access_key",
            "token": "session_token",
        }
        self._keys = {f"aws_{v}": settings[k] for k, v in names.items() if settings.get(k)}
        tags = settings.get("defaultTags", {})
        tags = json.loads(tags) if isinstance(tags, str) else tags  # as the SDK sends objects
        self.default_tags = dict(tags.get("tags", {}))

    def call(self, service: str, operation: str, **params: Any) -> Any:
        """Call an operation of a service, and return the answer."""
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as boto3 below

        try:
            return getattr(self._client(service), operation)(**params)
        except ClientError as error:
            told = error.response.get("Error", {})
            code, message = told.get("Code", "?"), told.get("Message", "")
            raise AwsError(operation, str(code), message) from error
        except BotoCoreError as error:
            raise PluginError(f"{service} {operation}: {error}") from error

    @functools.cached_property
    def account(self) -> str:
        """The account's number."""
        return str(self.call("sts", "get_caller_identity")["Account"])

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                import boto3  # noqa: PLC0415 - half a second that a preview need not spend
                from botocore.config import Config  # noqa: PLC0415

                config = Config(
                    retries={"mode": "standard", "max_attempts": 5}, max_pool_connections=64
                )
                self._clients[service] = boto3.client(  # type: ignore[call-overload]
                    service, region_name=self.region or None, config=config, **self._keys
                )
            return self._clients[service]


def refuse(settings: Properties) -> list[Failure]:
    """Refuse settings that would have no effect, and accounts that are not the lab's."""
    if not os.environ.get("AWS_ENDPOINT_URL"):
        reason = (
            "AWS_ENDPOINT_URL is not set: this plugin stands in for the official one in the lab, "
            "and is not for accounts of AWS. Start the lab, or install the official plugin"
        )
        return [("", reason)]
    return [
        (
            name,
            f"the lab's stand-in does not heed {name!r}; it does: {', '.join(sorted(_SETTINGS))}",
        )
        for name in settings
        if name not in _SETTINGS and not name.startswith("_") and name != "version"
    ]


AWS = Aws()
"""What this process was configured to work on."""
