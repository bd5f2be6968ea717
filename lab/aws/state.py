"""What survives the local AWS: saved while it runs, not just when it ends."""

import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import persistence

logger = logging.getLogger("lab.state")

EVERY_S = 1.0


class Saver:
    """Writes services whose state changed, each file in one move."""

    def __init__(self) -> None:
        self._written: dict[str, bytes] = {}
        self._end = threading.Event()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Save from now on."""
        threading.Thread(target=self._run, name="lab-save", daemon=True).start()

    def stop(self) -> None:
        """Save a last time."""
        self._end.set()
        self.save()

    def save(self) -> None:
        """Save what changed."""
        with self._lock:
            for service, get_state in app._build_persistence_save_dict().items():
                try:
                    self._save(service, get_state)
                except RuntimeError:
                    logger.debug("%s changed while it was read: next time", service)

    def _save(self, service: str, get_state: Callable[[], Any]) -> None:
        state = get_state()
        if state is None:
            return
        version = persistence._state_format_version(service)
        wrapped = {"__ministack_format__": version, "payload": state}
        content = json.dumps(wrapped, default=persistence._json_default)
        digest = hashlib.sha256(content.encode()).digest()
        if self._written.get(service) == digest:
            return
        directory = Path(persistence.STATE_DIR)
        directory.mkdir(parents=True, exist_ok=True)
        draft = directory / f"{service}.json.new"
        draft.write_text(content)
        os.replace(draft, directory / f"{service}.json")  # noqa: PTH105 - in one move
        self._written[service] = digest

    def _run(self) -> None:
        while not self._end.wait(EVERY_S):
            self.save()
