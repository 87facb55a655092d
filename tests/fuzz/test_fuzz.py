"""Every target for a bounded number of inputs, and every input that once went wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
FOUND = Path(__file__).parent / "found"
RUNS = {
    "groups": 4000,
    "sod": 2500,
    "trust": 400,
    "qr": 4000,
    "mrz": 4000,
    "packs": 4000,
    "scanner": 4000,
    "jpeg": 4000,
    "print": 4000,
    "chip": 60,
    "carried": 4000,
    "grace": 4000,
}
"""How many inputs each target gets here: some seconds' worth."""

LIMITS = ["-timeout=20", "-malloc_limit_mb=512", "-rss_limit_mb=2048"]
"""The instrumented program takes a gigabyte before its first input; no input may take as much again."""


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_nothing_from_outside_crashes_hangs_or_is_believed(name: str, tmp_path: Path) -> None:
    for place, seed in enumerate(TARGETS[name].seeds):
        (tmp_path / f"seed-{place}").write_bytes(seed)
    # A process begins with the peak of whoever started it (getrusage): the shell between has a small one of its own.
    command = [
        "sh",
        "-c",
        '"$@"; exit $?',
        "sh",
        sys.executable,
        "-m",
        "tests.fuzz",
        name,
        f"-runs={RUNS[name]}",
        *LIMITS,
    ]
    done = subprocess.run(
        [*command, f"-runs={RUNS[name]}", *LIMITS, "-max_len=4096", f"-artifact_prefix={tmp_path}/", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_what_once_went_wrong_is_right() -> None:
    """`found/TARGET-….bin` is an input that made a target fail."""
    for path in sorted(FOUND.glob("*.bin")):
        TARGETS[path.name.partition("-")[0]].run(path.read_bytes())
