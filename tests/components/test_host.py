"""A host: what it is born with and what it never has."""

from typing import Any

import pytest
from pulumi import InputPropertyError

from components import Host
from tests.components.arguments import HOST, changed
from tests.engine import Resource, run_program


def instance(**change: Any) -> Resource:
    """Return the instance made with changed arguments."""
    made = run_program(lambda: Host("host", changed(HOST, **change)))
    return made.one("aws:ec2/instance:Instance")


def test_metadata_takes_a_token_and_one_hop() -> None:
    assert instance().inputs["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
        "httpProtocolIpv6": "disabled",
        "instanceMetadataTags": "disabled",
    }


def test_there_is_no_key_pair_and_no_address_unasked() -> None:
    inputs = instance().inputs
    assert "keyName" not in inputs
    assert inputs["associatePublicIpAddress"] is False
    assert instance(public=True).inputs["associatePublicIpAddress"] is True


def test_the_root_volume_is_encrypted_and_goes_with_the_host() -> None:
    root = instance().inputs["rootBlockDevice"]
    assert (root["encrypted"], root["deleteOnTermination"]) == (True, True)
    assert (root["volumeType"], root["volumeSize"]) == ("gp3", 20)


def test_no_data_volume_is_declared_with_it() -> None:
    assert "ebsBlockDevices" not in instance().inputs


def test_ec2_recovers_it() -> None:
    assert instance().inputs["maintenanceOptions"] == {"autoRecovery": "default"}


def test_nobody_answers_on_vsock() -> None:
    assert instance().inputs["enclaveOptions"] == {"enabled": False}


def test_a_new_image_or_bootstrap_touches_no_host_there_is() -> None:
    host = instance()
    assert host.ignore_changes == ("ami", "userData", "userDataBase64")
    assert host.inputs["userDataReplaceOnChange"] is False


def test_a_host_nobody_can_reach_is_made_anew_for_a_new_bootstrap() -> None:
    host = instance(replace_on_user_data=True)
    assert host.ignore_changes == ("ami",)
    assert host.inputs["userDataReplaceOnChange"] is True


@pytest.mark.parametrize("size", [7, 1025, 20.5])
def test_a_root_volume_out_of_limits_is_refused(size: float) -> None:
    def program() -> None:
        with pytest.raises(InputPropertyError, match="rootGib must be 8 to 1024 whole GiB"):
            Host("host", changed(HOST, root_gib=size))

    assert not run_program(program).resources
