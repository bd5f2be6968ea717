"""Start the local AWS in the foreground."""

import os

from lab.aws.settings import Settings


def main() -> None:
    """Prepare what MiniStack reads while it is imported, then serve."""
    settings = Settings.parse(os.environ)
    os.environ |= {
        "GATEWAY_PORT": str(settings.port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
        "MINISTACK_REGION": settings.region,
        "PERSIST_STATE": "1",
        "S3_DATA_DIR": str(settings.state / "s3"),
        "S3_PERSIST": "1",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(settings.state / "services"),
    }
    from lab.aws import server  # noqa: PLC0415 - only now is the environment what it must be

    server.serve(settings)


if __name__ == "__main__":
    main()
