"""Pictures of step 2, from the real window: `.venv/bin/python docs/pictures/application.py OUT`.

A citizen with an old B2 stands at the desk: what follows once case and class were chosen, and why a case that was
searched for cannot apply. Opened as `identity.py` beside it opens the window; people and papers are practice specimens.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from identity import main
from opening import case_chosen, clerk_of
from PySide6.QtCore import Qt

from clerk_app import rehearsal
from ui import application
from ui.story import Script, pause

SOUGHT = "quathoi"


def story(window: application.Application, world: rehearsal.World, out: Path, only: str) -> Script:
    """One dossier; the pictures whose name holds `only`."""
    clerk = clerk_of(window)
    yield from case_chosen(window, world, clerk)
    if only in "application":
        window.window.grab().save(str(out / "application.png"))
    yield clerk.press(Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    yield clerk.press(Qt.Key.Key_F9)
    yield from clerk.type(SOUGHT)
    yield pause(0.8)
    if only in "application-why":
        window.window.grab().save(str(out / "application-why.png"))


if __name__ == "__main__":
    main(story)
