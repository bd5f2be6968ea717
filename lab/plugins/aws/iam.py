"""IAM: roles, what they may do, and how instances take them on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.plugins.aws.inputs import Call, Input, Local, policy
from lab.plugins.aws.kind import AwsKind
from lab.plugins.aws.tagging import Tagging
from lab.plugins.link import Job
from lab.plugins.resource import AutoName
from lab.plugins.wire import Properties


def _tagging(kind: str, named: str) -> Tagging:
    subject = {named: "{id}"}
    return Tagging(
        add=Call(operation=f"tag_{kind}", params=subject),
        remove=Call(operation=f"untag_{kind}", params=subject),
    )


@dataclass(frozen=True, kw_only=True)
class _Role(AwsKind):
    """A role: it cannot go while policies are attached."""

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Take its policies away, if that is wanted."""
        del job
        if not state.get("forceDetachPolicies"):
            return
        named = {"RoleName": resource_id}
        for attached in self.call("list_attached_role_policies", named)["AttachedPolicies"]:
            self.call("detach_role_policy", named | {"PolicyArn": attached["PolicyArn"]})
        for name in self.call("list_role_policies", named)["PolicyNames"]:
            self.call("delete_role_policy", named | {"PolicyName": name})


ROLE = _Role(
    typ="aws:iam/role:Role",
    service="iam",
    make=Call(operation="create_role", at="Role.RoleName"),
    look=Call(operation="get_role", params={"RoleName": "{id}"}, at="Role"),
    fields=[
        Input(name="name", param="RoleName", replace=True),
        Local(name="namePrefix", replace=True),
        policy(
            "assumeRolePolicy",
            param="AssumeRolePolicyDocument",
            update="update_assume_role_policy",
            update_param="PolicyDocument",
        ),
        Input(name="description", update="update_role", absent=""),
        Input(name="maxSessionDuration", default=3600, update="update_role"),
        Input(name="path", default="/", replace=True),
        Input(
            name="permissionsBoundary",
            seen="PermissionsBoundary.PermissionsBoundaryArn",
            update="put_role_permissions_boundary",
        ),
        Local(name="forceDetachPolicies", default=False),
    ],
    auto_name=AutoName(name="name", longest=64),
    subject={"RoleName": "{id}"},
    unmake=Call(operation="delete_role", params={"RoleName": "{id}"}),
    tagging=_tagging("role", "RoleName"),
    told={"arn": "Arn", "uniqueId": "RoleId"},
)

_INLINE = {"RoleName": "{role}", "PolicyName": "{name}"}

ROLE_POLICY = AwsKind(
    typ="aws:iam/rolePolicy:RolePolicy",
    service="iam",
    make=Call(operation="put_role_policy"),
    identity="{role}:{name}",
    look=Call(operation="get_role_policy", params=_INLINE),
    fields=[
        Input(name="role", param="RoleName", replace=True),
        Input(name="name", param="PolicyName", replace=True),
        Local(name="namePrefix", replace=True),
        policy("policy", param="PolicyDocument"),
    ],
    auto_name=AutoName(name="name", longest=128),
    puts=True,
    unmake=Call(operation="delete_role_policy", params=_INLINE),
)

_ATTACHED = {"RoleName": "{role}", "PolicyArn": "{policyArn}"}

ROLE_POLICY_ATTACHMENT = AwsKind(
    typ="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    service="iam",
    make=Call(operation="attach_role_policy"),
    identity="{role}/{policyArn}",
    look=Call(
        operation="list_attached_role_policies",
        params={"RoleName": "{role}"},
        at="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
    ),
    fields=[
        Input(name="role", param="RoleName", seen=None, replace=True),
        Input(name="policyArn", replace=True),
    ],
    unmake=Call(operation="detach_role_policy", params=_ATTACHED),
)


@dataclass(frozen=True, kw_only=True)
class _Profile(AwsKind):
    """An instance profile: a role is put into it after it was made."""

    def alter(
        self,
        job: Job,
        resource_id: str,
        state: Properties,
        changed: Sequence[Input],
        inputs: Properties,
    ) -> None:
        """Exchange the role."""
        del job
        if any(item.name == "role" for item in changed):
            self._empty(resource_id, state)
            self.call("add_role_to_instance_profile", _member(resource_id, inputs["role"]))

    def ending(self, job: Job, resource_id: str, state: Properties) -> None:
        """Take the role out."""
        del job
        self._empty(resource_id, state)

    def _empty(self, resource_id: str, state: Properties) -> None:
        found = self.find(resource_id, state) or {}
        for role in found.get("Roles", ()):
            request = _member(resource_id, role["RoleName"])
            self.call("remove_role_from_instance_profile", request)


def _member(profile: str, role: str) -> dict[str, Any]:
    return {"InstanceProfileName": profile, "RoleName": role}


INSTANCE_PROFILE = _Profile(
    typ="aws:iam/instanceProfile:InstanceProfile",
    service="iam",
    make=Call(operation="create_instance_profile", at="InstanceProfile.InstanceProfileName"),
    look=Call(
        operation="get_instance_profile",
        params={"InstanceProfileName": "{id}"},
        at="InstanceProfile",
    ),
    fields=[
        Input(name="name", param="InstanceProfileName", replace=True),
        Local(name="namePrefix", replace=True),
        Input(name="path", default="/", replace=True),
        Input(
            name="role",
            param=None,
            seen="Roles[0].RoleName",
            update="add_role_to_instance_profile",
        ),
    ],
    auto_name=AutoName(name="name", longest=128),
    unmake=Call(operation="delete_instance_profile", params={"InstanceProfileName": "{id}"}),
    tagging=_tagging("instance_profile", "InstanceProfileName"),
    told={"arn": "Arn", "uniqueId": "InstanceProfileId"},
)

KINDS = [ROLE, ROLE_POLICY, ROLE_POLICY_ATTACHMENT, INSTANCE_PROFILE]
