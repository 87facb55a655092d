"""A clerk who asks, or a supervisor who decides, one request after the other, until somebody ends the process by force.

What is done is printed as it is done: `asked ID`, `decided ID`, `answered ID`. A folder that holds a file `enough` lets
both come to an end by themselves: the clerk asks nothing new, and whoever has nothing left to do goes home.
"""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from clerk_app import bootstrap
from clerk_app.desk.desk import Desk
from clerk_app.domain.facts import exception_of
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens
from tests.stories.approval_desks import CODE, never

PAUSE_S = 0.05


def granted(dossier: UUID) -> bool:
    """What the supervisor says to it: so that nothing is granted because nobody said anything."""
    return dossier.int % 2 == 0


def say(what: str, dossier: UUID) -> None:
    """It is in the pipe before this returns."""
    sys.stdout.write(f"{what} {dossier}\n")
    sys.stdout.flush()


def deliver(desk: Desk) -> None:
    """Everything to central and back, as far as there is a line."""
    desk.delivery.once(never)


def ask(desk: Desk, fresh: bool) -> bool:
    """Ask for what was opened and not asked for; else, if it is wanted, for a new one. Whether there was anything."""
    drafts = [line.dossier for line in desk.journal.find(status="draft")]
    mine = [one for one in drafts if exception_of(desk.journal.dossier(one), CODE) is None]
    if not mine and not fresh:
        return False
    dossier = mine[0] if mine else desk.intake.open().dossier
    if not desk.journal.dossier(dossier).text("applicant.number"):
        desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(1).person))
    desk.exceptions.ask(dossier, CODE, "chip hong")
    desk.intake.park()
    say("asked", dossier)
    return True


def clerk(desk: Desk, enough: Path) -> None:
    """Asks, and hears the answers."""
    told: set[str] = set()
    while True:
        did = ask(desk, not enough.exists())
        deliver(desk)
        for answer in desk.approvals.answers(line.dossier for line in desk.journal.to_approve(("granted", "refused"))):
            if answer.key not in told:
                told.add(answer.key)
                say("answered", answer.dossier)
        if enough.exists() and not did and not desk.journal.to_approve(("asked", "more")):
            return
        threading.Event().wait(PAUSE_S)


def supervisor(desk: Desk, enough: Path) -> None:
    """Decides whatever waits, by what is shown of it."""
    while True:
        deliver(desk)
        rows = desk.approvals.queue().rows
        for row in rows:
            view = desk.approvals.look(row.dossier, row.code)
            with suppress(Refusal):
                # It may have changed since: then it is looked at again.
                desk.approvals.decide(row.dossier, row.code, granted(row.dossier), "da xem", "", view.shown)
                say("decided", row.dossier)
        deliver(desk)
        if (enough.parent / "home").exists() and not rows:
            return
        threading.Event().wait(PAUSE_S)


def main() -> None:
    """`approval_hand PROFILE clerk|supervisor ENOUGH`."""
    profile, user, enough = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    desk = bootstrap.open_desk(profile, "practice")
    desk.sign_in.sign_in(user, "practice")
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    (clerk if user == "clerk" else supervisor)(desk, enough)
    desk.close()


if __name__ == "__main__":
    main()
