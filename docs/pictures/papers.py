"""Pictures of step 3, from the real window: `.venv/bin/python docs/pictures/papers.py OUT`.

A certificate and a licence are scanned, made and read while the window looks on; what was read waits for the clerk's
word. Opened as `identity.py` beside it opens the window; people and papers are practice specimens.
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
from ui.story import Script, Until, pause

PATIENCE_S = 90.0


def story(window: application.Application, world: rehearsal.World, out: Path, only: str) -> Script:
    """One dossier; the pictures whose name holds `only`."""
    clerk = clerk_of(window)
    yield from case_chosen(window, world, clerk)
    yield clerk.press(Qt.Key.Key_F4)
    yield Until("the papers", lambda: clerk._screen().step() == "papers")
    for count, key in enumerate((Qt.Key.Key_1, Qt.Key.Key_2), 1):
        yield clerk.press(key)
        yield clerk.until(f"{count} pages", lambda view, count=count: len(view.papers.pages) == count, PATIENCE_S)
        yield Until("a scanner at rest", lambda: clerk._screen().page_work.arriving is None, PATIENCE_S)
    yield clerk.until(
        "both pages made and read", lambda view: not view.papers.raw and not view.papers.unread, 2 * PATIENCE_S
    )
    clerk._screen().papers.strip.setCurrentRow(0)
    yield pause(1.5)
    if only in "papers":
        window.window.grab().save(str(out / "papers.png"))


if __name__ == "__main__":
    main(story)
