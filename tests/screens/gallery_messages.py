"""Pictures of a dossier's way with its messages and the contact: `python -m tests.screens.gallery_messages OUT [vi|en]
[WxH] [NAME]`.

`QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID, uuid4

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from clerk_app.desk.people import CALLED
from clerk_app.store.database import Database
from clerk_app.wire_messages import MessageState
from tests.desk.conftest import KEY, USERS, Desk
from tests.screens.gallery_outages import Bad, arranged, opened
from ui.screens.course import CourseScreen

BASIS = "NĐ 61/2018/NĐ-CP art.17; NĐ 118/2025/NĐ-CP; Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15"
_FOLDER = TemporaryDirectory()


def desk_of(at: Bad) -> Desk:
    """A real desk behind the window."""
    folder = Path(_FOLDER.name) / str(len(list(Path(_FOLDER.name).iterdir())))
    folder.mkdir()
    Database(folder / "desk.db", KEY).close()
    desk = Desk(folder)
    verbs: Any = at.desk
    verbs.course, verbs.messages = desk.course, desk.messages
    return desk


def shown(at: Bad, dossier: UUID) -> CourseScreen:
    """The page, for this dossier."""
    at.outbox()
    shell = at.window.shell
    assert shell is not None
    shell._dossier = dossier
    at.window.go("course")
    at.settle(900)
    page = shell.current()
    assert isinstance(page, CourseScreen)
    return page


def told(desk: Desk, dossier: UUID, number: int, step: str, way: str, state: str, **more: Any) -> MessageState:
    """A message about the step with this number."""
    at = desk.clock()
    gone = state in ("sent", "delivered", "failed", "unknown")
    said: dict[str, Any] = {
        "id": uuid4(),
        "entry": desk.journal.dossier(dossier).course.passed[number].entry,
        "code": step,
        "step": step,
        "way": way,
        "ground": "duty",
        "basis": BASIS,
        "verified": "no",
        "state": state,
        "cause": "",
        "to": "***678" if way == "sms" else "a***@example.vn",
        "subject": "",
        "text": "Hồ sơ G01.801.308-261120-000001 đã được tiếp nhận.",
        "alphabet": "UCS-2",
        "parts": 2,
        "taken_at": at,
        "sent_at": at if gone else None,
        "heard_at": at + timedelta(minutes=1) if state == "delivered" else None,
        "tries": 1,
    }
    return MessageState(**(said | more))


def moved(desk: Desk) -> UUID:
    """A dossier that took four steps."""
    called = {"clerk": ["Nguyễn Thị Lan", []], "supervisor": ["Trần Văn Sơn", []]}
    desk.journal.note(CALLED, json.dumps(called))
    dossier = desk.accepted()
    desk.counter.user = USERS["supervisor"]
    desk.course.take(dossier, "hand-on")
    desk.course.take(dossier, "ask-supplement", items=("GKSK", "Ảnh chân dung rõ hơn, nền trắng"))
    desk.course.take(dossier, "supplement")
    return dossier


def every_state(desk: Desk, dossier: UUID) -> list[MessageState]:
    """A message in each state."""
    return [
        told(desk, dossier, 0, "accept", "sms", "delivered"),
        told(desk, dossier, 0, "accept", "portal", "sent", to="G01.801.308-261120-000001", parts=0),
        told(desk, dossier, 2, "ask-supplement", "sms", "failed", cause="SO_KHONG_TON_TAI"),
        told(desk, dossier, 2, "ask-supplement", "email", "unknown", cause="UNCONFIRMED", parts=0),
        told(desk, dossier, 2, "ask-supplement", "portal", "pointless", cause="STATE", to="", parts=0),
        told(desk, dossier, 3, "supplement", "sms", "queued", cause="UNREACHABLE"),
        told(desk, dossier, 3, "supplement", "sms", "no_address", cause="MISSING", to=""),
        told(desk, dossier, 3, "supplement", "email", "not_allowed", cause="NO_CONSENT", ground="consent", parts=0),
    ]


def _states(at: Bad) -> None:
    desk = desk_of(at)
    dossier = moved(desk)
    desk.central.told = every_state(desk, dossier)
    shown(at, dossier)


def _two(at: Bad) -> None:
    desk = desk_of(at)
    dossier = moved(desk)
    desk.central.told = every_state(desk, dossier)[:2]
    shown(at, dossier)


def _none(at: Bad) -> None:
    desk = desk_of(at)
    shown(at, desk.accepted())


def _offline(at: Bad) -> None:
    desk = desk_of(at)
    dossier = moved(desk)
    desk.central.told = every_state(desk, dossier)
    desk.messages.look(dossier)
    desk.central.line = False
    shown(at, dossier)


def _never(at: Bad) -> None:
    desk = desk_of(at)
    dossier = moved(desk)
    desk.central.line = False
    shown(at, dossier)


def _again_refused(at: Bad) -> None:
    desk = desk_of(at)
    dossier = moved(desk)
    desk.central.told = every_state(desk, dossier)
    page = shown(at, dossier)
    page.past._send_again(uuid4())


def _contact(at: Bad) -> CourseScreen:
    desk = desk_of(at)
    dossier = moved(desk)
    desk.central.told = every_state(desk, dossier)[:3]
    desk.messages.write_contact(dossier, email="an.nguyen@example.vn", wish="email", extras="yes")
    page = shown(at, dossier)
    page.contact.toggle()
    return page


def _contact_open(at: Bad) -> None:
    _contact(at)


def _contact_wrong(at: Bad) -> None:
    page = _contact(at)
    page.contact.phone.set_value("12")
    page.contact.write()


STATES: dict[str, Callable[[Bad], None]] = {
    "messages-states": _states,
    "messages-two": _two,
    "messages-none": _none,
    "messages-offline": _offline,
    "messages-never": _never,
    "messages-refused": _again_refused,
    "messages-contact": _contact_open,
    "messages-contact-wrong": _contact_wrong,
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "supervisor", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle(600)
        at.window.grab().save(str(out / f"{name}.png"))
    shutil.rmtree(_FOLDER.name, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
