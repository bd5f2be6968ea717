"""Every kind of resource the stand-ins do, as the tests need it: one of each, small."""

import pulumi
import pulumi_aws as aws
import pulumi_command as command
from kinds import common, network, service  # type: ignore[import-not-found]  # beside this file

said = command.local.Command(
    "said",
    create=f"echo {common.word}; echo aside >&2",
    update='echo "$PULUMI_COMMAND_STDOUT then $WORD"',
    delete="cat > gone.txt",
    stdin=common.word,
    environment={"WORD": common.word},
    triggers=[common.cidr],
)
pulumi.export("account", aws.get_caller_identity().account_id)
pulumi.export("repository", service.repository.repository_url)
pulumi.export("said", said.stdout)
pulumi.export("vpc", network.vpc.id)
pulumi.export("zones", aws.get_availability_zones().names)
