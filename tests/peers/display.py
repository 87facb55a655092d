"""A screen that nobody sees: Xvfb on a display number of its own choosing, without a window manager."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

SIZE = "1440x900x24"
_START_S = 20.0


@contextmanager
def screen() -> Iterator[str]:
    """The name of a fresh display, `:7`. Skips where Xvfb is missing."""
    program = shutil.which("Xvfb")
    if program is None:
        pytest.skip("Xvfb is missing: apt-get install xvfb")
    said, saying = os.pipe()
    command = [program, "-displayfd", str(saying), "-screen", "0", SIZE, "-nolisten", "tcp", "-noreset"]
    process = subprocess.Popen(command, pass_fds=(saying,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(saying)
    try:
        ready, _, _ = select.select([said], [], [], _START_S)
        number = os.read(said, 16).decode().strip() if ready else ""
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        os.close(said)
        process.terminate()
        process.wait(10)
