"""cold-start: from starting the process to the first painted frame of the sign-in window, against a bare window.

Both are separate processes that write one line when they have painted; the clock runs in here, from before the start
of the process to the arrival of that line. Both start as an installed program does, from modules compiled before: in
the first run, which does not count.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.run import missing, row

RUNS = 9
LEFT_OUT = (
    "AusweisApp2, Anki and paperwork-gtk: this bench does not start them",
    "sign-in to a usable queue of 100k dossiers: this bench stops at the first frame",
)
_ROOT = Path(__file__).parents[1]


def run() -> list[dict[str, Any]]:
    """Two rows for each platform that can be drawn on here: by the clock, and by what it costs the processor."""
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        profile = _profile(Path(folder))
        rows += _platform("cold-start (offscreen)", profile, {"QT_QPA_PLATFORM": "offscreen"})
        if shutil.which("Xvfb") is None:
            rows.append(missing("cold-start (xcb)", "Xvfb is not installed"))
        else:
            with _display() as display:
                surroundings = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}
                rows += _platform("cold-start (xcb)", profile, surroundings)
    return rows


def _platform(name: str, profile: Path, surroundings: Mapping[str, str]) -> list[dict[str, Any]]:
    ours = [sys.executable, "-m", "ui", "--bench-first-frame", "--profile", str(profile)]
    bare = [sys.executable, str(Path(__file__).with_name("bare_window.py"))]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("QT_", "DISPLAY", "WAYLAND"))}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment |= {"PYTHONPYCACHEPREFIX": str(profile / "compiled"), **surroundings}
    times: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for turn in range(RUNS + 1):
        for taken, command in zip(times, (ours, bare), strict=True):
            measured = _first_line_ms(command, environment)
            if turn:
                taken.append(measured)
    (ours, ours_worked), (floor, floor_worked) = (
        (statistics.median(column) for column in zip(*taken, strict=True)) for taken in times
    )
    what = "start of the process to the first painted frame of the sign-in window"
    worked = f"processor time, which a busy machine changes less, of the same: {what}"
    return [
        row(name, ours, floor=floor, at_most=1.5, against="floor", what=what, not_measured=LEFT_OUT),
        row(f"{name[:-1]}, processor)", ours_worked, floor=floor_worked, at_most=1.5, against="floor", what=worked),
    ]


def _first_line_ms(command: list[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds by the clock until the first line, and of processor time of the whole process."""
    before = _worked_ms()
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=_ROOT, env=dict(environment), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        elapsed = (time.perf_counter() - start) * 1000
        process.wait(timeout=60)
    if not line or process.returncode:
        raise RuntimeError(f"{Path(command[-1]).name} painted nothing (exit {process.returncode})")
    return elapsed, _worked_ms() - before


def _worked_ms() -> float:
    """What the children that ended have cost so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (used.ru_utime + used.ru_stime) * 1000


def _profile(folder: Path) -> Path:
    """A desk that is enrolled, so that the window asks who signs in. Holds no key: nothing is opened."""
    station = {
        "station": "bench",
        "counter": "Q5",
        "office": "PC08-HN",
        "office_name_vi": "Phòng Cảnh sát giao thông - Công an thành phố Hà Nội",
        "office_name_en": "Hanoi traffic police",
        "unit_code": "G01.801.308",
        "practice": False,
        "central": "",
    }
    (folder / "station.json").write_text(json.dumps(station), "utf-8")
    (folder / "keys.json").write_text(json.dumps({"by": "file"}), "utf-8")
    return folder


@contextmanager
def _display() -> Iterator[str]:
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writer,), stderr=subprocess.DEVNULL)
    os.close(writer)
    try:
        with os.fdopen(reader) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.terminate()
        server.wait(timeout=20)
