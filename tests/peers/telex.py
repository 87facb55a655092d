"""A desk as in Vietnam: a window manager and a real Telex input method on a display, and hands that strike its keys."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

PROGRAMS = {
    "openbox": "openbox",
    "ibus-daemon": "ibus",
    "/usr/libexec/ibus-engine-unikey": "ibus-unikey",
    "xdotool": "xdotool",
    "xkbcomp": "x11-xkb-utils",
    "dbus-daemon": "dbus",
}
PATIENCE_S = 40.0
FIRST_SPARE = 93
"""Keycodes from here on are looked at for one that no key has."""


@dataclass(frozen=True)
class Telex:
    """A display with Telex on. `environment` is for a program that shall be typed into with it."""

    display: str
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        """A command of the session, such as `xdotool`; what it wrote."""
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, f"{command[0]}: {done.stderr}"
        return done.stdout

    def type(self, text: str, gap_ms: int) -> None:
        """Strike the keys of a text, `gap_ms` apart."""
        self.run("xdotool", "type", "--delay", str(gap_ms), text)

    def scan(self, text: str, gap_ms: int) -> None:
        """The same and Enter at the end, as a scanner does."""
        gap = str(gap_ms)
        self.run("xdotool", "type", "--delay", gap, "--args", "1", text, "key", "--delay", gap, "Return")

    def key(self, *keys: str) -> None:
        """Strike named keys as a person does."""
        self.run("xdotool", "key", "--delay", "80", *keys)

    def give_keys(self, letters: str) -> None:
        """Keys for letters that the keyboard lacks, put where it has none, before anybody types.

        A scanner that sends letters with marks has them on its keyboard; xdotool would else change the layout for each
        letter, behind the back of programs that read it a moment later.
        """
        composed = unicodedata.normalize("NFC", letters)
        missing = sorted({one for one in composed if not one.isascii()})
        layout = self.run("xkbcomp", self.display, "-")
        named = dict(re.findall(r"^\s*(<\w+>) = (\d+);", layout, re.MULTILINE))
        used = set(re.findall(r"key\s+(<\w+>)", layout))
        spare = [name for name, code in named.items() if name not in used and int(code) >= FIRST_SPARE]
        assert len(spare) >= len(missing), "more letters than free keys"
        keys = "".join(f"key {name} {{ [ U{ord(one):04X} ] }};\n" for name, one in zip(spare, missing, strict=False))
        begin = layout.index("{", layout.index("xkb_symbols")) + 1
        layout = f"{layout[:begin]}\n{keys}{layout[begin:]}"
        subprocess.run(
            ["xkbcomp", "-w", "0", "-", self.display], input=layout, text=True, check=True, capture_output=True
        )


@contextmanager
def telex(display: str, folder: Path) -> Iterator[Telex]:
    """Openbox, a session bus of its own, ibus and Unikey on `display`. Skips where one of them is missing."""
    for program, package in PROGRAMS.items():
        if shutil.which(program) is None:
            pytest.skip(f"{program} is missing: apt-get install {package}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run").mkdir(mode=0o700)
    environment = {
        "DISPLAY": display,
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "XDG_RUNTIME_DIR": str(folder / "run"),
        "GSETTINGS_BACKEND": "memory",
        "QT_IM_MODULE": "ibus",
        "XMODIFIERS": "@im=ibus",
        "LC_ALL": "C.UTF-8",
    }
    with ExitStack() as stack:
        environment["DBUS_SESSION_BUS_ADDRESS"] = stack.enter_context(_bus(environment))
        stack.enter_context(_running(["openbox"], environment))
        daemon = ["ibus-daemon", "--xim", "--panel", "disable", "--config", "disable"]
        stack.enter_context(_running(daemon, environment))
        desk = Telex(display, environment)
        deadline = monotonic() + PATIENCE_S
        while not _is_on(desk):
            assert monotonic() < deadline, "Unikey did not start"
        yield desk


def _is_on(desk: Telex) -> bool:
    """Whether the engine answers; asks for it first, since the daemon may still be starting."""
    environment = os.environ | desk.environment
    subprocess.run(["ibus", "engine", "Unikey"], env=environment, capture_output=True, check=False, timeout=PATIENCE_S)
    asked = subprocess.run(["ibus", "engine"], env=environment, capture_output=True, text=True, check=False, timeout=20)
    return asked.stdout.strip() == "Unikey"


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _bus(environment: dict[str, str]) -> Iterator[str]:
    said, saying = os.pipe()
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--print-address={saying}"]
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        pass_fds=(saying,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(saying)
    try:
        ready, _, _ = select.select([said], [], [], PATIENCE_S)
        address = os.read(said, 4096).decode().strip() if ready else ""
        assert address, "the session bus did not start"
        yield address
    finally:
        os.close(said)
        process.terminate()
        process.wait(10)
