"""Pictures of the queue of online dossiers: `python -m tests.screens.gallery_online OUT [vi|en] [WxH] [NAME]`.

`QT_SCALE_FACTOR` means what it means to Qt. The desk behind the page is a real one, in a throw-away folder.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from clerk_app.domain.course import StepTaken
from clerk_app.domain.dossier import RegisterAnswered
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.systems import OrderHeard, OrderPlaced
from clerk_app.practice import specimens
from clerk_app.store.database import Database
from clerk_app.wire import Lease
from clerk_app.wire_online import OnlineItem, OnlineQueue
from tests.desk.conftest import KEY, Desk
from tests.desk.test_online_queue import CODE, laid
from tests.screens.gallery_outages import Bad, arranged, opened
from ui.screens.online import OnlineScreen


def desk_of() -> Desk:
    """A real desk of its own."""
    folder = Path(tempfile.mkdtemp(prefix="online-"))
    Database(folder / "desk.db", KEY).close()
    return Desk(folder)


def full() -> Desk:
    """A desk with a queue in every state."""
    table = desk_of()
    hours = (30, 9, 6.5, 5, 3, 2, 1)
    made = [laid(table, 100 + at, at % 4 + 1, table.time - timedelta(hours=each)) for at, each in enumerate(hours)]
    table.course.take(made[3], "ask-papers", items=("GKSK",))
    table.course.take(made[4], "ask-fee")
    specimen = specimens.specimen(2)
    first = laid(
        table,
        120,
        2,
        table.time - timedelta(days=3),
        **{
            "applicant.born": "1990-05-17",
            "applicant.residence": specimen.person.residence,
            "applicant.phone": specimen.phone,
            "portal.licence": "790000000000",
            "portal.licence_class": "B2",
            "portal.email": "cong.dan@example.vn",
            "portal.payment": "claimed",
            "portal.unread": "GKSK",
            "reason": "Giấy phép sắp hết hạn",
        },
    )
    table.counter.write(first, RegisterAnswered(True, specimen.licences, "clear", "CSGT"))
    table.intake.take_qr(first, specimens.qr_text(specimen.person))
    held = Lease("Q05", "Q05", "clerk2", "Phạm Đức Long", table.time, table.time + timedelta(minutes=1))
    item = OnlineItem(made[1], CODE.format(101), "new", "registered", "due", table.time, None, held)
    table.central.online = lambda: OnlineQueue([item], table.time)  # type: ignore[method-assign]
    return table


def page_of(at: Bad, table: Desk) -> OnlineScreen:
    """Sign in and go to the page."""
    at.desk.online = table.online  # type: ignore[assignment]
    at.outbox()
    at.window.go("online")
    at.settle(1_500)
    assert at.window.shell is not None
    page = at.window.shell.current()
    assert isinstance(page, OnlineScreen)
    return page


def _queue(at: Bad) -> None:
    page_of(at, full())


def _empty(at: Bad) -> None:
    page_of(at, desk_of())


def _nothing_found(at: Bad) -> None:
    page = page_of(at, full())
    page.search.setText("không có ai")
    page.load()


def _error(at: Bad) -> None:
    table = full()
    page = page_of(at, table)
    trouble = Refusal(
        "DOSSIER_ELSEWHERE",
        Words("Quầy Q05 · Phạm Đức Long đang mở từ 08:12.", "Desk Q05 · Phạm Đức Long has it open since 08:12."),
        Words("Đợi quầy đó xong, hoặc tiếp quản và ghi lý do.", "Wait for that desk, or take over with a reason."),
    )
    page.fault.show_refusal(trouble)


def _help(at: Bad) -> None:
    page_of(at, full())._show_help(True)


def _card(at: Bad) -> None:
    page = page_of(at, full())
    page._app.bridge.card_changed.emit(True)


def _card_of_nobody(at: Bad) -> None:
    page = page_of(at, full())
    page._app.bridge.card_changed.emit(True)
    page.card.nobody.emit()


def _back(at: Bad) -> None:
    """Two whose money is to be given back: one taken at the desk and declined, one paid online after that."""
    table = full()
    for number, dossier in enumerate(one.dossier for one in table.journal.online()[:2]):
        order = UUID(int=number + 1)
        heard = OrderHeard(order, "done", table.time, "paid", order.hex)
        end = StepTaken(
            "decline", "registered", "not-accepted", "stopped", True, "Thiếu tuổi", "NĐ 61/2018/NĐ-CP art.17"
        )
        table.counter.write(dossier, OrderPlaced(order, "payment", 115_000), end, heard)
    page_of(at, table).show_part("back")


STATES: dict[str, Callable[[Bad], None]] = {
    "card": _card,
    "card-of-nobody": _card_of_nobody,
    "back": _back,
    "queue": _queue,
    "empty": _empty,
    "nothing-found": _nothing_found,
    "error": _error,
    "help": _help,
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "clerk", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle(600)
        at.window.grab().save(str(out / f"{name}-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
