"""A picture of the shelf, from the real window: `.venv/bin/python docs/pictures/shelf.py OUT`.

Two practice desks have one dossier. Both work on it while this one has no line; the other is first at central, so what
was written here into the same field waits for a supervisor. Opened as `identity.py` beside it opens the window.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from identity import main
from opening import case_chosen, clerk_of
from PySide6.QtCore import Qt

from clerk_app import bootstrap, rehearsal
from clerk_app.central.database import database_url, open_database
from clerk_app.central.stations import new_code
from ui import application
from ui.story import CTRL, Script, Until, pause

HERE, THERE = "0912345678", "0987654321"
OTHER = "Q02"


def enrolled(world: rehearsal.World) -> Path:
    """The profile of a second desk of the same office."""
    profile = world.folder / "other"
    profile.mkdir()
    with closing(open_database(database_url(world.folder / "central"))) as opened:
        code = new_code(opened, OTHER, bootstrap.now()).code
    bootstrap.enrol(profile, world.central_url, code, rehearsal.PASSPHRASE)
    return profile


def other_desk(profile: Path, phone: str = "") -> None:
    """Hears of everything; its clerk writes down another phone number, and it goes to central."""
    with closing(bootstrap.open_desk(profile, rehearsal.PASSPHRASE)) as desk:
        desk.sign_in.sign_in("clerk2", rehearsal.PASSWORD)
        desk.delivery.once(lambda: False)
        if phone:
            (line,) = desk.journal.find()
            desk.intake.enter(line.dossier, {"applicant.phone": phone}, "application", "")
            desk.delivery.once(lambda: False)


def story(window: application.Application, world: rehearsal.World, out: Path, only: str) -> Script:
    """One dossier; the picture if its name holds `only`."""
    clerk = clerk_of(window)
    other = enrolled(world)
    yield from case_chosen(window, world, clerk)
    desk = window.desk
    assert desk is not None
    yield Until("everything delivered", lambda: desk.journal.outbox().waiting == 0, 60.0)
    other_desk(other)
    world.stop_central()
    yield from clerk.fill("applicant.phone", HERE, "")
    yield clerk.press(Qt.Key.Key_S, CTRL)
    yield pause(1.0)
    yield from clerk.sign_out()
    world.start_central()
    other_desk(other, THERE)
    yield from clerk.sign_in("supervisor", rehearsal.PASSWORD)
    yield Until("the refusal", lambda: bool(desk.journal.refused()), 60.0)
    yield clerk.press(Qt.Key.Key_3, CTRL)
    yield pause(2.0)
    if only in "shelf":
        window.window.grab().save(str(out / "shelf.png"))


if __name__ == "__main__":
    main(story)
