"""Parameter Store's tiers: a manifest that is too large for AWS is too large here."""

from typing import Any

from ministack.services import ssm

from lab.aws.store import Answer

LIMITS = {"Standard": 4096, "Advanced": 8192}


def install() -> None:
    """Ask before MiniStack stores."""
    put = ssm._put_parameter

    def put_within_limits(data: dict[str, Any]) -> Answer:
        size = len(data.get("Value", "").encode())
        tier = data.get("Tier") or "Standard"
        if tier == "Intelligent-Tiering":
            known = ssm._parameters.get(data.get("Name"), {}).get("Tier")
            small = size <= LIMITS["Standard"] and known != "Advanced"
            tier = "Standard" if small else "Advanced"
        answer: Answer
        if size > LIMITS[tier]:
            text = f"{tier} tier parameters support a maximum value of {LIMITS[tier]} characters."
            answer = ssm.error_response_json("ValidationException", text, 400)
        else:
            answer = put({**data, "Tier": tier})
        return answer

    ssm._put_parameter = put_within_limits
