"""Pictures of what a card proves or does not, from the real window: `.venv/bin/python docs/pictures/identity.py OUT`.

A practice desk is opened as the demonstration opens it, and one card after the other is laid on its reader.
`QT_SCALE_FACTOR` and `QT_QPA_PLATFORM` mean what they mean to Qt. People and papers are practice specimens.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["CLERK_KEY_STORE"] = "none"

from PySide6.QtCore import Qt  # noqa: E402  the platform is chosen above

from clerk_app import bootstrap, rehearsal  # noqa: E402
from clerk_app.practice import specimens  # noqa: E402
from ui import application  # noqa: E402
from ui.story import Clerk, Player, Script, Until, pause  # noqa: E402

PERSON = 1
WOMAN, STRANGER = 2, 4
"""The face on the second card, and one that is not like it."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: the card that is laid, the QR code scanned before, who stands before the camera, the step shown."""

    faults: tuple[str, ...] = ()
    scan: str = ""
    face: int = 0
    person: int = PERSON
    step: Qt.Key | None = None
    why: bool = False


def other_name() -> str:
    """The QR code of the same card, as somebody printed it with another name."""
    person = specimens.specimen(PERSON).person
    return specimens.qr_text(replace(person, name="TRẦN MINH QUANG"))


SHOTS = {
    "good": Shot(),
    "good-why": Shot(why=True),
    "altered": Shot(("altered-dg1",)),
    "altered-exception": Shot(("altered-dg1",), step=Qt.Key.Key_F3),
    "expired": Shot(("expired",)),
    "unknown-signer": Shot(("unknown-signer",)),
    "copied": Shot(("copied",)),
    "revoked-signer": Shot(("revoked-signer",)),
    "several": Shot(("unknown-signer", "expired", "no-keys")),
    "no-proof": Shot(("no-keys",)),
    "no-marks": Shot(("no-dg13",)),
    "differences": Shot(scan=other_name()),
    "face-match": Shot(person=WOMAN, face=WOMAN),
    "face-no-match": Shot(person=WOMAN, face=STRANGER),
    "torn": Shot(("tear@40",)),
}


def story(window: application.Application, world: rehearsal.World, out: Path, only: str) -> Script:
    """One dossier for each picture."""
    clerk = Clerk(window, ("supervisor", rehearsal.PASSWORD), "")
    yield Until("the first frame", window.window.isVisible)
    yield from clerk.sign_in(rehearsal.USER, rehearsal.PASSWORD)
    for name, shot in SHOTS.items():
        if only not in name:
            continue
        world.take_card()
        yield from clerk.open_dossier()
        yield from _stand(clerk, world, shot)
        window.window.grab().save(str(out / f"identity-{name}.png"))
        if shot.why:
            yield clerk.press(Qt.Key.Key_F9)


def _stand(clerk: Clerk, world: rehearsal.World, shot: Shot) -> Script:
    page = clerk._screen().identity
    if shot.scan:
        page.take_qr(shot.scan)
        yield clerk.until("the code", lambda view: view.identity.badge is not None)
    else:
        yield from clerk.type(specimens.specimen(shot.person).person.number)
    if world.camera is not None:
        world.camera.show(shot.face or shot.person)
    world.lay_card(shot.person, *shot.faults)
    yield Until(
        "what the card said", lambda: page._job is None and page._read_for != "" and not page.progress.isVisible()
    )
    yield clerk.until("the register", lambda view: view.identity.register.tone != "calm")
    if shot.face:
        yield Until("a live picture", page.camera.preview.is_live)
        yield clerk.press(Qt.Key.Key_F10)
        yield clerk.until("the comparison", lambda view: view.identity.face is not None)
    for key in (shot.step, Qt.Key.Key_F9 if shot.why else None):
        if key is not None:
            yield clerk.press(key)
    yield pause(1.2)


def make(
    out: Path,
    language: str,
    size: tuple[int, int],
    only: str,
    told: Callable[[application.Application, rehearsal.World, Path, str], Script] = story,
) -> None:
    """Every picture whose name holds `only` into `out`. Raises `RuntimeError` naming what was waited for in vain."""
    out.mkdir(parents=True, exist_ok=True)
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as room, rehearsal.World(Path(room)) as world:
        peek = replace(bootstrap.peek(world.profile), passphrase_needed=False)
        qt = application.application(sys.argv[:1], language)
        opened = partial(bootstrap.open_desk, world.profile, rehearsal.PASSPHRASE, world.look)
        window = application.Application(qt, peek, lambda _passphrase: opened())
        window.window.resize(*size)
        window.begin()
        player = Player(told(window, world, out, only), window)

        def ended(problem: str) -> None:
            problems.extend([problem] if problem else [])
            window.window.close()

        player.ended.connect(ended)
        player.start()
        qt.exec()
    if problems:
        raise RuntimeError(f"the story waited in vain for {problems[0]}")


def main(told: Callable[[application.Application, rehearsal.World, Path, str], Script] = story) -> None:
    """Pictures as the command line asks for them."""
    parser = argparse.ArgumentParser(description="Makes pictures from the real window.")
    parser.add_argument("out", type=Path)
    parser.add_argument("language", choices=("vi", "en"), nargs="?", default="vi")
    parser.add_argument("--size", default="1440x900", help="of the window, before any scaling")
    parser.add_argument("--only", default="", metavar="WORD", help="pictures whose name holds it")
    given = parser.parse_args()
    width, height = (int(part) for part in given.size.split("x"))
    make(given.out, given.language, (width, height), given.only, told)


if __name__ == "__main__":
    main()
