"""Desks, centrals and the lines between them, to which the events of a plan happen; real processes, all of them."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, Self

from clerk_app.central.app import hanoi_now
from clerk_app.central.blocks import leave_out
from clerk_app.central.database import open_database
from clerk_app.central.stations import new_code
from clerk_app.desk.delivery import Delivery
from clerk_app.uplink import Uplink
from tests.outages.ground import Ground
from tests.outages.line import Line
from tests.outages.plan import Event, Size
from tests.outages.station import Room
from tests.outages.zygote import Child, Zygote
from tests.peers.disks import fill

PEOPLE = ("clerk", "supervisor")
_DESK_DISK_MB, _CENTRAL_DISK_MB = 24, 96
_ROUNDS = 40
"""More deliveries than any order of late messages can need; a fleet that is not quiet by then is stuck."""


@dataclass
class Enrolled:
    """A fleet that was enrolled once, with people who signed in, to be copied for every run."""

    folder: Path
    stations: tuple[str, ...]
    seeds: tuple[bytes, ...]
    central_id: str

    @classmethod
    def make(cls, folder: Path, ground: Ground, zygote: Zygote, desks: int) -> Enrolled:
        """Enrol the desks at a central on `ground`, which has their people and numbers afterwards."""
        child = zygote.child("central", json.dumps(_central(ground, 0)))
        url = child.said()
        stations = tuple(f"Q{number:02d}" for number in range(1, desks + 1))
        seeds = tuple(secrets.token_bytes(32) for _ in stations)
        central_id = ""
        beside = open_database(ground.database.url)
        try:
            for station, seed in zip(stations, seeds, strict=True):
                uplink = Uplink(url, seed)
                central_id = uplink.enrol(new_code(beside, station, hanoi_now()).code).central_id
                for user in PEOPLE:
                    uplink.sign_in(user, "practice")
                room = Room(_made(folder / station), station, seed, hanoi_now)
                Delivery(room.journal, room.sheets, uplink, hanoi_now).once(lambda: False)
                room.database.close()
                uplink.close()
        finally:
            beside.close()
            child.kill()
            list(child.rest())
        return cls(folder, stations, seeds, central_id)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _central(ground: Ground, port: int) -> dict[str, Any]:
    return {"folder": str(ground.folder), "port": port, "database": ground.database.url, "blobs": ground.sheets.url}


@dataclass
class Post:
    """One desk of the run: its process while it lives, and what it ever said that its store has."""

    place: int
    folder: Path
    ahead_s: float = 0.0
    child: Child | None = None
    busy: bool = False
    entries: list[bytes] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    reports: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class World:
    """The fleet of one run in `folder`. `story` is what really happened."""

    folder: Path
    enrolled: Enrolled
    ground: Ground
    zygote: Zygote
    size: Size
    dice: Random
    story: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    _centrals: list[Child | None] = field(default_factory=list)
    _urls: list[str] = field(default_factory=list)
    _disks: dict[str, Path] = field(default_factory=dict)
    _copied: datetime | None = None
    _closing: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self._urls = [""] * self.size.centrals
        self._centrals = [None] * self.size.centrals
        for number in range(self.size.centrals):
            self._start_central(number)
        for place, station in enumerate(self.enrolled.stations):
            folder = self.folder / station
            self.disk(f"desk {place}", folder, _DESK_DISK_MB)
            shutil.copytree(self.enrolled.folder / station, folder, dirs_exist_ok=True)
            post = Post(place, folder)
            self.posts.append(post)
            self.lines.append(Line(self._some_central, self._killer(place), lambda post=post: _kill(post.child)))
            self._open(post)
        return self

    def __exit__(self, *_: object) -> None:
        for child in [post.child for post in self.posts] + self._centrals:
            _kill(child)
            if child is not None:
                list(child.rest())
        for line in self.lines:
            line.close()
        self._closing.close()

    def disk(self, name: str, place: Path, megabytes: int) -> None:
        """A small disk of its own at `place`, where an administrator may mount one; else just a folder."""
        place.mkdir(parents=True, exist_ok=True)
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        if subprocess.run(mounting, capture_output=True, check=False).returncode == 0:
            self._disks[name] = place
            self._closing.callback(subprocess.run, ["umount", "--lazy", str(place)], check=True)

    # ---- central

    def _some_central(self) -> str:
        return self.dice.choice(self._urls)

    def _killer(self, place: int) -> Callable[[], None]:
        return lambda: _kill(self._centrals[place % self.size.centrals])

    def _start_central(self, number: int) -> None:
        child = self._centrals[number]
        if child is not None and not child.gone:
            if not child.line.poll(0):
                return
            list(child.rest())
        port = int(self._urls[number].rpartition(":")[2] or 0)
        started = self.zygote.child("central", json.dumps(_central(self.ground, port)))
        self._centrals[number] = started
        # A disk that is full lets none begin.
        with suppress(EOFError):
            self._urls[number] = started.said()

    def _stop_centrals(self) -> None:
        for child in self._centrals:
            _kill(child)
            if child is not None:
                list(child.rest())

    # ---- desks

    def _open(self, post: Post) -> None:
        if post.child is not None and not post.child.gone:
            return
        about = {
            "folder": str(post.folder),
            "station": self.enrolled.stations[post.place],
            "everybody": self.enrolled.stations,
            "seed": self.enrolled.seeds[post.place].hex(),
            "url": self.lines[post.place].url,
            "central_id": self.enrolled.central_id,
            "ahead_s": post.ahead_s,
        }
        post.child, post.busy = self.zygote.child("station", json.dumps(about)), True
        self.settle(post)

    def order(self, post: Post, *what: object) -> None:
        """Tell a desk to do something, once it has done what it was told before."""
        self.settle(post)
        if post.child is not None and not post.child.gone:
            try:
                post.child.line.send(what)
                post.busy = True
            except OSError:
                self._noticed(post)

    def settle(self, post: Post) -> None:
        """Wait until the desk has done what it was told, or is dead."""
        while post.busy and post.child is not None:
            try:
                self._heard(post, post.child.said())
            except EOFError:
                self._noticed(post)

    def _noticed(self, post: Post) -> None:
        if post.child is not None:
            for said in post.child.rest():
                self._heard(post, said)
        post.child, post.busy = None, False

    def _heard(self, post: Post, said: tuple[Any, ...]) -> None:
        match said:
            case ("kept", entries, sheets):
                post.entries += entries
                post.sheets += sheets
            case ("did", dict() as report):
                post.busy = False
                post.reports.append(report)
                self._count(f"delivery {report['state']} {report['problem']}".rstrip())
                self.story.append(f"    desk {post.place} delivered: {report}")
            case (what, words):
                post.busy = False
                for word in words.split(", ") if what == "did" else ():
                    self._count(f"work: {word}")
                if what == "closed":
                    self._count(f"desk not opened: {words}")
                self.story.append(f"    desk {post.place} {what}: {words}")

    def _count(self, what: str) -> None:
        self.counted[what] = self.counted.get(what, 0) + 1

    # ---- events

    def happen(self, event: Event) -> None:
        """Let one event happen."""
        self._count(event.what)
        self.story.append(str(event))
        post = self.posts[event.who % len(self.posts)]
        line = self.lines[post.place]
        match event.what:
            case "work":
                self.order(post, "work", f"{event.who} {event.share}", event.size)
            case "deliver":
                self.order(post, "deliver")
            case "settle":
                for one in self.posts:
                    self.settle(one)
            case "arm":
                assert event.trouble is not None
                line.arm(event.trouble)
            case "out":
                line.pull_out()
            case "in":
                line.plugged = True
            case "kill desk":
                if post.child is not None and post.busy:
                    post.child.line.poll(event.share * 0.06)
                _kill(post.child)
                self._noticed(post)
            case "open desk":
                self._open(post)
            case "kill central":
                self._wait_a_moment(event.share)
                _kill(self._centrals[event.who])
            case "start central":
                self._start_central(event.who)
            case "clock":
                post.ahead_s = event.size
                self.order(post, "set_clock", event.size)
            case "fill desk":
                self._fill("desk 0", int(event.share * 80_000))
            case "fill central":
                self._fill("central", int(event.share * 200_000))
            case "free":
                self._free()
            case "copy":
                self._copy()
            case "bring back":
                self._bring_back()

    def _wait_a_moment(self, share: float) -> None:
        busy = [post.child.line for post in self.posts if post.busy and post.child is not None]
        if busy:
            busy[0].poll(share * 0.03)

    def _fill(self, disk: str, leave: int) -> None:
        if disk in self._disks:
            with suppress(OSError):
                fill(self._disks[disk], leave)

    def _free(self) -> None:
        for place in self._disks.values():
            (place / "filler").unlink(missing_ok=True)

    def _copy(self) -> None:
        self._free()
        self._copied = hanoi_now()
        self.ground.copy()

    def _bring_back(self) -> None:
        """Central's machine is gone; a new one begins with the last copy, brought back as docs/operating.md says."""
        if self._copied is None:
            return
        self._stop_centrals()
        self._free()
        self.ground.bring_back()
        brought_back = open_database(self.ground.database.url)
        leave_out(brought_back, self._copied, hanoi_now())
        brought_back.close()
        for number in range(self.size.centrals):
            self._start_central(number)

    # ---- the end

    def calm(self) -> str:
        """All trouble is over: bring everything up and deliver until nothing moves. Why it does not, or nothing."""
        self._free()
        for line in self.lines:
            line.calm()
        for number in range(self.size.centrals):
            self._start_central(number)
        for line in self.lines:
            line.heal()
        for post in self.posts:
            self.settle(post)
            post.ahead_s = 0.0
            self._open(post)
            self.order(post, "set_clock", 0.0)
        for _ in range(_ROUNDS):
            # One that was on its way down when it was looked at is down by now.
            for number in range(self.size.centrals):
                self._start_central(number)
            for post in self.posts:
                self._open(post)
                self.order(post, "deliver")
            for post in self.posts:
                self.settle(post)
            last = [post.reports[-1] for post in self.posts if post.reports]
            still = all(one["state"] == "idle" and not one["moved"] and not one["waiting"] for one in last)
            if still and len(last) == len(self.posts):
                return ""
        return f"never quiet: {last}"

    def end(self) -> None:
        """No process of this run lives any more."""
        for post in self.posts:
            _kill(post.child)
            self._noticed(post)
        self._stop_centrals()


def _kill(child: Child | None) -> None:
    if child is not None:
        child.kill()
