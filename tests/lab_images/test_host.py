import http.server
import io
import ipaddress
import json
import struct
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.images import build
from tests.lab_images.machine import Machine, docker

pytestmark = pytest.mark.docker

# Writes down that it ran, and a unit which takes its time to end.
USER_DATA = """\
#cloud-config
write_files:
- path: /etc/systemd/system/slow.service
  content: |
    [Service]
    Type=oneshot
    RemainAfterExit=yes
    ExecStart=/bin/true
    ExecStop=/bin/sh -c 'sleep 1; echo stopped >> /var/lib/slow'
    [Install]
    WantedBy=multi-user.target
runcmd:
- [systemctl, enable, --now, slow.service]
- [sh, -c, "cloud-init query ds.meta_data.instance_id >> /var/lib/ran"]
"""


class Aws(http.server.BaseHTTPRequestHandler):
    """Stands where the local AWS is, and remembers who asked."""

    asked: list[str]

    def do_POST(self) -> None:
        self.asked.append(self.headers["Authorization"])
        body = (
            b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>000000000000</Account>"
            b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
        )
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def aws() -> Iterator[http.server.ThreadingHTTPServer]:
    bridge = json.loads(docker("network", "inspect", "bridge"))
    handler = type("Handler", (Aws,), {"asked": []})
    gateway = ipaddress.ip_network(bridge[0]["IPAM"]["Config"][0]["Subnet"])[1]
    server = http.server.ThreadingHTTPServer((str(gateway), 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def host(
    images: build.Images,
    aws: http.server.ThreadingHTTPServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Machine]:
    address = f"{aws.server_address[0]!s}:{aws.server_address[1]}"
    lab = tmp_path_factory.mktemp("lab")
    with Machine(images.host, lab, aws=address).running(USER_DATA) as machine:
        yield machine


def test_it_boots_without_a_failed_unit(host: Machine) -> None:
    assert host.sh("cat /proc/1/comm") == "systemd\n"
    assert host.sh("systemctl is-system-running") == "running\n"


def test_cloud_init_ran_the_user_data_that_ec2_has(host: Machine) -> None:
    assert host.sh("cat /var/lib/ran") == f"{host.instance_id}\n"
    assert "DataSourceEc2" in host.sh("cloud-init status --long")


def test_the_aws_cli_finds_the_local_aws_and_the_roles_credentials(
    host: Machine, aws: http.server.ThreadingHTTPServer
) -> None:
    answer = host.sh("AWS_DEFAULT_REGION=eu-central-1 aws sts get-caller-identity --output json")
    assert json.loads(answer)["Account"] == "000000000000"
    assert "Credential=hostkey/" in aws.RequestHandlerClass.asked[-1]  # type: ignore[attr-defined]


def _exits_with(code: int) -> bytes:
    """Return a static executable for x86-64 that does nothing but exit."""
    program = b"\xb8\x3c\x00\x00\x00" + b"\xbf" + struct.pack("<I", code) + b"\x0f\x05"
    base = 0x400000
    size = 64 + 56 + len(program)
    ident = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", ident, 2, 62, 1, base + 120, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )
    segment = struct.pack("<IIQQQQQQ", 1, 5, 0, base, base, size, size, 0x1000)
    return header + segment + program


def test_docker_runs_in_it(host: Machine) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("seven")
        program = _exits_with(7)
        entry.size, entry.mode = len(program), 0o755
        tar.addfile(entry, io.BytesIO(program))
    host.sh("docker import - seven", data=archive.getvalue())
    hardened = (
        "--read-only --cap-drop ALL --security-opt no-new-privileges --user 10001:10001 "
        "--memory 64m --pids-limit 16 --tmpfs /tmp"
    )
    for network in ("host", "bridge"):
        run = f"docker run --rm --network {network} {hardened} seven /seven"
        assert host.sh(f"{run}; echo $?") == "7\n"


def test_a_volume_comes_and_goes(host: Machine) -> None:
    link = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0abc"
    loop = host.sh(
        "truncate -s 64M /v.img; test -e /dev/loop-control || mknod /dev/loop-control c 10 237;"
        "loop=$(losetup -f); test -e $loop || mknod $loop b 7 ${loop#/dev/loop};"
        "losetup $loop /v.img; echo $loop"
    ).strip()
    try:
        plug = f"lab-plug vol-0abc 7 {loop.removeprefix('/dev/loop')} /dev/sdf"
        device = host.sh(plug).strip()
        assert host.sh(plug).strip() == device
        assert host.sh(f"readlink {link} /dev/sdf") == f"{device}\n{device}\n"
        host.sh(f"mkfs.ext4 -q {link} && mkdir -p /mnt/v && mount {link} /mnt/v")
        assert host.sh("lab-unplug vol-0abc; echo $?") == "16\n"
        assert host.sh(f"test -b {device} && echo still") == "still\n"
        host.sh("umount /mnt/v; lab-unplug vol-0abc; lab-unplug vol-0abc")
        assert host.sh(f"ls {link} {device} /dev/sdf", check=False) == ""
    finally:
        host.sh(f"umount /mnt/v; losetup -d {loop}", check=False)


def test_a_stop_ends_units_in_order_and_a_start_goes_on(
    images: build.Images, tmp_path: Path
) -> None:
    with Machine(images.host, tmp_path).running(USER_DATA) as host:
        docker("stop", "--time=30", host.name)
        assert host.state() == ("exited", 130)
        docker("start", host.name)
        host.wait()
        assert host.sh("cat /var/lib/slow /var/lib/ran") == f"stopped\n{host.instance_id}\n"
        assert host.sh("systemctl is-active docker slow") == "active\nactive\n"


def test_a_stop_right_after_the_start_is_not_lost(images: build.Images, tmp_path: Path) -> None:
    with Machine(images.vault, tmp_path).running("") as host:
        for _ in range(3):
            docker("stop", "--time=30", host.name)
            assert host.state() == ("exited", 130)
            docker("start", host.name)


@pytest.mark.parametrize(("word", "code"), [("reboot", 129), ("poweroff", 130)])
def test_the_exit_code_tells_a_reboot_from_an_end(
    images: build.Images, tmp_path: Path, word: str, code: int
) -> None:
    with Machine(images.vault, tmp_path).running("") as host:
        host.sh(f"systemctl {word}", check=False)
        assert docker("wait", host.name) == f"{code}\n"


def test_a_vault_has_no_docker_and_no_package_source(images: build.Images, tmp_path: Path) -> None:
    with Machine(images.vault, tmp_path).running(USER_DATA) as vault:
        there = vault.sh(
            "for p in docker dockerd containerd runc apt apt-get; do command -v $p; done; true"
        )
        assert there == ""
        assert vault.sh("ls /etc/apt /var/lib/apt", check=False) == ""
        assert vault.sh("aws --version").startswith("aws-cli/1.")
        assert vault.sh("cat /var/lib/ran") == f"{vault.instance_id}\n"
