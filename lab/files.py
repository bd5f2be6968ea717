"""Files of the lab: written in one step, so that whatever is interrupted can be run again."""

from pathlib import Path


def replace(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file: whoever reads sees the old text or the new, never a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=mode)
    draft.write_text(text)
    draft.replace(path)
