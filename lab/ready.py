"""After `up`: wait until the stack's nodes are ready and its endpoint has found out."""

import subprocess
import time
from collections.abc import Mapping

import boto3

from lab import environment
from lab.place import Place
from lab.step import TICK_S, StepError, say

WAIT_S = 300.0
POLL_S = 2.0
NOT_READY = 1  # exit code of `nodekeep status`


def wait(place: Place, stack: str) -> str:
    """Return the nodes' status once all are ready, or after `WAIT_S` what it is by then.

    Raises:
        StepError: the status cannot be asked.
    """
    env = environment.read(place)
    program = str(place.root / ".venv" / "bin" / "nodekeep")
    command = [program, "status", "--stack", stack]
    start = told = time.monotonic()
    while True:
        asked = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if asked.returncode > NOT_READY:
            raise StepError(asked.stderr.strip(), remedy=f"nodekeep status --stack {stack}")
        now = time.monotonic()
        if now - start > WAIT_S or (asked.returncode == 0 and served(env, stack)):
            return asked.stdout.rstrip().replace("\n", "\n    ")
        if now - told > TICK_S:
            say(f"    … {asked.stdout.splitlines()[-1]}")
            told = now
        time.sleep(POLL_S)


def served(env: Mapping[str, str], stack: str) -> bool:
    """Tell whether a target is healthy: until then a load balancer sends calls anywhere."""
    elb = boto3.client(
        "elbv2",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    groups = [group["TargetGroupArn"] for group in elb.describe_target_groups()["TargetGroups"]]
    of_stack = {"Key": "nodekeep:stack", "Value": stack}
    own = [
        described["ResourceArn"]
        for described in elb.describe_tags(ResourceArns=groups)["TagDescriptions"]
        if of_stack in described["Tags"]
    ]
    return any(
        target["TargetHealth"]["State"] == "healthy"
        for group in own
        for target in elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    )
