"""The frame around every page once somebody works here: top bar, side bar, status bar, and what joins the pages."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from clerk_app.domain.calendar import in_hanoi
from ui import theme
from ui.actions import ACTIONS, Action
from ui.actions import action as the_row
from ui.answers_watch import AnswersWatch
from ui.gradually import HURRY_MS, Gradually
from ui.limits_watch import TONES, LimitsWatch
from ui.retention_watch import RetentionWatch
from ui.texts import t, words
from ui.widgets.buttons import PrimaryButton
from ui.widgets.kit import EmptyState, Logo, PracticeBadge, Text, reveal
from ui.widgets.lamps import Lamp, Line
from ui.widgets.notice import Notice
from ui.widgets.scan_line import ScanLine
from ui.widgets.search_box import Hit, SearchBox
from ui.widgets.side_bar import SideBar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.limits import LimitView
    from clerk_app.desk.views import IntakeView, LampView, QueueRow, QueueView
    from clerk_app.domain.dossier import Channel
    from clerk_app.domain.refusals import Refusal
    from ui.application import App
    from ui.behind import Place
    from ui.screens.intake import IntakeScreen

NAVIGATION = ("intake", "queue", "online", "results", "approvals", "outbox", "review")
LAST = ("reports", "trail", "devices")
NARROW = 1120
NOTICE_MS = 12_000
COUNT_AFTER_MS = 1_500
DAY_EVERY_MS = 30_000
PREPARE_AFTER_MS = 250
"""Once today's list stands there."""
POLISHED_AT_ONCE = 25
INTAKE_PARTS = (
    "ui.form",
    "ui.widgets.licences",
    "ui.screens.identity",
    "ui.screens.application_form",
    "ui.screens.papers",
    "ui.screens.cashier",
    "ui.screens.receipt",
    "ui.screens.intake",
)


class Showing(Protocol):
    """A page that shows a dossier."""

    def show_view(self, view: IntakeView) -> None: ...

    def go_to(self, step: str, field: str = "") -> None: ...


class Shell(QWidget):
    """Everything a signed-in clerk sees."""

    prepared = Signal()
    """What a dossier needs is made."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self.app = app
        self._pages: dict[str, QWidget] = {}
        self._shortcuts: list[QShortcut] = []
        self._bound_for: tuple[str, ...] = self._held()
        self._dossier: UUID | None = None
        self._waiting: IntakeView | None = None
        """A dossier that is shown as soon as its page is there."""
        self._place: Place | None = None
        self.page = ""
        self._narrow = False
        self._is_behind = False
        """Whether the window is locked."""
        self.setProperty("class", "window")
        grid = QVBoxLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        self.search = SearchBox(self)
        self.line = Line()
        self.line.clicked.connect(lambda: self.go("outbox"))
        grid.addWidget(self._top())
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._side())
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.notice = Notice("bad", closable=True)
        holder = QVBoxLayout()
        holder.setContentsMargins(theme.SPACE["xl"], theme.SPACE["l"], theme.SPACE["xl"], 0)
        holder.addWidget(self.notice)
        self._notice_row = QWidget()
        self._notice_row.setLayout(holder)
        self._notice_row.hide()
        self.notice.closed.connect(self._notice_row.hide)
        self.stack = QStackedWidget()
        column.addWidget(self._notice_row)
        column.addWidget(self.stack, 1)
        middle.addLayout(column, 1)
        grid.addLayout(middle, 1)
        grid.addWidget(self._status())
        self._notice_clock = QTimer(self)
        self._notice_clock.setSingleShot(True)
        self._notice_clock.timeout.connect(self.notice.clear)
        self._accepted: int | None = None
        """How many dossiers were accepted here today, once that is known."""
        self._count_clock = QTimer(self)
        self._count_clock.setSingleShot(True)
        self._count_clock.setInterval(COUNT_AFTER_MS)
        self._count_clock.timeout.connect(self._count_again)
        self._day_clock = QTimer(self)
        self._day_clock.timeout.connect(self._say_day)
        self._day_clock.start(DAY_EVERY_MS)
        self.search.wanted.connect(self._search)
        app.bridge.changed.connect(self._something_changed)
        app.bridge.lamps_changed.connect(self._show_lamps)
        app.bridge.delivered.connect(self._show_delivery)
        app.bridge.law_renewed.connect(self._say_law)
        app.bridge.law_refused.connect(self._say_law_refused)
        self.answers = AnswersWatch(self)
        self.limits_watch = LimitsWatch(app.desk, app.jobs, self)
        self.limits_watch.told.connect(self._say_limit)
        self.retention_watch = RetentionWatch(app.desk, app.jobs, app.bridge, app.feed, self)
        self._show_lamps(app.bridge.lamps)
        self.retranslate()
        self._count_clock.start(0)
        self._prepared = Gradually(self._prepare(), self, PREPARE_AFTER_MS)
        self._prepared.ended.connect(self._show_waiting)

    # Pages.

    def go(self, name: str) -> None:
        """Show a page; it is built when it is first wanted."""
        if name == "intake" and self._dossier is None:
            name = "nobody"
        if name == "intake":
            self._prepared.finish()
        if name not in self._pages:
            self._put(name, self._build(name))
        if self.page and self.page != name:
            self._tell(self.page, "flush")
        self.page = name
        self.stack.setCurrentWidget(self._pages[name])
        self.sides.stand_at("intake" if name in ("nobody", "course") else name)
        self.bind()
        self._tell(name, "arrive")
        self._show_pages()

    def go_home(self) -> None:
        """Today's list, or what else somebody may see who may not see it."""
        self.go(next((name for name in ("queue", "devices") if the_row(f"page.{name}").permitted(self.app)), "devices"))

    def build_queue(self) -> Iterator[None]:
        """Have today's list ready without showing it, with a pause in the middle."""
        queue = self._build("queue")
        yield
        self._put("queue", queue)

    def _put(self, name: str, page: QWidget) -> None:
        self._pages[name] = page
        self.stack.addWidget(page)

    def _prepare(self) -> Iterator[None]:
        """The page of a dossier, made while nobody waits for it: it is the largest of all."""
        for module in INTAKE_PARTS:
            import_module(module)
            yield
        from ui.screens.intake import IntakeScreen

        # In its place from the start: moving it there whole would dress all of it at once.
        intake = IntakeScreen(self.app, self.stack, whole=False)
        self.stack.addWidget(intake)
        yield from intake.parts()
        intake.left.connect(self.close_dossier)
        intake.another.connect(lambda: self.new_dossier())
        intake.grown.connect(self.prepared)
        self._follow_pages(intake)
        self._pages["intake"] = intake
        self._show_pages()
        yield
        for place, part in enumerate(intake.findChildren(QWidget)):
            part.ensurePolished()
            if place % POLISHED_AT_ONCE == 0:
                yield
        self.app.jobs.start(
            "store-read",
            intake,
            lambda cancel, progress: self.app.desk.intake.outline(),
            intake.foresee,
            lambda error: None,
        )

    def show_dossier(self, view: IntakeView, place: Place | None = None) -> None:
        """Show a dossier in the intake page, at its own step and field, as soon as that page is there; the caret stands
        at its `place` in the field where that is known.
        """
        self._dossier = view.dossier
        self._waiting = view
        self._place = place
        if self._prepared.over:
            self._show_waiting()
        else:
            self._prepared.hurry()

    def _show_waiting(self) -> None:
        view, self._waiting = self._waiting, None
        intake = self.dossier_page
        if view is None or view.dossier != self._dossier or intake is None:
            return
        if self.page == "intake":
            intake.show_view(view)
            self.answers.shown(intake)
        else:
            # The page takes its place in one turn of the loop, the dossier in the next.
            intake.expect()
            self.go("intake")
            QTimer.singleShot(HURRY_MS, intake, lambda: self._show_if_still(view))

    def _show_if_still(self, view: IntakeView) -> None:
        place, self._place = self._place, None
        if view.dossier == self._dossier and self.intake is not None:
            self.intake.show_view(view)
            self.answers.shown(self.intake)
            self._show_pages()
            if place is not None:
                place.take(self.intake)

    def open_dossier(self, dossier: UUID) -> None:
        """Fetch a dossier and show it."""
        self.app.jobs.start(
            "store", self, lambda cancel, progress: self.app.desk.intake.take_up(dossier), self.show_dossier
        )

    def new_dossier(self, channel: Channel = "counter") -> None:
        """The next citizen, or what the post brought: a fresh dossier. Not while another is about to stand there."""
        if not self.awaited:
            intake = self.app.desk.intake
            self.app.jobs.start("store", self, lambda cancel, progress: intake.open(channel), self.show_dossier)

    def close_dossier(self) -> None:
        """No dossier is open any more; back to today's list."""
        self._dossier = None
        self.go_home()

    def go_to_step(self, step: str) -> None:
        """Show a step of the open dossier."""
        if self._dossier is not None:
            self.go("intake")
            cast("Showing", self._pages["intake"]).go_to(step)

    def take_scan(self, text: str) -> None:
        """A code from a scanner, wherever the focus was: the open dossier's, or a dossier's own code to be opened."""
        page = self.current()
        take = getattr(page, "take_scan", None)
        if callable(take) and take(text):
            return
        self.app.jobs.start("store", self, lambda cancel, progress: self._sought(text), self._scanned)

    def _sought(self, text: str) -> UUID | None:
        """Whose code it is: a dossier's own, or the portal's or an ID card's of somebody who sent one online."""
        rows = self.app.desk.queue.find(text).rows
        return rows[0].dossier if len(rows) == 1 else self.app.desk.online.find(text)

    def _scanned(self, found: UUID | None) -> None:
        if found is not None:
            self.open_dossier(found)
        else:
            self.show_notice("warn").say("shell.scan_unknown", "shell.scan_unknown_remedy")

    @property
    def awaited(self) -> bool:
        """Whether a dossier is about to be shown."""
        page = self.dossier_page
        return self._dossier is not None and (page is None or page.dossier() != self._dossier)

    @property
    def dossier_page(self) -> IntakeScreen | None:
        """The page of the open dossier, once it is built."""
        return cast("IntakeScreen | None", self._pages.get("intake"))

    @property
    def intake(self) -> IntakeScreen | None:
        """The page of the open dossier, while it is in front."""
        return self.dossier_page if self.page == "intake" else None

    @property
    def dossier(self) -> UUID | None:
        """The dossier that is open."""
        return self._dossier

    def rest(self) -> None:
        """The window closes: nothing is prepared or counted any more."""
        self._prepared.stop()
        self._count_clock.stop()
        self._day_clock.stop()

    def flush(self) -> None:
        """Let the page in front save what is not saved yet."""
        if self.page:
            self._tell(self.page, "flush")

    def go_behind(self) -> None:
        """The window locks: save the open dossier, leave no page. What is said from now on stays until somebody can
        read it."""
        if self.dossier_page is not None and self.page == "intake":
            self.dossier_page.flush()
        self._is_behind = True
        self._notice_clock.stop()

    def come_back(self) -> None:
        """It is in sight again: what changed meanwhile is looked at, the cursor stays where it is."""
        self._is_behind = False
        if not self._notice_row.isHidden():
            self._notice_clock.start(NOTICE_MS)
        self._tell(self.page, "catch_up")

    def current(self) -> QWidget | None:
        """The page in front."""
        return self._pages.get(self.page)

    # Actions and keys.

    def offers(self) -> list[Action]:
        """Everything that this person may do here and now, the page's own first."""
        own = self._own_actions()
        taken = {action.key for action in own if action.key}
        rows = [*own, *(action for action in ACTIONS if action.key not in taken)]
        return [action for action in rows if action.permitted(self.app)]

    def bind(self) -> None:
        """Make the keys of the actions work; called again when a page comes to the front."""
        for name, item in self.items.items():
            item.setVisible(the_row(f"page.{name}").permitted(self.app))
        for shortcut in self._shortcuts:
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        self._shortcuts = []
        for action in self.offers():
            if action.key and action.bound_here:
                shortcut = QShortcut(QKeySequence(action.key), self)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.activated.connect(partial(self.perform, action))
                self._shortcuts.append(shortcut)

    def perform(self, action: Action) -> None:
        """Do it, if it may be done now."""
        if action.allowed(self.app):
            action.call(self.app)

    def key_groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The keys that work here, for the sheet of F1: those of every step while a dossier is open."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for action in self.offers():
            if action.key and action.listed(self.app):
                groups.setdefault(action.group, []).append((action.text_key, action.key))
        groups.setdefault("actions.group.desk", []).extend([("keys.enter", "Enter"), ("keys.escape", "Esc")])
        return list(groups.items())

    # What the rest of the window says here.

    def show_notice(self, tone: str) -> Notice:
        """The banner above the page, ready to be filled."""
        self.notice.set_tone(tone)
        self._notice_row.show()
        if not self._is_behind:
            self._notice_clock.start(NOTICE_MS)
        return self.notice

    def _say_law(self, version: str) -> None:
        self.show_notice("info").say("shell.law_renewed", version=version)

    def _say_law_refused(self, refusal: Refusal) -> None:
        self.show_notice("warn").show_refusal(refusal)

    def _say_limit(self, limit: LimitView) -> None:
        self.show_notice(TONES[limit.stage]).show_words(limit.words, limit.remedy)

    def retranslate(self) -> None:
        """Who sits here, the day, in the language of the moment."""
        session = self.app.session
        self.who.setText(session.name)
        self.where.setText(t("shell.at_counter", role=words(self.app.desk.title()), counter=session.counter))
        self.where.setToolTip(words(session.office))
        self._say_day()
        self.practice.setToolTip(t("shell.practice_hint"))

    def _say_day(self) -> None:
        """The day and the hour of the shift at the counter, wherever this computer believes to stand."""
        day = in_hanoi(datetime.now(UTC))
        parts = [
            t(f"shell.weekday.{day.weekday()}") + f" {day:%d/%m/%Y}",
            t("shell.since", time=f"{in_hanoi(self.app.session.since):%H:%M}"),
        ]
        if self._accepted is not None:
            parts.append(t("queue.context", count=self._accepted))
        self.today.setText(" · ".join(parts))

    def _count_again(self) -> None:
        self.app.jobs.start(
            "store", self, lambda cancel, progress: self.app.desk.queue.today(), self._counted, lambda error: None
        )
        self.app.jobs.start(
            "store-read", self, lambda cancel, progress: self.app.desk.online.waiting(), self.items["online"].show_count
        )

    def _something_changed(self, _dossiers: frozenset[UUID]) -> None:
        # Every letter of a draft is a change too: count once it is calm.
        self._count_clock.start()

    def _counted(self, view: QueueView) -> None:
        self._accepted = view.submitted
        self._say_day()

    def _top(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("class", "topbar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.SPACE["l"], 8, theme.SPACE["l"], 8)
        row.setSpacing(theme.SPACE["l"])
        brand = QWidget()
        inside = QHBoxLayout(brand)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.SPACE["l"])
        inside.addWidget(Logo())
        self._brand = Text("shell.brand", look="brand")
        self._brand_box = brand
        inside.addWidget(self._brand)
        inside.addStretch(1)
        brand.setMinimumWidth(214)
        row.addWidget(brand)
        self.search.setMinimumWidth(320)
        self.search.setMaximumWidth(520)
        row.addWidget(self.search, 3)
        row.addStretch(1)
        self.practice = PracticeBadge()
        reveal(self.practice, self.app.session.practice)
        row.addWidget(self.practice, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.line, 0, Qt.AlignmentFlag.AlignVCenter)
        people = QVBoxLayout()
        people.setSpacing(0)
        self.who = Text(look="who")
        self.where = Text(look="caption")
        for label in (self.who, self.where):
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            people.addWidget(label)
        row.addLayout(people)
        return bar

    def _side(self) -> SideBar:
        keys = {action.id.removeprefix("page."): action.key for action in ACTIONS if action.id.startswith("page.")}
        icons = {action.id.removeprefix("page."): action.icon for action in ACTIONS if action.id.startswith("page.")}
        self.sides = SideBar(NAVIGATION, LAST, keys, icons)
        self.items = self.sides.items
        self.sides.asked.connect(self.go)
        return self.sides

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the side bar keeps its pictures and the top bar what changes."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        if narrow != self._narrow:
            self._narrow = narrow
            self.sides.set_narrow(narrow)
            self._brand.setVisible(not narrow)
            self._brand_box.setMinimumWidth(0 if narrow else 214)
            self.search.setMinimumWidth(240 if narrow else 320)

    def _status(self) -> QFrame:
        bar = QFrame()
        bar.setProperty("class", "statusbar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.SPACE["s"], 2, theme.SPACE["l"], 2)
        row.setSpacing(theme.SPACE["s"])
        self.lamps = {name: Lamp() for name in ("card", "scanner", "printer", "camera", "code_scanner", "seals")}
        for lamp in self.lamps.values():
            lamp.clicked.connect(lambda: self.go("devices"))
            lamp.hide()
            row.addWidget(lamp)
        self.pages = ScanLine(look_key="")
        """How the pages of a dossier come that is not in front."""
        self.pages.look_asked.connect(self._to_pages)
        row.addWidget(self.pages)
        row.addStretch(1)
        self.today = Text(look="caption")
        row.addWidget(self.today)
        return bar

    def _follow_pages(self, intake: IntakeScreen) -> None:
        """What an end of the program left undone is taken up, and what goes on behind other pages can be seen."""
        self.pages.stop_asked.connect(intake.page_work.stop)
        intake.page_work.changed.connect(self._show_pages)
        intake.page_work.resume()

    def _show_pages(self) -> None:
        intake = self.dossier_page
        if intake is None:
            return
        work = intake.page_work
        whose = work.arriving or work.trouble
        elsewhere = whose is not None and (self.page != "intake" or intake.dossier() != whose.dossier)
        if elsewhere:
            self.pages.show_work(work, None)
        else:
            self.pages.hide()

    def _to_pages(self) -> None:
        intake = self.dossier_page
        trouble = intake.page_work.trouble if intake is not None else None
        if trouble is not None:
            self.open_dossier(trouble.dossier)

    def _own_actions(self) -> list[Action]:
        # QWidget has an `actions()` of its own: only rows of ours count.
        page = self._pages.get(self.page)
        rows: list[object] = list(page.actions()) if page is not None else []
        return [row for row in rows if isinstance(row, Action)]

    def _build(self, name: str) -> QWidget:
        if name == "queue":
            from ui.screens.queue import QueueScreen

            return QueueScreen(self.app)
        if name == "outbox":
            from ui.screens.outbox import OutboxScreen

            return OutboxScreen(self.app)
        if name == "approvals":
            from ui.screens.approvals import ApprovalsScreen

            return ApprovalsScreen(self.app)
        if name == "review":
            from ui.screens.review import ReviewScreen

            return ReviewScreen(self.app)
        if name == "devices":
            from ui.screens.devices import DevicesScreen

            return DevicesScreen(self.app)
        if name == "trail":
            from ui.screens.trail import TrailScreen

            return TrailScreen(self.app)
        if name == "reports":
            from ui.screens.reports import ReportsScreen

            return ReportsScreen(self.app)
        if name == "online":
            from ui.screens.online import OnlineScreen

            return OnlineScreen(self.app)
        if name == "results":
            from ui.screens.results import ResultsScreen

            return ResultsScreen(self.app)
        if name == "course":
            from ui.screens.course import CourseScreen

            return CourseScreen(self.app)
        nobody = EmptyState("file-plus", "shell.no_dossier", "shell.no_dossier_hint")
        button = PrimaryButton("actions.dossier.new", "Ctrl+N", "plus")
        button.clicked.connect(lambda: self.new_dossier())
        nobody.body.insertWidget(nobody.body.count() - 1, button, 0, Qt.AlignmentFlag.AlignHCenter)
        return nobody

    def _tell(self, name: str, verb: str) -> None:
        told = getattr(self._pages.get(name), verb, None)
        if callable(told):
            told()

    def _show_lamps(self, lamps: tuple[LampView, ...]) -> None:
        for view in lamps:
            if view.name == "central":
                self.line.show_lamp(view)
                self.items["outbox"].show_count(view.waiting)
            else:
                self.lamps[view.name].show_lamp(view)
                self.lamps[view.name].show()

    def _show_delivery(self, report: DeliveryReport) -> None:
        self.line.show_sending(report.state)
        if (held := self._held()) != self._bound_for:
            # Other roles, or a law by which they may do other things, came with it.
            self._bound_for = held
            self.bind()
            self._show_pages()
            self.retranslate()
            if self.intake is not None:
                self.intake.work.refresh()

    def _held(self) -> tuple[str, ...]:
        """The rows that this person may do at all."""
        return tuple(action.id for action in ACTIONS if not action.scope or self.app.desk.may(action.scope))

    def _search(self, query: str) -> None:
        deeds = self._deeds(query)
        if not query:
            self.search.show_hits(query, [("shell.search_actions", deeds)])
            return
        self.app.jobs.start(
            "store",
            self.search,
            lambda cancel, progress: self.app.desk.queue.find(query),
            lambda found: self._found(query, found, deeds),
        )

    def _found(self, query: str, found: QueueView, deeds: list[Hit]) -> None:
        dossiers = [self._hit(row) for row in found.rows]
        self.search.show_hits(query, [("shell.search_dossiers", dossiers), ("shell.search_actions", deeds)])

    def _hit(self, row: QueueRow) -> Hit:
        second = " · ".join(part for part in (row.code, words(row.procedure), words(row.state.words)) if part)
        return Hit(row.name or row.code, second, "folder-open", "", lambda: self.open_dossier(row.dossier))

    def _deeds(self, query: str) -> list[Hit]:
        from clerk_app.domain.people import search_key

        asked = search_key(query)
        return [
            Hit(
                t(action.text_key),
                "",
                action.icon or "arrow-right",
                action.key,
                partial(self.perform, action),
            )
            for action in self.offers()
            if action.id != "search" and asked in search_key(t(action.text_key)) and action.allowed(self.app)
        ]
