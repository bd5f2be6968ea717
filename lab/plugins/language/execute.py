"""Run a Pulumi program under the engine: a script of its own, for any virtual environment.

The language host gives what the engine told it as JSON on standard input. Exit codes: 0 done; 32
failed and the user has been told; anything else failed without a word, which the host then says.
"""

import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pulumi
import pulumi.runtime

_TOLD_THE_USER = 32


def _traceback(program: str) -> str:
    """Return the error's stack from the program's first frame on."""
    frames = traceback.extract_tb(sys.exc_info()[2])
    home = str(Path(program).resolve())
    for index, frame in enumerate(frames):
        file = str(Path(frame.filename).resolve())
        if file == home or file.startswith(home + os.sep):
            return traceback.format_exc(limit=index - len(frames))
    return traceback.format_exc()


def _run(program: str) -> int:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # After a failure half the resources' futures are never awaited; nobody wants to read of each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    parallel = pulumi.runtime.settings.SETTINGS.parallel or 16
    executor = ThreadPoolExecutor(max_workers=parallel * 4)
    loop.set_default_executor(executor)

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(run))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return 1
    except Exception:  # noqa: BLE001 - whatever a program does wrong is shown to its author
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_traceback(program)}")
        return _TOLD_THE_USER
    finally:
        executor.shutdown(wait=True)
        loop.close()
    return 0


def main() -> None:
    """Run the program that the language host describes."""
    told = json.load(sys.stdin)
    pulumi.runtime.set_all_config(told["config"], told["secret_keys"])
    pulumi.runtime.configure(pulumi.runtime.Settings(**told["settings"]))
    program = told["program"]
    sys.argv = [program, *told["arguments"]]
    # Not this script's folder: a program finds its own modules first.
    sys.path[0] = program if Path(program).is_dir() else str(Path(program).parent)
    code = _run(program)
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(code)


if __name__ == "__main__":
    main()
