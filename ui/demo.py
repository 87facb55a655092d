"""The demonstration: a throw-away desk in training mode, an embedded central and practice devices.

With a display the window is the visitor's to use. Without one, or with `--headless`, the guided story is played in the
real window: a dossier with the line up, an outage, dossiers taken offline, the line back.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from clerk_app import bootstrap, rehearsal
from ui import application
from ui.story import Citizen, Clerk, Player, Script, Until, pause

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from clerk_app.desk.desk import Desk

ONLINE = (1,)
OFFLINE = (2, 3)
REASON = "Mat ket noi, da doi chieu giay to goc"
"""What the clerk writes when a rule asks why: ASCII, since the story types on a keyboard without an input method."""


def run(headless: bool, out: Path | None, language: str) -> int:
    """Start the world, open the window, and end both. 0 if the story came out right."""
    folder = Path(tempfile.mkdtemp(prefix="quay-demo-"))
    throw_away = out is not None or not headless
    out = out or folder / "out"
    out.mkdir(parents=True, exist_ok=True)
    print(f"Quầy demo: {folder}", file=sys.stderr)
    try:
        with rehearsal.World(folder) as world:
            return _in(world, headless, out, language)
    finally:
        if throw_away:
            shutil.rmtree(folder, ignore_errors=True)


def _in(world: rehearsal.World, headless: bool, out: Path, language: str) -> int:
    for note in world.notes:
        print(f"· {note}", file=sys.stderr)
    peek = replace(bootstrap.peek(world.profile), passphrase_needed=False)
    qt = application.application(sys.argv[:1], language or peek.language)

    def opened(_passphrase: str) -> Desk:
        return bootstrap.open_desk(world.profile, rehearsal.PASSPHRASE, world.look)

    window = application.Application(qt, peek, opened)
    return _play(qt, window, world, out) if headless else _visit(qt, window, world)


def _visit(qt: QApplication, window: application.Application, world: rehearsal.World) -> int:
    print("Đăng nhập / sign in: clerk · practice. Thẻ mẫu đã nằm trên đầu đọc / a specimen card lies on the reader.")
    print(f"Mã QR của thẻ / its QR text: {world.qr_text(1)}")
    window.begin()
    QTimer.singleShot(1500, window, lambda: world.lay_card(1))
    return qt.exec()


def _play(qt: QApplication, window: application.Application, world: rehearsal.World, out: Path) -> int:
    problems: list[str] = []
    codes: list[str] = []

    def ended(problem: str) -> None:
        if problem:
            problems.append(f"the story waited in vain for {problem}")
            _picture(window, out, "99-stuck")
        window.window.close()

    window.window.resize(1440, 900)
    window.begin()
    player = Player(story(window, world, out, codes), window)
    player.ended.connect(ended)
    player.start()
    qt.exec()
    summary = _summary(world, out, codes)
    problems += _wrong(summary)
    (out / "summary.json").write_text(json.dumps(summary, ensure_ascii=False, indent=2) + "\n", "utf-8")
    print(json.dumps(summary, ensure_ascii=False, indent=2))
    for problem in problems:
        print(f"DEMO_FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


def story(window: application.Application, world: rehearsal.World, out: Path, codes: list[str]) -> Script:
    """The main job, an outage, and the line back."""
    clerk = Clerk(window, ("supervisor", rehearsal.PASSWORD), REASON)
    count = 0

    def shown(name: str) -> None:
        nonlocal count
        count += 1
        _picture(window, out, f"{count:02d}-{name}")

    yield Until("the first frame", lambda: window.window.isVisible())
    yield pause(0.4)
    shown("sign-in")
    # The supervisor was here this morning, so that they are known when the line is down.
    yield from clerk.sign_in("supervisor", rehearsal.PASSWORD)
    yield from clerk.sign_out()
    yield from clerk.sign_in(rehearsal.USER, rehearsal.PASSWORD)
    for person in ONLINE:
        yield from _one(clerk, world, person, shown, codes)
    world.stop_central()
    for place, person in enumerate(OFFLINE):
        yield from _one(clerk, world, person, shown if place == 0 else _unseen, codes)
    yield from _page(clerk, window, 3)
    yield pause(1.0)
    shown("outbox-offline")
    world.start_central()
    desk = window.desk
    assert desk is not None
    window_bridge(window)()
    yield Until("everything delivered", lambda: desk.journal.outbox().waiting == 0, 120.0)
    yield pause(1.5)
    shown("outbox-online")
    yield from _page(clerk, window, 2)
    yield pause(1.0)
    shown("queue")


def window_bridge(window: application.Application) -> Callable[[], None]:
    """What `Ctrl+Shift+D` does: deliver now."""
    app = window.window.app
    assert app is not None
    return app.bridge.deliver_now


def _page(clerk: Clerk, window: application.Application, number: int) -> Script:
    from PySide6.QtCore import Qt

    keys = {2: Qt.Key.Key_2, 3: Qt.Key.Key_3}
    yield clerk.press(keys[number], Qt.KeyboardModifier.ControlModifier)


def _one(clerk: Clerk, world: rehearsal.World, person: int, shown: Callable[[str], None], codes: list[str]) -> Script:
    yield from clerk.open_dossier()
    yield from clerk.serve(citizen(world, person), shown)
    view = clerk.view()
    assert view is not None
    codes.append(view.code)


def citizen(world: rehearsal.World, person: int) -> Citizen:
    """A specimen citizen with their card and papers."""
    specimen = world.citizen(person)
    licence = specimen.licences[0]
    return Citizen(
        number=specimen.person.number,
        phone="0912345678",
        licence_number=licence.number,
        licence_class=licence.code,
        licence_regime=licence.regime,
        licence_issued=f"{licence.issued:%d/%m/%Y}" if licence.issued else "",
        licence_expires=f"{licence.expires:%d/%m/%Y}" if licence.expires else "",
        lay=lambda: world.lay_card(person),
        take_away=world.take_card,
    )


def _unseen(_name: str) -> None:
    """Not worth another picture."""


def _picture(window: application.Application, out: Path, name: str) -> None:
    (out / "screens").mkdir(exist_ok=True)
    window.window.grab().save(str(out / "screens" / f"{name}.png"))


def _summary(world: rehearsal.World, out: Path, codes: list[str]) -> dict[str, object]:
    receipts = []
    for number, document in enumerate(world.printed(), 1):
        target = out / f"receipt-{number}.pdf"
        target.write_bytes(document.read_bytes())
        receipts.append(str(target))
    return world.summary() | {"receipts": receipts, "codes": codes}


def _wrong(summary: dict[str, object]) -> list[str]:
    wanted = len(ONLINE) + len(OFFLINE)
    wrong = []
    if summary["dossiers"] != wanted or summary["accepted_by_central"] != wanted:
        wrong.append(f"{summary['accepted_by_central']} of {summary['dossiers']} dossiers at central, not {wanted}")
    if summary["duplicates"] != 0 or summary["journal"] != "ok":
        wrong.append("the journal or central does not verify")
    return wrong
