"""Commands that run on this machine."""

import subprocess
import time
from pathlib import Path

import pytest

from lab.plugins.command.local import COMMAND
from lab.plugins.link import StoppedError
from lab.plugins.resource import PluginError
from lab.plugins.wire import Asset, Properties
from tests.plugins import fakes


def test_both_outputs_are_kept_and_shown() -> None:
    link = fakes.QuietLink()
    _, state = COMMAND.create(fakes.job(link), {"create": "echo out; echo err >&2"})
    assert (state["stdout"], state["stderr"]) == ("out", "err")
    assert sorted(link.said) == ["err", "out"]


@pytest.mark.parametrize(("logging", "said"), [("none", []), ("stderr", ["err"])])
def test_only_what_is_wanted_is_shown(logging: str, said: list[str]) -> None:
    link = fakes.QuietLink()
    COMMAND.create(fakes.job(link), {"create": "echo out; echo err >&2", "logging": logging})
    assert link.said == said


def test_it_gets_environment_input_folder_and_interpreter(tmp_path: Path) -> None:
    inputs = {
        "create": "pwd; cat; echo $WORD $0",
        "environment": {"WORD": "hello"},
        "stdin": "input\n",
        "dir": str(tmp_path),
        "interpreter": ["/bin/sh", "-c"],
    }
    _, state = COMMAND.create(fakes.job(), inputs)
    assert state["stdout"] == f"{tmp_path}\ninput\nhello /bin/sh"


def test_an_update_sees_what_was_written_before() -> None:
    inputs: Properties = {"create": "echo one", "update": "echo $PULUMI_COMMAND_STDOUT two"}
    _, state = COMMAND.create(fakes.job(), inputs)
    news = inputs | {"environment": {"A": "1"}}
    changed = COMMAND.changes(state, inputs, news)
    assert [f.name for f in changed] == ["environment"]
    assert COMMAND.update(fakes.job(), "id", state, changed, news)["stdout"] == "one two"
    silent = news | {"addPreviousOutputInEnv": False}
    assert COMMAND.update(fakes.job(), "id", state, changed, silent)["stdout"] == "two"


def test_without_an_update_creation_runs_again_and_without_a_change_nothing() -> None:
    inputs: Properties = {"create": "date +%N"}
    _, state = COMMAND.create(fakes.job(), inputs)
    assert COMMAND.update(fakes.job(), "id", state, [], inputs) == state
    again = COMMAND.update(fakes.job(), "id", state, list(COMMAND.fields), inputs)
    assert again["stdout"] != state["stdout"]


def test_triggers_replace() -> None:
    state: Properties = {"create": "true", "triggers": ["a"]}
    changed = COMMAND.changes(state, state, state | {"triggers": ["b"]})
    assert [(f.name, f.replace) for f in changed] == [("triggers", True)]


def test_deletion_runs_what_was_given(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    COMMAND.delete(
        fakes.job(), "id", {"delete": f"echo $PULUMI_COMMAND_STDOUT > {mark}", "stdout": "x"}
    )
    assert mark.read_text() == "x\n"
    COMMAND.delete(fakes.job(), "id", {"create": "true"})


def test_a_failure_tells_status_and_output_but_not_the_command() -> None:
    with pytest.raises(PluginError, match="exit status 7") as caught:
        COMMAND.create(fakes.job(), {"create": "echo why >&2; : s3cret; exit 7"})
    assert "why" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_program_that_is_not_there_is_said() -> None:
    with pytest.raises(PluginError, match="cannot start '/no/such'"):
        COMMAND.create(fakes.job(), {"create": "x", "interpreter": ["/no/such"]})


def test_files_are_returned(tmp_path: Path) -> None:
    inputs = {
        "create": "mkdir sub; echo a > sub/a.txt; echo b > sub/b.txt",
        "dir": str(tmp_path),
        "assetPaths": ["sub/*.txt", "!sub/b.txt"],
    }
    _, state = COMMAND.create(fakes.job(), inputs)
    assert state["assets"] == {"sub/a.txt": Asset(path=str(tmp_path / "sub/a.txt"))}


def test_an_interrupt_ends_it_with_all_its_children(tmp_path: Path) -> None:
    link = fakes.QuietLink()
    mark = f"sleep 61{tmp_path.stat().st_ino}"  # no other test's
    began = time.monotonic()
    link.log = lambda *_, **__: link.stopping.set()  # type: ignore[method-assign]
    with pytest.raises(StoppedError, match="interrupted while waiting for sh to end"):
        COMMAND.create(fakes.job(link), {"create": f"echo begun; {mark} & {mark}"})
    assert time.monotonic() - began < 5
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert mark not in running.stdout
