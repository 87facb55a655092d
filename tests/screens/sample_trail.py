"""A real journal behind the trail's page: what a supervisor finds there was done by the verbs of the desk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from clerk_app.domain.dossier import ExceptionAsked, ExceptionDecided, Printed
from clerk_app.domain.oversight import SessionHappened
from clerk_app.printing.forms import PaperForms
from clerk_app.printing.labels import words_of
from clerk_app.store.journal import new_id
from clerk_app.wire import SignedIn
from tests.desk.conftest import RESOURCES, USERS, Desk


@dataclass
class Kept:
    """A desk with a day's work in its journal."""

    desk: Desk
    accepted: UUID
    draft: UUID


@contextmanager
def kept(folder: Path | None = None) -> Iterator[Kept]:
    """Two dossiers, an exception, sign-ins with and without a line; a supervisor sits there."""
    with tempfile.TemporaryDirectory(prefix="quay-trail-") as made:
        desk = Desk(folder or Path(made))
        for user in ("clerk", "clerk2", "supervisor"):
            desk.users.remember(SignedIn(USERS[user], 7, desk.clock()), "practice")
        _came(desk, "clerk", offline=False)
        accepted = desk.accepted()
        printed = [Printed("M01", serial, 2, "completed") for serial in (1, 2)]
        desk.journal.append(accepted, printed, "clerk", _at(desk))
        desk.as_user("clerk2")
        _came(desk, "clerk2", offline=True)
        draft = desk.identified(2)
        asked = ExceptionAsked("SANCTIONS_UNKNOWN", "Mất mạng, chưa tra cứu được")
        desk.journal.append(draft, [asked], "clerk2", _at(desk))
        decided = ExceptionDecided("SANCTIONS_UNKNOWN", True, "Đã gọi điện hỏi", "", None, "c" * 64, "spot", "totp")
        desk.journal.append(draft, [decided], "supervisor", _at(desk))
        named, station = desk.counter.named, desk.counter.station
        desk.trail_export._forms = PaperForms(lambda day, law: words_of(named(law).as_of(day)), station, RESOURCES)
        desk.as_user("supervisor")
        yield Kept(desk, accepted, draft)
        desk.database.close()


def _at(desk: Desk) -> Any:
    desk.time += timedelta(minutes=7)
    return desk.clock()


def _came(desk: Desk, user: str, *, offline: bool) -> None:
    roles = tuple(USERS[user].roles)
    what = SessionHappened("in", user, offline, "password" if not offline else "pin", roles=roles)
    desk.journal.append(new_id(), [what], user, _at(desk))


def behind(sample: Any, desk: Desk) -> None:
    """Let the page of a sample desk ask this one."""
    sample.trail, sample.trail_export = desk.trail, desk.trail_export
