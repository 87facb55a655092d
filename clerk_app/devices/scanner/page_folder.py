"""Where pages lie between the scanner and the desk: in memory where the system has such a place, never for long.

The command that scans can only write files. They are other people's papers in the clear, so they lie on no disk if that
can be, and what the end of a desk left behind goes as soon as any desk of this computer looks.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PREFIX = "quay-scan-"
IN_MEMORY: tuple[Path, ...] = (
    tuple(dict.fromkeys((Path(os.environ.get("XDG_RUNTIME_DIR") or "/dev/shm"), Path("/dev/shm"))))
    if sys.platform == "linux"
    else ()
)
"""Gone when the computer is; the first also when the user is."""
ROOM = 512 * 1024 * 1024
"""Octets that must be free: some sheets of A4 in colour at 600 dpi."""
_LOCK = "desk.lock"
_STALE_S = 6 * 3600


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder only this user can read, removed whatever happens."""
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=_place()))
    try:
        with (folder / _LOCK).open("wb") as held:
            _lock(held)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of desks that ended without doing so: killed, or by a power cut."""
    for place in {*IN_MEMORY, Path(tempfile.gettempdir())}:
        for folder in place.glob(f"{PREFIX}*"):
            if _abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _place() -> Path | None:
    """The first place in memory that has room; None: the system's place for temporary files."""
    for place in IN_MEMORY:
        with suppress(OSError):
            if os.access(place, os.W_OK | os.X_OK) and shutil.disk_usage(place).free >= ROOM:
                return place
    return None


def _abandoned(folder: Path) -> bool:
    """Whether no desk holds it; where that cannot be told, whether nothing has touched it for hours."""
    try:
        with (folder / _LOCK).open("r+b") as held:
            if _lock(held):
                return True
    except BlockingIOError:
        return False
    except OSError:
        pass  # another desk of this computer was quicker, or has not come to lock it
    with suppress(OSError):
        return time.time() - folder.stat().st_mtime > _STALE_S
    return False


def _lock(held: BinaryIO) -> bool:
    """Hold the file until it is closed; False on a system without such locks. Raises `BlockingIOError`."""
    if sys.platform == "win32":
        return False
    import fcntl

    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return True
