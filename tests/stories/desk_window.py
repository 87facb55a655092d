"""A test's hand on one `clerk_window` process: give orders, hear what the screen shows, end it by force."""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any

from clerk_app import bootstrap
from tests.peers.forks import WINDOW, Fork, forks

MARK = "QUAY_STORY"
"""An environment variable that the window and everything it starts carry, so that orphans are found."""
PATIENCE_S = 70.0
TELLING = 3
"""The descriptor on which a window that is forked tells."""
Told = dict[str, Any]


@dataclass
class DeskWindow:
    """One window on one profile. `hear` is called for the kinds of lines named there."""

    profile: Path
    display: str
    folder: Path
    glass: Path | None = None
    person: int = 1
    thorough: bool = False
    platform: str = "xcb"
    few_words: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    reader: bool = True
    """Whether it sees the machine's card readers: a card that lies there for another test is read by itself."""
    phone: str = ""
    """The citizen's, where it is not the story's own."""
    ahead_s: float = 0.0
    """By how much its clock is ahead of the machine's."""
    anew: bool = False
    """Whether it is started as on any morning also where there is no screen; else it is a fork of one that has imported
    everything."""
    hear: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "window.log"
        self.scratch = self.folder / "tmp"
        self.scratch.mkdir(exist_ok=True)
        self._mark = secrets.token_hex(8)
        self._partial = b""
        environment = os.environ | {
            "PYTHONPATH": str(bootstrap.RESOURCES.parent),
            "PYTHONUTF8": "1",
            "QT_QPA_PLATFORM": self.platform,
            "DISPLAY": self.display,
            "CLERK_PASSPHRASE": "practice",
            "CLERK_KEY_STORE": "none",
            # Else Qt starts a session bus of its own where dbus-x11 is installed, and it outlives the window.
            "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "TMPDIR": str(self.scratch),
            MARK: self._mark,
        }
        if not self.reader:
            environment["PCSCLITE_CSOCK_NAME"] = str(self.scratch / "no-readers")
        environment |= self.environment
        self._pipe, telling = os.pipe()
        hands, self._orders = os.pipe()
        said = ["--profile", str(self.profile), "--person", str(self.person)]
        said += ["--glass", str(self.glass)] if self.glass is not None else []
        said += ["--thorough"] if self.thorough else []
        said += ["--few-words"] if self.few_words else []
        said += ["--phone", self.phone] if self.phone else []
        said += ["--ahead", str(self.ahead_s)] if self.ahead_s else []
        folder = bootstrap.RESOURCES.parent
        self.process: subprocess.Popen[bytes] | Fork
        with self.log.open("ab") as log:
            if self.anew or self.platform != "offscreen":
                command = [sys.executable, "-m", "tests.stories.clerk_window", *said, "--tell", str(telling)]
                self.process = subprocess.Popen(
                    command, cwd=folder, stdin=hands, stdout=log, stderr=log, env=environment, pass_fds=(telling,)
                )
            else:
                ends = {0: hands, 1: log.fileno(), 2: log.fileno(), TELLING: telling}
                self.process = forks(WINDOW).fork_with([*said, "--tell", str(TELLING)], environment, folder, ends)
        os.close(telling)
        os.close(hands)

    # ---- orders

    def order(self, do: str, **more: str) -> None:
        """Say what to do; it is done after what was said before."""
        os.write(self._orders, json.dumps({"do": do, **more}).encode() + b"\n")

    def do(self, do: str, **more: str) -> Told:
        """Say it and wait until it is done; what then stands there."""
        begun = len(self.told)
        self.order(do, **more)
        return self.until(f"{do} to be done", lambda line: line["what"] == "did" and line["order"] == do, begun)

    # ---- hearing

    def until(self, what: str, test: Callable[[Told], bool], begun: int = 0, within_s: float = PATIENCE_S) -> Told:
        """The first line since `begun` that passes the test."""
        deadline = monotonic() + within_s
        while True:
            for line in self.told[begun:]:
                begun += 1
                if test(line):
                    return line
            stuck = next((line["on"] for line in self.told if line["what"] == "stuck"), "")
            assert not stuck, f"before {what} the story waited in vain for {stuck}\n{self._said()}"
            left = deadline - monotonic()
            assert left > 0, f"waited in vain for {what}\n{self._said()}"
            assert self._listen(left), f"the window ended before {what}\n{self._said()}"

    def until_words(self, *parts: str, begun: int = 0) -> list[str]:
        """Until each part stands in some text on the screen; all texts of that moment."""

        def stand_there(line: Told) -> bool:
            return line["what"] == "words" and all(any(part in text for text in line["shown"]) for part in parts)

        words: list[str] = self.until(f"the words {parts}", stand_there, begun)["shown"]
        return words

    def press_until(self, key: str, part: str) -> None:
        """A key that does nothing while what it asked for before is still on its way, until this can be read."""
        self._again_until(part, lambda: self.do("press", key=key))

    def scan_until(self, text: str, part: str) -> None:
        """On a computer that others hold up a scanner may be taken for a hand, and is used once more."""
        self._again_until(part, lambda: self.do("scan", text=text))

    def _again_until(self, part: str, do: Callable[[], object]) -> None:
        end = monotonic() + PATIENCE_S + 20
        while True:
            do()
            self.watch(2.5)
            words = [line["shown"] for line in self.told if line["what"] == "words"][-1]
            if any(part in text for text in words):
                return
            assert monotonic() < end, words

    def watch(self, seconds: float) -> None:
        """Hear for so long, no matter what."""
        deadline = monotonic() + seconds
        while (left := deadline - monotonic()) > 0:
            assert self._listen(left), f"the window ended by itself\n{self._said()}"

    def _listen(self, within_s: float) -> bool:
        """Take in what comes next, at most so long; False when nothing can come any more."""
        ready, _, _ = select.select([self._pipe], [], [], min(within_s, 1.0))
        if not ready:
            return True
        data = os.read(self._pipe, 1 << 16)
        *lines, self._partial = (self._partial + data).split(b"\n")
        for line in lines:
            told: Told = json.loads(line)
            self.told.append(told)
            if told["what"] in self.hear:
                self.hear[told["what"]]()
        return bool(data)

    def complaints(self) -> list[str]:
        """What the window wrote down beside its story: faults of ours, warnings, tracebacks."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return [line for line in lines if not line.startswith(("DEBUG:", "INFO:"))]

    def _said(self) -> str:
        """The last state and words of the screen, and what was written down."""
        last = {line["what"]: line for line in self.told}
        shown = [str(last[what]) for what in ("standing", "words") if what in last]
        return "\n".join((*shown, *self.complaints()[-20:]))

    # ---- the end

    def relatives(self) -> list[int]:
        """Every living process that this window or its children started, itself too."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    marked = f"{MARK}={self._mark}".encode() in (entry / "environ").read_bytes()
                except OSError:
                    continue
                # What is forked has the environment of another to show.
                if marked or int(entry.name) == self.process.pid:
                    found.append(int(entry.name))
        return found

    def kill(self) -> float:
        """SIGKILL; the moment of it. What the window said until then is heard."""
        at = monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)
        while self._listen(1.0):
            continue
        self._put_away()
        return at

    def close(self) -> int:
        """Close the window as a person does and wait for its end; the exit code."""
        self.order("close")
        deadline = monotonic() + PATIENCE_S
        # Heard to the end: a window whose words nobody takes in stands still once the pipe is full.
        while self._listen(1.0):
            assert monotonic() < deadline, f"the window does not close\n{self._said()}"
        code = self.process.wait(30)
        self._put_away()
        return code

    def _put_away(self) -> None:
        os.close(self._orders)
        os.close(self._pipe)

    def __enter__(self) -> DeskWindow:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(30)
            self._put_away()
