"""A step that fails names itself, the log and the remedy."""

from pathlib import Path

import pytest

from lab.step import StepError, run, step


def test_a_step_says_what_it_does_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    with step("local AWS") as detail:
        detail("answers")
    title, found, time = capsys.readouterr().out.splitlines()
    assert (title, found) == ("==> local AWS", "    answers")
    assert time.startswith("    done in 0.")


def test_failure_names_step_log_and_remedy(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(SystemExit) as caught, step("provider plugins"):
        run(["sh", "-c", "echo disk full; exit 7"], log=log, remedy="free some space")
    text = str(caught.value)
    for part in ("step failed: provider plugins", "exited 7", str(log), "disk full", "free some"):
        assert part in text


def test_a_missing_program_is_a_step_error(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="no-such-program"):
        run(["no-such-program"], log=tmp_path / "log", remedy="install it")
