"""How the pictures of steps 2 and 3 begin: the clerk is signed in, the citizen's card read, case and class chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt

from clerk_app import rehearsal
from clerk_app.practice import specimens
from ui import application
from ui.story import Clerk, Script, Until, pause

PERSON = 1
"""A citizen with an old B2."""


def clerk_of(window: application.Application) -> Clerk:
    """Whoever sits at the desk."""
    return Clerk(window, ("supervisor", rehearsal.PASSWORD), "")


def case_chosen(window: application.Application, world: rehearsal.World, clerk: Clerk) -> Script:
    """A dossier from the first frame until the first case and the first class are chosen in step 2."""
    yield Until("the first frame", window.window.isVisible)
    yield from clerk.sign_in(rehearsal.USER, rehearsal.PASSWORD)
    yield from clerk.open_dossier()
    yield from clerk.type(specimens.specimen(PERSON).person.number)
    world.lay_card(PERSON)
    yield clerk.until("a verified chip", lambda view: view.identity.badge is not None)
    yield clerk.until("the register", lambda view: view.identity.register.tone != "calm")
    yield clerk.press(Qt.Key.Key_F3)
    for field, key in (("case", Qt.Key.Key_1), ("wanted_class", Qt.Key.Key_1)):
        yield from clerk.tab_to(field)
        yield clerk.press(key)
        yield pause(0.8)
