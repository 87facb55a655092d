"""A real disk that is soon full."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own, in memory, at `place`."""
    place.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place]
    if subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("only an administrator may mount a disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path, leave: int = 0) -> Path:
    """Fill the disk at `place` but for `leave` octets; the file that does it."""
    filler = place / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(place).free - leave)))
    return filler
