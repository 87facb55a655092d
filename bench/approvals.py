"""approvals: key presses that clear a queue of 20 requests for an exception, the evidence of each before one's eyes.

Ours is played in the real window on a real desk and central and counted as it is played: a key is pressed only once
the evidence of the request stands on the screen, and each decision is found in the journal afterwards.

The peer is MOSIP's registration client, **counted from its source, not run** (`RegistrationApprovalController`, end of
day approval, by keys alone). The first row is selected and its acknowledgement shown; after each approval the table
has the focus again. So each of 20 takes Tab to the approve button and Space, the next row Down: 20 × 2 + 19 = 59. Then
Tab, Tab, Tab and Space to authenticate: 63. What is typed to authenticate, and the button and message after it, are
not counted, though they add some. There the decision is made on an acknowledgement form; nothing is compared.

A refusal: ours R, the words, Enter; there two Tabs, Space, a dialog with a list of reasons and its button.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.run import row

REQUESTS = 20
TAB_AND_SPACE, DOWN, AUTHENTICATE = 2, 1, 4
MOSIP = REQUESTS * TAB_AND_SPACE + (REQUESTS - 1) * DOWN + AUTHENTICATE


def run() -> list[dict[str, Any]]:
    """One row: presses until nothing waits any more."""
    os.environ["CLERK_KEY_STORE"] = "none"
    with tempfile.TemporaryDirectory() as folder:
        pressed = played(Path(folder))
    return [
        row(
            "approvals",
            float(pressed),
            peer=float(MOSIP),
            at_most=1 / 3,
            unit="key presses",
            what=f"{REQUESTS} requests, evidence seen, each granted; MOSIP counted from its source, not run",
        )
    ]


def played(folder: Path) -> int:
    """Ask for twenty exceptions, then clear them by one key; how many presses that took."""
    from clerk_app import bootstrap
    from clerk_app.domain.dossier import ExceptionDecided
    from clerk_app.practice import specimens
    from tests.peers.central import CentralProcess
    from tests.stories.approval_desks import CODE
    from tests.stories.desk_window import DeskWindow

    central = CentralProcess(folder / "central")
    central.start()
    profile = folder / "Q01"
    try:
        bootstrap.enrol(profile, central.url, central.code("Q01"), "practice")
        with closing(bootstrap.open_desk(profile, "practice")) as desk:
            desk.sign_in.sign_in("supervisor", "practice")
            desk.sign_in.sign_in("clerk", "practice")
            for number in range(REQUESTS):
                dossier = desk.intake.open().dossier
                person = specimens.specimen(1 + number % 4).person
                desk.intake.take_qr(dossier, specimens.qr_text(person))
                desk.exceptions.ask(dossier, CODE, f"chip hong {number + 1}")
            desk.intake.park()
        pressed = 0
        with DeskWindow(profile, "", folder / "window", platform="offscreen", anew=True) as window:
            window.do("sign_in", user="supervisor")
            window.do("press", key="Ctrl+5")
            for left in range(REQUESTS, 0, -1):
                window.until_words(f"{left} yêu cầu", "Lý do của cán bộ", "chip hong")
                # As long as a person looks, and longer than the page wants anybody to look.
                window.watch(0.6)
                begun = len(window.told)
                window.do("press", key="A")
                pressed += 1
                window.until_words(f"{left - 1} yêu cầu" if left > 1 else "Không có yêu cầu nào chờ duyệt", begun=begun)
            window.close()
        with closing(bootstrap.open_desk(profile, "practice")) as desk:
            made = [
                entry.what
                for line in desk.journal.find()
                for entry in desk.journal.entries(line.dossier)
                if isinstance(entry.what, ExceptionDecided)
            ]
        if len(made) != REQUESTS or not all(one.granted and len(one.shown) == 64 for one in made):
            raise RuntimeError(f"{len(made)} decisions in the journal")
        return pressed
    finally:
        central.close()
