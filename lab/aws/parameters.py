"""Parameter Store's limits: a manifest that is too large for AWS is too large here."""

from typing import Any

from ministack.services import ssm

from lab.aws.store import Answer

LIMITS = {"Standard": 4096, "Advanced": 8192}


def install() -> None:
    """Ask before MiniStack stores."""
    put = ssm._put_parameter

    def put_within_limits(data: dict[str, Any]) -> Answer:
        tier = data.get("Tier") or "Standard"
        limit = LIMITS.get(tier, LIMITS["Advanced"])
        answer: Answer
        if len(data.get("Value", "").encode()) > limit:
            text = (
                f"{tier} tier parameters support a maximum parameter value of {limit} characters."
            )
            answer = ssm.error_response_json("ValidationException", text, 400)
        else:
            answer = put(data)
        return answer

    ssm._put_parameter = put_within_limits
