"""The window is killed at random moments of the story: nothing that stood there for a second is lost, nothing is twice.

`CLERK_KILLS=50` kills fifty times, `CLERK_SEED=7` repeats the moments of an earlier run.
"""

from __future__ import annotations

import os
import random
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from clerk_app import bootstrap, rehearsal
from clerk_app.central.database import database_url
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier
from tests.peers.display import screen
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]

KILLS = int(os.environ.get("CLERK_KILLS", "2"))
A_DAY = 2
"""How often the window is killed before everything is finished, delivered and counted."""
SEED = int(os.environ.get("CLERK_SEED", secrets.randbelow(10_000)))
CHOSEN_BY_RULE = ("applicant.nationality", "case", "wanted_class", "result_place")
"""Shown as chosen before anybody chose them."""
SAVED_AFTER_S = 1.0
"""What stood on the screen for this long is in the journal."""
STORY_S = 12.0
"""About one dossier from its first key to its receipt."""
GONE_WITHIN_S = 15.0
OUTAGE = 0.2
"""How often central is away for the life of one window."""
AT_THE_START = 0.15
"""How often the window is killed before anybody could work in it, and within how long."""
START_S = 4.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        everybody_known(world.profile)
        # The citizen's card lies there for the whole story.
        world.lay_card(1)
        yield world


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen() as name:
        yield name


def everybody_known(profile: Path) -> None:
    """Clerk and supervisor were here once with a line, so that the desk knows them without one."""
    desk = bootstrap.open_desk(profile, rehearsal.PASSPHRASE)
    for user in (rehearsal.USER, "supervisor"):
        desk.sign_in.sign_in(user, rehearsal.PASSWORD)
        desk.sign_in.sign_out()
    desk.close()


def central_runs(world: rehearsal.World) -> bool:
    """Whether the line is up."""
    address = urlsplit(world.central_url)
    with socket.socket() as line:
        return line.connect_ex((address.hostname, address.port)) == 0


def unfinished(dossier: Dossier) -> bool:
    """Whether there is something left to do: then it stands there again."""
    return dossier.status == "draft" or any(not dossier.prints.get(form) for form in ("M01", "fee_receipt"))


def nothing_lost(stood: list[Told], killed_at: float, dossier: Dossier) -> list[str]:
    """What stood on the screen for a second before the end and is not in the journal, nor anything newer."""
    lines = [line for line in stood if line["dossier"] == str(dossier.id)]
    old = [place for place, line in enumerate(lines) if line["t"] < killed_at - SAVED_AFTER_S]
    if not old:
        return []
    then, since = lines[old[-1]], lines[old[-1] :]
    lost = []
    for name in then["values"]:
        value = dossier.fields.get(name)
        text = value.text if value else ""
        by_rule = name in CHOSEN_BY_RULE and not text
        newer = {line["values"].get(name) for line in since}
        if not by_rule and text not in newer and not (value and value.source in ("chip", "qr")):
            lost.append(f"{name}: {text!r} is none of {newer}")
    if dossier.status == "draft" and dossier.step not in {line["step"] for line in since}:
        lost.append(f"step: {dossier.step!r}")
    if dossier.status == "draft" and dossier.focus not in {line["focus"] for line in since}:
        lost.append(f"focus: {dossier.focus!r}")
    for what, held in (
        ("verified", dossier.evidence is not None and dossier.evidence.level == "chip"),
        ("pages", len(dossier.pages)),
        ("paid", dossier.fee is not None),
    ):
        if then[what] > held:
            lost.append(f"{what}: {then[what]} on the screen, {held} in the journal")
    if then["code"] and then["code"] != dossier.code:
        lost.append(f"code: {dossier.code!r}")
    lost += [form for form, count in then["prints"].items() if count > dossier.prints.get(form, 0)]
    return lost


def all_gone(window: DeskWindow) -> None:
    """The scan worker and its scanimage end with the window."""
    deadline = monotonic() + GONE_WITHIN_S
    while left := window.relatives():
        assert monotonic() < deadline, f"still there after the window: {[_command(pid) for pid in left]}"


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def same_place(line: Told, dossier: Dossier) -> None:
    """The window shows this dossier at its step, the caret in its field."""
    assert (line["dossier"], line["step"]) == (str(dossier.id), dossier.step)
    # A field that the register's answer has taken away since then cannot have the caret.
    if dossier.focus in line["fields"]:
        assert line["focus"] == dossier.focus
    if dossier.focus in ("applicant.number", "applicant.phone"):
        assert line["caret"] == dossier.focus


@pytest.mark.parametrize("day", range(-(-KILLS // A_DAY)))
def test_killed_at_random_moments_nothing_is_lost_and_nothing_is_twice(
    world: rehearsal.World, display: str, tmp_path: Path, day: int
) -> None:
    print(f"CLERK_SEED={SEED} CLERK_KILLS={KILLS} day {day}")
    dice = random.Random(f"{SEED}/{day}")
    open_before: Dossier | None = None
    moments = []
    for kill in range(min(A_DAY, KILLS - day * A_DAY)):
        if not central_runs(world):
            world.start_central()
        elif dice.random() < OUTAGE:
            world.stop_central()
        with opened(world, display, tmp_path / str(kill)) as window:
            window.order("sign_in")
            window.order("serve_on")
            if dice.random() < AT_THE_START:
                window.watch(dice.uniform(0.0, START_S))
            else:
                window.until("sign-in", signed_in)
                window.watch(dice.uniform(0.0, STORY_S))
            killed_at = window.kill()
        all_gone(window)
        stood = [line for line in window.told if line["what"] == "standing"]
        if any(signed_in(line) for line in window.told) and open_before is not None:
            same_place(stood[0], open_before)
        if stood:
            open_before = after_the_kill(world.profile, stood, killed_at)
            moments.append(f"{stood[-1]['status']}/{stood[-1]['step']}")
        else:
            moments.append("start")
    print(f"killed at: {moments}")
    if not central_runs(world):
        world.start_central()
    with opened(world, display, tmp_path / "last") as window:
        window.do("sign_in")
        if open_before is not None:
            same_place(next(line for line in window.told if line["what"] == "standing"), open_before)
            window.do("serve")
        window.do("delivered")
        assert window.close() == 0
    exactly_once(world)


def opened(world: rehearsal.World, display: str, folder: Path) -> DeskWindow:
    return DeskWindow(world.profile, display, folder, world.folder / "glass", thorough=True)


def signed_in(line: Told) -> bool:
    return line["what"] == "did" and line["order"] == "sign_in"


def after_the_kill(profile: Path, stood: list[Told], killed_at: float) -> Dossier | None:
    """The dossier that must stand there again, if any. Of none that stood there for long enough anything is lost."""
    _, database, journal = bootstrap.open_store(profile, rehearsal.PASSPHRASE)
    try:
        report = journal.verify()
        assert report.ok, report.problems
        open_then = journal.noted("open_dossier")
        for dossier in {line["dossier"] for line in stood}:
            lost = nothing_lost(stood, killed_at, journal.dossier(UUID(dossier)))
            assert not lost, f"of dossier {dossier}: {lost}"
        last = journal.dossier(UUID(stood[-1]["dossier"]))
    finally:
        database.close()
    since = next(line["t"] for line in stood if line["dossier"] == str(last.id))
    if open_then != str(last.id):
        assert killed_at - since < SAVED_AFTER_S, "the journal does not know which dossier was open"
        return None
    return last if unfinished(last) else None


def exactly_once(world: rehearsal.World) -> None:
    """Central holds every entry of this desk and no other, each code once."""
    summary = world.summary()
    assert summary["journal"] == "ok"
    assert summary["duplicates"] == 0
    assert summary["accepted_by_central"] == summary["dossiers"]
    _, database, journal = bootstrap.open_store(world.profile, rehearsal.PASSPHRASE)
    try:
        here, refused = journal.verify().entries, journal.refused()
    finally:
        database.close()
    assert not refused
    assert verify(database_url(world.folder / "central")).entries == here
