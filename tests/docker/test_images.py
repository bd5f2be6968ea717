"""The coins' images: built for each platform, hardened, and a node that works."""

import hashlib
import hmac
import json
import re
import time
import urllib.error
import urllib.request
import uuid
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.docker.coins import COINS, coin_of
from tests.docker.images import HARDENED, build, inspect, run

pytestmark = pytest.mark.docker

PASSWORD = "only-here"
READY_S = 90


@dataclass(frozen=True)
class Image:
    """One coin's image for one platform."""

    name: str
    platform: str
    tag: str

    @property
    def coin(self) -> Any:
        return coin_of(self.name)

    @property
    def run(self) -> tuple[str, ...]:
        return ("run", *HARDENED, "--platform", self.platform)


@pytest.fixture(
    scope="module",
    params=[(name, platform) for name in COINS for platform in coin_of(name)["platforms"]],
    ids="-".join,
)
def image(request: pytest.FixtureRequest) -> Image:
    name, platform = request.param
    made = Image(name, platform, build(name, platform))
    if "exec format error" in run(*made.run, "--rm", made.tag, "--version", check=False).stderr:
        pytest.skip(f"nothing here runs programs for {platform}: register qemu with binfmt_misc")
    return made


def test_image_says_what_it_is(image: Image) -> None:
    found, labels = inspect(image.tag), inspect(image.tag)["Config"]["Labels"]
    assert f"{found['Os']}/{found['Architecture']}" == image.platform
    assert found["Config"]["User"] == f"{image.coin['uid']}:{image.coin['uid']}"
    assert found["Config"]["StopSignal"] == image.coin["stop"]["signal"]
    assert labels["org.opencontainers.image.title"] == image.name
    assert set(found["Config"]["Volumes"]) == {image.coin["data_path"]}


@pytest.mark.parametrize("user", ["10001:10001", "4242"])
def test_any_user_runs_the_version_it_is_labelled_with(image: Image, user: str) -> None:
    said = run(*image.run, "--rm", "--user", user, image.tag, "--version").stdout
    version = inspect(image.tag)["Config"]["Labels"]["org.opencontainers.image.version"]
    assert re.search(rf" v{re.escape(version)}[-.\n]", said)


def test_nothing_but_the_coin_is_in_it(image: Image) -> None:
    listed = run(*image.run, "--rm", image.tag, "/bin/sh", "-c", "echo /bin/* /usr/bin/*").stdout
    programs = {
        "/usr/bin/dash",
        f"/usr/bin/{image.coin['daemon']}",
        f"/usr/bin/{image.coin['cli']}",
    }
    assert set(listed.split()) == {"/bin/sh", *programs}


@dataclass(frozen=True)
class Node:
    """A node on regtest, and calls to it as the users of coin.yaml."""

    image: Image
    container: str

    @property
    def chain(self) -> Any:
        return self.image.coin["chains"]["regtest"]

    def call(self, user: str, method: str, *params: Any) -> Any:
        bindings = inspect(self.container)["NetworkSettings"]["Ports"]
        port = bindings[f"{self.chain['ports']['rpc']}/tcp"][0]["HostPort"]
        token = b64encode(f"{user}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/",
            json.dumps({"method": method, "params": params}).encode(),
            {"Authorization": f"Basic {token}"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)["result"]

    def ready(self) -> int:
        """Wait for an answer; the height."""
        deadline = time.monotonic() + READY_S
        while True:
            try:
                height: int = self.call("exporter", "getblockchaininfo")["blocks"]
            except (OSError, KeyError, TypeError) as error:  # not listening yet, or warming up
                running = inspect(self.container)["State"]["Running"]
                if not running or time.monotonic() > deadline:
                    logs = run("logs", "--tail", "30", self.container)
                    raise AssertionError(f"no answer: {logs.stdout}{logs.stderr}") from error
                time.sleep(0.2)
            else:
                return height


def _auth(user: str, methods: list[str]) -> str:
    salt = "00112233445566778899aabbccddeeff"
    digest = hmac.new(salt.encode(), PASSWORD.encode(), hashlib.sha256).hexdigest()
    return f"rpcauth={user}:{salt}${digest}\nrpcwhitelist={user}:{','.join(methods)}\n"


@pytest.fixture(scope="module")
def node(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    chain = image.coin["chains"]["regtest"]
    users = dict(image.coin["rpc_users"])
    users["caller"] = [*users["caller"], *chain["caller_methods"]]
    auth = tmp_path_factory.mktemp("auth") / "rpc-auth"
    auth.write_text("".join(_auth(user, methods) for user, methods in users.items()))
    auth.chmod(0o644)
    made = Node(image, f"nodekeep-test-{image.name}-{uuid.uuid4().hex[:8]}")
    run(
        *(*image.run, "--detach", "--name", made.container, "--tmpfs=/tmp"),
        *("--publish", f"127.0.0.1::{chain['ports']['rpc']}"),
        *("--volume", f"{auth}:/rpc-auth:ro", "--env=RPC_AUTH_FILE=/rpc-auth"),
        *("--env=CHAIN=regtest", "--env=RPC_BIND=0.0.0.0", "--env=RPC_ALLOW_IP=0.0.0.0/0"),
        *(image.tag, *chain["arguments"]),
    )
    try:
        made.ready()
        yield made
    finally:
        run("rm", "--force", "--volumes", made.container)


def test_node_mines_and_keeps_the_chain_over_a_clean_stop(node: Node) -> None:
    node.call("caller", "createwallet", "miner")
    address = node.call("caller", "getnewaddress")
    node.call("caller", "generatetoaddress", 101, address)
    assert node.ready() == 101
    assert node.call("caller", "getbalances")["mine"]["trusted"] == 50

    run("stop", f"--time={node.image.coin['stop']['grace_s']}", node.container)
    assert inspect(node.container)["State"]["ExitCode"] == 0
    assert "Shutdown: done" in run("logs", node.container).stdout

    run("start", node.container)
    assert node.ready() == 101


def test_readiness_is_answered_as_coin_yaml_says(node: Node) -> None:
    kinds: dict[str, Callable[[Any], bool]] = {
        "ibd": lambda value: value in (True, False),
        "peers": lambda value: value == 0,
        "blocks": lambda value: value >= 0,
        "headers": lambda value: value >= 0,
        "tip_time": lambda value: value > 1_200_000_000,
    }
    questions = node.image.coin["readiness"]
    assert set(questions) == set(kinds)
    for name, question in questions.items():
        answer = node.call("exporter", question["method"])
        assert kinds[name](answer[question["field"]] if "field" in question else answer), name


def test_users_may_call_what_is_listed_and_no_more(node: Node) -> None:
    for user, method in (("exporter", "stop"), ("caller", "dumpwallet"), ("nobody", "uptime")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            node.call(user, method)
        with refused.value as answer:
            assert answer.code in {401, 403}


def test_every_listed_method_exists(node: Node) -> None:
    users = [*node.image.coin["rpc_users"].values(), node.chain["caller_methods"]]
    methods = sorted({method for listed in users for method in listed})
    helper = f"{node.container}-help"
    run(*node.image.run, "--detach", "--name", helper, "--env=CHAIN=regtest", node.image.tag)
    try:
        command = f"{node.image.coin['cli']} -datadir=/data -chain=regtest -rpcwait help"
        loop = f'for method; do {command} "$method"; done'
        said = run("exec", helper, "/bin/sh", "-c", loop, "-", *methods, check=False).stdout
        unknown = re.findall(r"help: unknown command: (\w+)", said)
        assert len(said) > 100 * len(methods)
    finally:
        run("rm", "--force", "--volumes", helper)
    assert not unknown


def test_data_belongs_to_the_user(node: Node) -> None:
    mounts = {mount["Destination"]: mount["Type"] for mount in inspect(node.container)["Mounts"]}
    data = node.image.coin["data_path"]
    assert mounts[data] == "volume"
    run("exec", node.container, "/bin/sh", "-c", f"[ -O {data} ] && [ -w {data} ] && ! [ -w / ]")
