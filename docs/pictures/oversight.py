"""Pictures of what stands behind the counter, from the real window: `.venv/bin/python docs/pictures/oversight.py OUT`.

A clerk at another practice desk asks for exceptions; the supervisor decides them at this one, reads the trail of one of
the dossiers, and locks the desk. Opened as `identity.py` beside it opens the window.
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from identity import main
from opening import clerk_of
from PySide6.QtCore import Qt
from shelf import enrolled

from clerk_app import bootstrap, rehearsal
from clerk_app.practice import specimens
from ui import application
from ui.story import CTRL, Script, Until, pause

ALT = Qt.KeyboardModifier.AltModifier
KIND = "IDENTITY_WEAK"
ASKED = (
    (1, "Chip bị xước, đọc ba lần không được; đã đối chiếu ảnh và giấy khai sinh bản chính."),
    (2, "Thẻ còn mới nhưng chip không trả lời; đã đối chiếu người với ảnh trên thẻ."),
    (3, "Chip hỏng, người dân đã hẹn ngày đổi thẻ."),
)
"""Which specimen citizen, and why the clerk asks."""
MOVED = "Số 12, ngách 34/56, phường Nghĩa Đô, thành phố Hà Nội"
"""Where the first of them says to live: not what the card says."""


def ask_elsewhere(profile: Path) -> None:
    """The clerk at the other desk opens a dossier for each and asks."""
    with closing(bootstrap.open_desk(profile, rehearsal.PASSPHRASE)) as desk:
        desk.sign_in.sign_in("clerk2", rehearsal.PASSWORD)
        for number, reason in ASKED:
            dossier = desk.intake.open().dossier
            desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(number).person))
            if number == ASKED[0][0]:
                desk.intake.enter(dossier, {"applicant.residence": MOVED}, "application", "")
            desk.exceptions.ask(dossier, KIND, reason)
        desk.intake.park()
        desk.delivery.once(lambda: False)


def story(window: application.Application, world: rehearsal.World, out: Path, only: str) -> Script:
    """What waits, the trail, the lock; the pictures whose names hold `only`."""

    def keep(name: str) -> None:
        if only in name:
            window.window.grab().save(str(out / f"{name}.png"))

    clerk = clerk_of(window)
    yield Until("the first frame", window.window.isVisible)
    yield from clerk.sign_in("supervisor", rehearsal.PASSWORD)
    desk = window.desk
    assert desk is not None
    ask_elsewhere(enrolled(world))
    yield Until("the requests", lambda: desk.approvals.waiting() == len(ASKED), 60.0)
    yield clerk.press(Qt.Key.Key_5, CTRL)
    yield pause(2.5)
    keep("approvals")
    yield clerk.press(Qt.Key.Key_A)
    yield Until("one decision", lambda: desk.approvals.waiting() == len(ASKED) - 1, 60.0)
    yield pause(1.5)
    yield clerk.press(Qt.Key.Key_6, CTRL)
    yield pause(2.0)
    yield clerk.press(Qt.Key.Key_Home)
    yield pause(1.5)
    keep("trail")
    yield clerk.press(Qt.Key.Key_L, CTRL | ALT)
    yield pause(1.5)
    keep("lock")


if __name__ == "__main__":
    main(story)
