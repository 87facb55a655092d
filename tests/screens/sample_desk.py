"""A desk in memory that answers with sample views and remembers what it was asked: for tests of the screens."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from clerk_app.desk.archive import Troubles
from clerk_app.desk.news import Heard
from clerk_app.desk.payment_view import PaymentView
from clerk_app.desk.ports import Pixels
from clerk_app.desk.result_views import BoxView
from clerk_app.desk.views import IntakeView, SessionView
from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_intake as sample
from tests.screens.sample_approvals import SampleApprovals
from tests.screens.sample_leases import SampleLeases
from tests.screens.sample_tokens import SampleTokens
from ui.application import App
from ui.bridge import Bridge
from ui.feed import Feed
from ui.jobs import Jobs


def page_picture(sheet: str, longest_edge: int = 0, dossier: UUID | None = None, here: bool = False) -> Pixels:
    """A page with lines of text, or a face for the portrait sheet."""
    width, height = 827, 1169
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    if sheet.startswith("p"):
        image.fill(QColor("#cfdbe8"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#5d4037"))
        painter.drawEllipse(QRectF(width * 0.3, height * 0.18, width * 0.4, height * 0.38))
        painter.setBrush(QColor("#f0c9a8"))
        painter.drawEllipse(QRectF(width * 0.33, height * 0.24, width * 0.34, height * 0.36))
        painter.setBrush(QColor("#33475b"))
        painter.drawRoundedRect(QRectF(width * 0.16, height * 0.66, width * 0.68, height * 0.5), 120, 120)
    else:
        painter.fillRect(QRectF(width * 0.2, 80, width * 0.6, 26), QColor("#334"))
        for line in range(22):
            painter.fillRect(
                QRectF(80, 170 + line * 40, (width - 160) * (0.6 + (line * 37 % 40) / 100), 9), QColor("#99a")
            )
    painter.end()
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = [bytes(rgb.constScanLine(y))[: 3 * width] for y in range(height)]
    return Pixels(width, height, b"".join(rows))


class SampleDesk:
    """One dossier, whose view each verb changes a little. `asked` lists the verbs; `refuse[verb]` makes one refuse."""

    def __init__(self, view: IntakeView) -> None:
        self.current = view
        self.asked: list[tuple[Any, ...]] = []
        self.values: dict[str, str] = {}
        self.refuse: dict[str, Refusal] = {}
        self.gates: dict[str, threading.Event] = {}
        self.limits: dict[str, int] = {}
        """How long a field may be; like the real desk a longer one is refused while the others are kept."""
        self.clock = view.saved_at
        self.sides = ""
        """Which sides the feeder takes."""
        self.notices: tuple[Words, ...] = ()
        """What the scanner says before its first page."""
        self.title = lambda: Words("Cán bộ tiếp nhận", "Reception clerk")
        self.may: Callable[[str], bool] = lambda scope: True
        self.files = 0
        """So many files lie in the watched folder."""
        self.delivery = SimpleNamespace(once=self._nothing, next_delay_s=lambda failures: 60.0)
        self.news = SimpleNamespace(once=lambda cancel: Heard(pause_s=60.0), leave=lambda: None)
        self.leases = SampleLeases()
        self.lamps = SimpleNamespace(
            now=lambda cancel=None: (), watch_card=lambda known, timeout_s: (False, False, known)
        )
        self.intake = SimpleNamespace(
            open=lambda: self.current,
            park=lambda: self.asked.append(("park",)),
            view=self._view,
            enter=self._enter,
            read_card=self._read_card,
            take_qr=self._take_qr,
            ask_register=lambda dossier: self._did("ask_register"),
            check=self._check,
            submit=lambda dossier, seen: self._did(
                "submit", seen, receipt=sample.receipt("submitted"), status="submitted"
            ),
        )
        self.zones = SimpleNamespace(
            take=lambda dossier, text: self._did("zone", text, identity=sample.identity("qr")),
            take_picture=lambda dossier, jpeg: self._did("zone_picture", jpeg, identity=sample.identity("qr")),
        )
        self.papers = SimpleNamespace(
            scan=self._scan,
            rescan=self._rescan,
            sides=lambda: self.sides,
            take_sides=self._take_sides,
            bring_files=lambda dossier, paper, files, on_page, cancel: self._did("bring_files", paper, tuple(files)),
            take_in=lambda dossier, paper, on_page, cancel: self._did("take_in", paper),
            waiting_files=lambda: self.files,
            shoot=lambda dossier, paper, frame: self._did("shoot", paper, frame),
            mark=lambda dossier, paper, how, seen: self._did("mark", paper, how, seen),
            picture=page_picture,
            original_picture=lambda dossier, index, longest_edge=0: page_picture("o", longest_edge),
        )
        self.pages = SimpleNamespace(
            turn=lambda dossier, index: self._did("turn", index),
            remove=lambda dossier, index: self._pages("remove", len(self.current.papers.pages) - 1),
            move=lambda dossier, index, to: self._did("move", index, to),
            assign=lambda dossier, index, paper: self._did("assign", index, paper),
            split=lambda dossier, index, paper: self._did("split", index, paper),
            join=lambda dossier, paper, into: self._did("join", paper, into),
            set_aside=lambda dossier, index: self._did("set_aside", index),
            bring_back=lambda dossier, index: self._did("bring_back", index),
            look_at=lambda dossier, index: self._did("look_at", index),
            pair=lambda dossier, index, back=-1: self._did("pair", index, back),
            interleave=self._interleave,
            undo=lambda dossier: self._pages("undo", len(self.current.papers.pages) + 1),
            redo=lambda dossier: self._pages("redo", len(self.current.papers.pages) - 1),
        )
        self.making = SimpleNamespace(
            unfinished=lambda: (),
            make_next=self._make_next,
            remake=lambda dossier, index, wish: self._did("remake", index, wish),
        )
        self.reading = SimpleNamespace(
            finish=lambda dossier, cancel: None,
            read_next=lambda dossier, cancel: None,
            settle=lambda dossier, sheet, field, take: self._did("settle", sheet, field, take),
        )
        self.archive = SimpleNamespace(
            unfinished=lambda: (), make=lambda dossier, cancel: self.asked.append(("archive", dossier)) or Troubles()
        )
        self.reuse = SimpleNamespace(
            take=lambda dossier, offer, seen: self._did("take_offer", offer, seen),
            give_back=lambda dossier, paper, seen: self._did("give_back", paper, seen),
            waive=lambda dossier, paper, reason: self._did("waive", paper, reason),
        )
        self.face = SimpleNamespace(offered=lambda: False)
        self.cashier = SimpleNamespace(
            take=lambda dossier, method, tendered, seen: self._did("take", method, tendered, seen, fee=sample.fee(True))
        )
        self.receipts = SimpleNamespace(
            print=self._print, print_bill=lambda dossier, cancel: self._did("print_bill", dossier)
        )
        self.answers: tuple[Any, ...] = ()
        """What the systems said, one `SystemView` each."""
        self.registers = SimpleNamespace(
            views=lambda dossier: self.answers, ask=lambda dossier, system: self._did("ask_system", system)
        )
        self.payments = SimpleNamespace(order=self._order, ask=lambda dossier: self._pay("ask_payment", self.heard))
        self.heard = sample.payment("pending")
        """What the platform says when it is asked."""
        self.exceptions = SimpleNamespace(
            raise_by_hand=lambda dossier, code, reason: self._pay(
                "raise_by_hand", sample.payment("pending", "asked"), code, reason
            ),
            ask=lambda dossier, code, reason: self._did("ask", code, reason),
            decide=lambda dossier, code, user, password, granted, comment, shown, second, by_pin: self._did(
                "decide", code, user, granted
            ),
        )
        self.pins = SimpleNamespace(is_pin=lambda user, secret: False)
        self.tokens = SampleTokens()
        self.approvals = SampleApprovals()
        self.course: Any = SimpleNamespace()
        self.messages: Any = SimpleNamespace()
        self.online: Any = SimpleNamespace(
            waiting=lambda: 0, find=lambda text: None, sent_by=lambda number, besides: None
        )
        self.results: Any = SimpleNamespace(
            box=lambda: BoxView(None, "", None, 0, 0, 0), listed=lambda name: (), close_box=lambda: None
        )
        self.signed_pages: Any = SimpleNamespace(scan=lambda dossier, cancel, heard: ())
        self.handing_over: Any = SimpleNamespace(find=lambda text: ())

    def subscribe(self, heard: Callable[[frozenset[UUID]], None]) -> None:
        """Nobody else changes anything here."""

    def wait_at(self, verb: str) -> threading.Event:
        """Let `verb` wait until the returned event is set."""
        self.gates[verb] = threading.Event()
        return self.gates[verb]

    def did(self, verb: str) -> list[tuple[Any, ...]]:
        """Every time that verb was asked."""
        return [asked for asked in self.asked if asked[0] == verb]

    def _nothing(self, cancel: object, progress: object) -> Any:
        return SimpleNamespace(online=True)

    def _did(self, verb: str, *arguments: object, **changed: Any) -> IntakeView:
        self.asked.append((verb, *arguments))
        if verb in self.gates:
            self.gates[verb].wait(10)
        if verb in self.refuse:
            raise self.refuse[verb]
        self.clock += timedelta(milliseconds=1)
        self.current = replace(self.current, saved_at=self.clock, **changed)
        return self.current

    def _view(self, dossier: UUID) -> IntakeView:
        self.asked.append(("view",))
        return self.current

    def _enter(
        self, dossier: UUID, values: dict[str, str], step: Any, focus: str, seen: int | None = None
    ) -> IntakeView:
        long = {name for name, value in values.items() if len(value) > self.limits.get(name, 1000)}
        self.values |= {name: value for name, value in values.items() if name not in long}
        if long:
            self.asked.append(("enter", dict(values), step, focus))
            raise Refusal("TEXT_TOO_LONG", Words("Quá dài.", "Too long."), Words("Rút gọn.", "Shorten it."))

        def filled(fields: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(replace(f, value=self.values.get(f.name, f.value)) for f in fields)

        return self._did(
            "enter",
            dict(values),
            step,
            focus,
            step=step,
            focus=focus,
            identity=replace(self.current.identity, fields=filled(self.current.identity.fields)),
            application=replace(self.current.application, fields=filled(self.current.application.fields)),
        )

    def _check(self, dossier: UUID, step: Any) -> IntakeView:
        self._did("check", step)

        def judged(fields: tuple[Any, ...]) -> tuple[Any, ...]:
            missing = Words("Cần điền ô này", "This field is needed")
            return tuple(replace(f, problem=missing if f.required and not f.value else None) for f in fields)

        view = self.current
        return replace(
            view,
            identity=replace(view.identity, fields=judged(view.identity.fields)),
            application=replace(view.application, fields=judged(view.application.fields)),
        )

    def _read_card(self, dossier: UUID, progress: Callable[[int, int], None], cancel: Callable[[], bool]) -> IntakeView:
        progress(40, 92)
        return self._did("read_card", title="TRẦN MINH QUÂN", identity=sample.identity("chip"), summary=sample.SUMMARY)

    def _take_qr(self, dossier: UUID, text: str) -> IntakeView:
        return self._did("take_qr", text, title="TRẦN MINH QUÂN", identity=sample.identity("qr"))

    def _pages(self, verb: str, count: int) -> IntakeView:
        return self._did(verb, papers=sample.papers(max(0, count)))

    def _scan(
        self,
        dossier: UUID,
        paper: str,
        on_page: Callable[[int], None],
        cancel: Callable[[], bool],
        on_notice: Callable[[Words], None],
    ) -> IntakeView:
        for notice in self.notices:
            on_notice(notice)
        gate = self.gates.get("first page")
        while gate is not None and not gate.wait(0.01) and not cancel():
            continue
        on_page(1)
        gate = self.gates.get("scan")
        while gate is not None and not gate.wait(0.01):
            if cancel():
                raise Refusal("SCAN_CANCELLED", Words("Đã dừng", "Stopped"), Words("", ""))
        self.gates.pop("scan", None)
        return self._did("scan", paper, papers=sample.papers(len(self.current.papers.pages) + 1))

    def _rescan(
        self, dossier: UUID, index: int, cancel: Callable[[], bool], on_notice: Callable[[Words], None]
    ) -> IntakeView:
        return self._did("rescan", index)

    def _interleave(self, dossier: UUID, first: int, second: int, backwards: bool, anyway: bool) -> IntakeView:
        doubt, more = self.refuse.get("interleave"), () if backwards and not anyway else (backwards, anyway)
        if anyway and doubt is not None and doubt.code == "DUPLEX_DOUBTFUL":
            del self.refuse["interleave"]
        return self._did("interleave", first, second, *more)

    def _take_sides(self, sides: str) -> str:
        self.asked.append(("take_sides", sides))
        if "take_sides" in self.refuse:
            raise self.refuse["take_sides"]
        self.sides = sides
        return sides

    def _make_next(self, dossier: UUID, cancel: Callable[[], bool]) -> IntakeView | None:
        """Makes the first raw page; nothing while its gate is shut."""
        papers = self.current.papers
        found = next((page for page in papers.pages if page.raw), None)
        if found is None:
            return None
        gate = self.gates.get("make_next")
        while gate is not None and not gate.wait(0.01):
            if cancel():
                return None
        made = replace(found, raw=False, sheet=f"m{found.index}", original=found.sheet)
        pages = tuple(made if page is found else page for page in papers.pages)
        return self._did("make_next", papers=replace(papers, pages=pages, raw=sum(page.raw for page in pages)))

    def _order(self, dossier: UUID) -> IntakeView:
        return self._pay("order_payment", sample.payment("pending"))

    def _pay(self, verb: str, payment: PaymentView, *arguments: object) -> IntakeView:
        settled = sample.fee(True) if payment.settled else self.current.fee
        method = "online" if payment.settled else settled.method
        return self._did(verb, *arguments, fee=replace(settled, method=method, payment=payment))

    def _print(self, dossier: UUID, form: str, cancel: Callable[[], bool]) -> IntakeView:
        prints = tuple((f, w, n + (f == form)) for f, w, n in self.current.receipt.prints)
        return self._did("print", form, receipt=replace(self.current.receipt, prints=prints))


def sample_app(view: IntakeView) -> tuple[App, SampleDesk]:
    """An application around a sample desk, with real lanes and a real bridge that was not told to begin."""
    desk: Any = SampleDesk(view)
    jobs = Jobs()
    session = SessionView(
        "clerk", "Nguyễn Thị Lan", ("clerk",), "04", Words("Quầy", "Desk"), True, False, datetime.now(sample.HANOI)
    )
    window: Any = None
    return App(desk, jobs, Bridge(desk, jobs), session, window, Feed(desk, jobs)), desk
