"""The dossier at the desk: five steps, the evidence beside them, one thing to do next.

    queue --open--> identity <--F2..F6, Enter, Esc--> application, papers, fee, receipt --submitted--> next citizen
                        `--Ctrl S--> saved, parked --> queue

Enter goes on after the desk has checked the step; Esc goes back and asks nothing. Every redraw happens in place.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from clerk_app.domain.dossier import STEPS, Step
from clerk_app.domain.refusals import Refusal, Words
from ui import theme
from ui.dossier_work import DossierWork
from ui.lease_work import LeaseWork
from ui.page_work import PageWork
from ui.screens.application_form import ApplicationPage
from ui.screens.cashier import CashierPage
from ui.screens.identity import IdentityPage
from ui.screens.papers import PapersPage
from ui.screens.receipt import ReceiptPage
from ui.screens.step import StepPage
from ui.texts import t
from ui.widgets.buttons import PrimaryButton, SecondaryButton
from ui.widgets.dossier_head import DossierHead
from ui.widgets.evidence import EvidencePanel, Portrait
from ui.widgets.inputs import ZONE_LENGTH, commit_open_syllable
from ui.widgets.kit import EmptyState, Text
from ui.widgets.lease_line import TAKE_OVER_KEY, LeaseLine
from ui.widgets.licences import LicenceList
from ui.widgets.lines import whys_at
from ui.widgets.needed import NeededCard
from ui.widgets.notice import Notice
from ui.widgets.scan_line import STOP_KEY
from ui.widgets.scrolling import Scrolling
from ui.widgets.stepper import KEYS, Stepper
from ui.widgets.summary import SummaryPanel
from ui.widgets.verdict import VerdictLine
from ui.widgets.why import WhyCard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clerk_app.desk.views import IntakeView
    from ui.application import App

P = TypeVar("P", bound=StepPage)
BESIDE_MS, CATCH_UP_MS = 1, 20
"""How long what stands beside the page, and then the pages that nobody looks at, wait for what they shall show, one
after the other: the loop turns between them."""
SIDE_WIDTH = 364
SIDE_NARROW = 300
NARROW = 956
ROOM = 60
"""Pixels that are seen around what has the focus."""
UNDER_LICENCES = 8
"""Below the licences little is: name and photo above them are looked at together with them."""


class IntakeScreen(QWidget):
    """Everything between a citizen's arrival and their receipt."""

    left = Signal()
    """The clerk goes back to the queue; the dossier is saved."""
    grown = Signal()
    """What was foreseen is made."""
    another = Signal()
    """The next citizen: open a new dossier."""
    identity: IdentityPage
    application: ApplicationPage
    papers: PapersPage
    cashier: CashierPage
    receipt: ReceiptPage
    page_work: PageWork
    lease_line: LeaseLine

    def __init__(self, app: App, parent: QWidget | None = None, *, whole: bool = True) -> None:
        """Without `whole` it is empty until somebody went through `parts`."""
        super().__init__(parent)
        self.app = app
        self.setProperty("class", "page")
        self.work = DossierWork(app, self)
        self.page_work = PageWork(self.work, self)
        self.lease = LeaseWork(self.work, self)
        self._built = False
        self._why = False
        self._checking = False
        self._missed = False
        """Whether the dossier changed while another page of the window was in front."""
        self._stale: dict[Step, IntakeView] = {}
        """What the pages that nobody looks at have not shown yet."""
        self._late: dict[str, Callable[[], object]] = {}
        """What is to be shown anew in one of the next turns of the loop: what stands beside the page, and reasons on
        the pages that nobody looks at."""
        self._foreseen: IntakeView | None = None
        self._catching_up = QTimer(self)
        self._catching_up.setSingleShot(True)
        self._catching_up.timeout.connect(self._catch_up)
        if whole:
            for _ in self.parts():
                continue

    # ---- building -------------------------------------------------------------------------------------------------

    def parts(self) -> Iterator[None]:
        """Build it, with a pause after each part that takes some milliseconds."""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._nothing = EmptyState("inbox", "intake.nothing", "intake.nothing.words")
        self._whole = QWidget()
        outer.addWidget(self._nothing)
        outer.addWidget(self._whole)
        self._whole.hide()
        column = QVBoxLayout(self._whole)
        margin = theme.SPACE["xl"]
        column.setContentsMargins(margin, theme.SPACE["l"], margin, theme.SPACE["m"])
        column.setSpacing(theme.SPACE["m"])
        self.head = DossierHead()
        self.head.park.connect(self.save_and_leave)
        self.head.pages.stop_asked.connect(self.page_work.stop)
        self.head.pages.look_asked.connect(lambda: self.go_to("papers"))
        column.addWidget(self.head)
        self.lease_line = LeaseLine()
        column.addWidget(self.lease_line)
        self.stepper = Stepper()
        self.stepper.asked.connect(lambda step: self.go_to(step))
        column.addWidget(self.stepper)
        self.notice = Notice("bad", closable=True)
        column.addWidget(self.notice)
        yield
        yield from self._build_pages()
        self.evidence = EvidencePanel()
        self.evidence.turned.connect(self._evidence_turned)
        yield
        column.addLayout(self._build_body(), 1)
        self._foot = QVBoxLayout()
        column.addLayout(self._foot)
        yield
        column.addLayout(self._build_footer())
        self._connect()
        self._built = True
        self.retranslate()

    def _build_pages(self) -> Iterator[None]:
        self._stack = QStackedWidget(self._whole)
        self._areas: dict[Step, QWidget] = {}
        self._below: dict[Step, QVBoxLayout] = {}
        self._above = QVBoxLayout()
        """Where in a narrow window the verdict stands: above the form, and scrolled with it."""
        self.pages: dict[Step, StepPage] = {}
        identity = IdentityPage(self.work)
        yield
        self.identity = self._page("identity", identity)
        yield
        self.application = self._page("application", ApplicationPage(self.work))
        yield
        self.papers = self._page("papers", PapersPage(self.work, self.page_work))
        yield
        self.cashier = self._page("fee", CashierPage(self.work))
        yield
        self.receipt = self._page("receipt", ReceiptPage(self.work))
        yield

    def _page(self, step: Step, page: P) -> P:
        self.pages[step] = page
        self._areas[step] = page if page.wide else Scrolling(self._with_room_below(step, page))
        self._stack.addWidget(self._areas[step])
        return page

    def _build_body(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["l"])
        self.summary = SummaryPanel()
        self.summary.why_asked.connect(self.toggle_why)
        self.verdict = VerdictLine()
        self.needed = NeededCard()
        self.why = WhyCard()
        self.why.shut.connect(self.toggle_why)
        side = QWidget()
        side.setProperty("class", "clear")
        self._beside = QVBoxLayout()
        self._beside.setSpacing(theme.SPACE["m"])
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._beside)
        column.addStretch(1)
        for card in (self.verdict, self.evidence, self.summary, self.needed):
            self._beside.addWidget(card)
        self._beside_page = side
        self._side = Scrolling(side)
        self._side.setFixedWidth(SIDE_WIDTH)
        self._right = QWidget()
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.SPACE["m"])
        right.addWidget(self._side, 3)
        self._right_foot = QVBoxLayout()
        right.addLayout(self._right_foot, 2)
        row.addWidget(self._stack, 1)
        row.addWidget(self._right)
        return row

    def _with_room_below(self, step: Step, page: StepPage) -> QWidget:
        """A page and, in a narrow window, what else stands beside it."""
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["l"])
        if step == "application":
            column.addLayout(self._above)
        column.addWidget(page, 1)
        self._below[step] = QVBoxLayout()
        self._below[step].setSpacing(theme.SPACE["l"])
        column.addLayout(self._below[step])
        return whole

    def _arrange(self) -> None:
        """Evidence and summary stand beside the page, in a narrow window below it."""
        page = self.page()
        narrow = self.width() < NARROW
        room = self._below.get(self.work.step) if narrow else self._beside
        if room is not None:
            self._stand(room, narrow)
        self._place_why(narrow)
        self._right.setVisible(not page.wide and not narrow)
        self.head.set_narrow(narrow)
        self._hint.setVisible(not narrow)
        self.stepper.set_narrow(narrow)
        self.papers.set_narrow(narrow)
        self.identity.camera.checks_in_sight = not narrow
        self.evidence.setVisible(self.work.step in ("identity", "application"))
        self.needed.setVisible(self.work.step == "application")
        self.verdict.setVisible(self.work.step == "application")

    def _stand(self, room: QVBoxLayout, narrow: bool) -> None:
        """The evidence first where the person is looked at; what follows from the law first where that is chosen."""
        cards: list[QWidget] = [self.evidence, self.summary, self.needed]
        if self.work.step == "application":
            cards = [self.summary, self.needed, self.evidence]
        self.verdict.set_column(not narrow)
        if not narrow:
            cards.insert(0, self.verdict)
        elif self._above.indexOf(self.verdict) < 0:
            self._above.addWidget(self.verdict)
        if [room.indexOf(card) for card in cards] != list(range(len(cards))):
            for card in cards:
                room.addWidget(card)

    def _place_why(self, narrow: bool) -> None:
        """The reasons have room of their own: at the right below the rest, in a narrow window below the page."""
        room = self._foot if narrow else self._right_foot
        if room.indexOf(self.why) < 0:
            room.addWidget(self.why)
        self.why.setMaximumHeight(round(self.height() * 0.32) if narrow else 16_777_215)
        self.why.setVisible(self._why and not self.page().wide)

    def _build_footer(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["m"])
        self._back = SecondaryButton("intake.back", "Esc")
        self._back.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._back.clicked.connect(self.back)
        self._hint = Text(look="caption")
        self.primary = PrimaryButton("intake.next", "Enter")
        self.primary.clicked.connect(self.forward)
        row.addWidget(self._back)
        row.addWidget(self._hint)
        row.addStretch(1)
        row.addWidget(self.primary)
        return row

    def _connect(self) -> None:
        self.work.arrived.connect(self._show)
        self.work.saving.connect(self.head.say_saved)
        self.work.refused.connect(self._say_refused)
        self.work.field_refused.connect(self._say_field_refused)
        for page in self.pages.values():
            page.primary_changed.connect(self._show_primary)
            page.advance.connect(self._advance)
            page.jump.connect(self.go_to)
            page.another.connect(self.next_citizen)
        self.page_work.changed.connect(self._show_arriving)
        self.setAcceptDrops(True)
        bridge = self.app.bridge
        bridge.changed.connect(self._changed)
        bridge.card_changed.connect(self.identity.set_card_present)
        self.identity.card_present = bridge.card_present
        for step, key in KEYS.items():
            self._key(key, partial(self.go_to, step))
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_moved)
        self.lease.changed.connect(self.lease_line.show_lease)
        self.lease.refused.connect(self._say_refused)
        self.lease_line.wanted.connect(self.lease.take_over)
        self._key(TAKE_OVER_KEY, self.lease_line.ask)
        self._key("F9", self.toggle_why)
        self._key("Ctrl+S", self.save_and_leave)
        self._key("Ctrl+Up", partial(self.scroll_side, -1))
        self._key("Ctrl+Down", partial(self.scroll_side, 1))
        self._key(STOP_KEY, self.page_work.stop)

    def _key(self, keys: str, call: Callable[[], None]) -> None:
        QShortcut(QKeySequence(keys), self, call, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    # ---- showing --------------------------------------------------------------------------------------------------

    def show_view(self, view: IntakeView) -> None:
        """Show a dossier; one that was not shown before opens at the step and field where it was left."""
        fresh = self.work.view is None or self.work.view.dossier != view.dossier
        self.work.take(view)
        if fresh:
            self.notice.clear()
            self._enter_step(self.work.step, self.work.focus)

    def expect(self) -> None:
        """A dossier comes in a moment: the page has its shape already."""
        self._nothing.hide()
        self._whole.show()

    def foresee(self, outline: IntakeView) -> None:
        """Make, while nobody waits for it, what a dossier like this one will need; nothing of it is shown."""
        self._foreseen = outline
        if self.work.view is None:
            self.summary.show_lines(outline.summary)
        self._catching_up.start(CATCH_UP_MS)

    def dossier(self) -> UUID | None:
        """The dossier that is open."""
        return self.work.view.dossier if self.work.view is not None else None

    def step(self) -> Step:
        """The step that is shown."""
        return self.work.step

    def page(self) -> StepPage:
        """The step's page."""
        return self.pages[self.work.step]

    def _show(self, view: IntakeView, checked: bool) -> None:
        self.expect()
        self.head.show_view(view, self.work.step)
        self._show_arriving()
        self.stepper.show_steps(view.steps, self.work.step)
        here = self.work.step
        self._stale = dict.fromkeys((step for step in self.pages if step != here), view)
        self.page().show_view(view, checked)
        self._show_primary()
        if isinstance(QApplication.focusWidget(), LicenceList):
            # What the card and the register said changes how tall the page is.
            QTimer.singleShot(0, self, lambda: self._keep_in_sight(QApplication.focusWidget()))
        self._late["evidence"] = lambda: self.evidence.show_checks(view.identity.checks, view.identity.took)
        self._late["summary"] = lambda: self._show_summary(view)
        self._late["needed"] = lambda: self.needed.show_papers(view.papers.lines)
        self._late["verdict"] = lambda: self.verdict.show_verdict(view.application.verdict)
        self._late["why"] = self._show_whys
        self._catching_up.start(BESIDE_MS)

    def _show_arriving(self) -> None:
        """How the pages of this dossier come, in every step."""
        self.head.pages.show_work(self.page_work, self.dossier(), at_papers=self.work.step == "papers")

    def _show_summary(self, view: IntakeView) -> None:
        self.summary.show_lines(view.summary)
        # The final code of a dossier is wider than the provisional one. Once the lines have their sizes:
        QTimer.singleShot(0, self, self._fit_side)

    def _catch_up(self) -> None:
        """What stands beside the page, then one page that nobody looks at, then the next one, a moment apart."""
        if self._late:
            self._late.pop(next(iter(self._late)))()
            self._catching_up.start(BESIDE_MS if self._late else CATCH_UP_MS)
            return
        step = next(iter(self._stale), None)
        if step is not None:
            if self.pages[step].grow(self._stale[step]):
                self._freshen(step)
            self._catching_up.start(CATCH_UP_MS)
        elif self._foreseen is not None:
            foreseen = self._foreseen
            if all(page.grow(foreseen) for page in self.pages.values()):
                self._foreseen = None
                self._draw_unseen()
            self._catching_up.start(CATCH_UP_MS)

    def _draw_unseen(self) -> None:
        """Arranged and drawn once before anybody looks: letters and pictures are read when they are first needed."""
        self._late |= {
            "a face": lambda: Portrait().grab(),
            "shape": self.expect,
            "places": self._arrange,
            "the first page": lambda: self.identity.isVisible() or self.identity.grab(),
            "all": self.grown.emit,
        }

    def _freshen(self, step: Step) -> None:
        view = self._stale.pop(step, None)
        if view is not None:
            self.pages[step].show_view(view)

    def _show_primary(self) -> None:
        words_key, key, possible = self.page().primary()
        self.primary.say(words_key)
        self.primary.set_key(key)
        self.primary.setEnabled(possible and not self._checking)
        self._hint.say(self.page().hint())
        first = self.work.step == STEPS[0]
        self._back.say("intake.to_queue" if first or not self.work.editable else "intake.back")

    def _say_refused(self, refusal: Refusal) -> None:
        self.notice.set_tone("bad")
        self.notice.show_refusal(refusal)

    def _say_field_refused(self, name: str, refusal: Refusal) -> None:
        """Words beside the field; in the banner if the field is not on any page."""
        said = Words(f"{refusal.words.vi} {refusal.remedy.vi}", f"{refusal.words.en} {refusal.remedy.en}")
        forms = (self.identity.form, self.identity.by_hand, self.application.form)
        box = next((found for form in forms if (found := form.box(name)) is not None), None)
        if box is None:
            self._say_refused(refusal)
        else:
            box.refuse(said)

    def toggle_why(self) -> None:
        """Show or hide every reason with its legal basis."""
        self._why = not self._why
        focus = QApplication.focusWidget()
        if not self._why and focus is not None and self.why.isAncestorOf(focus):
            self.page().focus_on(self.work.focus)
        self._arrange()
        self._show_whys()
        self._keep_in_sight(QApplication.focusWidget())
        self._late["evidence why"] = partial(self.evidence.show_why, self._why)
        self.page().show_why(self._why)
        for step in self.pages:
            if step != self.work.step:
                self._late[step] = partial(self.pages[step].show_why, self._why)
        self._catching_up.start(BESIDE_MS)

    def scroll_side(self, by: int) -> None:
        """Scroll what stands beside the page, in a narrow window below it, up (-1) or down (1)."""
        area = self._side if self._side.isVisible() else self._areas[self.work.step]
        if isinstance(area, Scrolling):
            bar = area.verticalScrollBar()
            bar.setValue(bar.value() + by * area.viewport().height() // 2)

    def _show_whys(self) -> None:
        """The reasons of the line that has the focus; of everything that follows, where it stands in none."""
        if self._why:
            self.why.show_whys(whys_at(QApplication.focusWidget()) or self.summary.all_whys())

    # ---- going ----------------------------------------------------------------------------------------------------

    def go_to(self, step: str, field: str = "") -> None:
        """Go to a step without validation; everything typed is saved."""
        view = self.work.view
        if view is None:
            return
        found = next((seen.step for seen in view.steps if seen.step == step and seen.reachable), None)
        if found is None:
            return
        commit_open_syllable()
        self._enter_step(found, field)
        self.work.save_now()

    def forward(self) -> None:
        """What Enter does here."""
        commit_open_syllable()
        if self.work.view is not None and self.primary.isEnabled():
            self.page().enter()

    def back(self) -> None:
        """What Esc does here: stop what runs, else one step back, else to the queue."""
        if self.work.view is None or self.page().back():
            return
        place = STEPS.index(self.work.step)
        if place == 0 or not self.work.editable:
            self.save_and_leave()
        else:
            self.go_to(STEPS[place - 1])

    def _advance(self) -> None:
        """The step is done for the clerk: let the desk check it, then go on or stay with words beside the fields."""
        step = self.work.step
        if not self.work.editable:
            self._enter_step(STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)], "")
            return
        if self._checking:
            return
        self._checking = True

        def over() -> None:
            self._checking = False
            self._show_primary()

        def checked(view: IntakeView) -> None:
            self._checking = False
            if self.work.step == step and not self.page().blocked(view):
                self._enter_step(STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)], "")
                self.work.save_now()
            self._show_primary()

        def failed(error: Exception) -> None:
            over()
            if isinstance(error, Refusal):
                self._say_refused(error)

        self.work.after_save(
            lambda: self.work.run(
                "store",
                lambda desk, dossier, cancel, progress: desk.intake.check(dossier, step),
                checked,
                failed,
                checked=True,
            ),
            over,
        )
        if not self.work.busy:
            self._checking = False

    def _enter_step(self, step: Step, field: str) -> None:
        self.work.at(step, field)
        self._freshen(step)
        self._late.pop(step, lambda: None)()
        page = self.pages[step]
        self._stack.setCurrentWidget(self._areas[step])
        self._arrange()
        if self.work.view is not None:
            self.stepper.show_steps(self.work.view.steps, step)
            self.head.show_view(self.work.view, step)
            self._show_arriving()
        self._show_primary()
        page.focus_on(field)
        page.entered()

    def flush(self) -> None:
        """Another page of the window comes: what was typed goes to the desk now."""
        commit_open_syllable()
        self.work.save_now()

    def arrive(self) -> None:
        """The page is shown again: the caret is where it was."""
        if self.work.view is not None:
            self.page().focus_on(self.work.focus)
            self.catch_up()

    def catch_up(self) -> None:
        """It can be seen again: if the dossier changed meanwhile, look at it."""
        if self.work.view is not None and self._missed:
            self._missed = False
            self.work.refresh()

    def save_and_leave(self) -> None:
        """Save, park, back to the queue."""
        commit_open_syllable()
        if self.work.view is None:
            self.left.emit()
            return
        self.work.after_save(self._leave)

    def next_citizen(self) -> None:
        """This one is done: the next."""
        self.work.after_save(self.another.emit)

    def _leave(self) -> None:
        self.work.put_away()
        self.lease.leave()
        self.app.jobs.start("store", self, lambda cancel, progress: self.app.desk.intake.park(), lambda done: None)
        self._whole.hide()
        self._nothing.show()
        self.left.emit()

    # ---- what comes from outside ------------------------------------------------------------------------------------

    def take_scan(self, text: str) -> bool:
        """A scanner read a code. True if it was of an ID card, its QR code or its zone: it belongs to this dossier."""
        # Cut short by a hand that moved, it is still the code of a card, and the words say what is wrong with it.
        of_a_card = text.count("|") >= 5 or re.match(r"\s*[0-9]{12}\|", text) is not None
        squeezed = "".join(text.split())
        is_zone = len(squeezed) == ZONE_LENGTH and "<" in squeezed and squeezed.isascii()
        if self.work.view is None or not self.work.editable or not (of_a_card or is_zone):
            return False
        if self.work.step != "identity":
            self.go_to("identity")
        if is_zone:
            self.identity.take_zone(text)
        else:
            self.identity.take_qr(text)
        return True

    def _changed(self, dossiers: frozenset[UUID]) -> None:
        if self.dossier() in dossiers:
            if self.isVisible():
                self.work.refresh()
            else:
                self._missed = True

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files of the system may be let go anywhere over an open dossier."""
        if self.work.editable and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Their pages come for the item that is chosen in the papers step."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.go_to("papers")
        self.papers.hands.take_files(paths)

    # ---- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Esc, after whoever has the focus left them alone."""
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            focus = self.focusWidget()
            if isinstance(focus, QPushButton) and focus.hasFocus() and focus is not self.primary:
                focus.click()
            else:
                self.forward()
        elif plain and event.key() == Qt.Key.Key_Escape:
            self.back()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.work.save_now()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the right column gives way first."""
        super().resizeEvent(event)
        if self._built:
            self._fit_side()
            self._arrange()
            # What the keys go to stays in sight when the window becomes lower.
            QTimer.singleShot(0, self, lambda: self._keep_in_sight(QApplication.focusWidget()))

    def _fit_side(self) -> None:
        """The right column in its narrowest form still shows the head of its widest card, in any language."""
        bar = self._side.verticalScrollBar().sizeHint().width()
        least = max(SIDE_NARROW, self._beside_page.minimumSizeHint().width() + bar)
        self._side.setFixedWidth(max(least, min(SIDE_WIDTH, round(self.width() * 0.3))))

    def _focus_moved(self, _old: QWidget | None, now: QWidget | None) -> None:
        """What has the focus is in sight. Behind the lock nothing moves."""
        if not self.isVisible():
            return
        if now is not None and self.isAncestorOf(now):
            self._show_whys()
        self._keep_in_sight(now)

    def _keep_in_sight(self, now: QWidget | None) -> None:
        if now is None or isinstance(now, StepPage):
            return
        area = next((one for one in (self._areas[self.work.step], self._side) if one.isAncestorOf(now)), None)
        if isinstance(area, Scrolling):
            room = UNDER_LICENCES if isinstance(now, LicenceList) else ROOM
            area.bring_into_sight(now, room)
            # Once more when everything has its size: a step that was never shown is laid out after this.
            QTimer.singleShot(0, now, lambda: area.bring_into_sight(now, room))

    def _evidence_turned(self) -> None:
        """What was opened is in sight as far as there is room, down to the line that closes it again."""
        QTimer.singleShot(0, self.evidence.fold, lambda: self._focus_moved(None, self.evidence.fold))

    def retranslate(self) -> None:
        """Words of the moment, in place; while it is being built, its end says them."""
        if not self._built:
            return
        if self.work.view is not None:
            self._show(self.work.view, False)
        self._side.setAccessibleName(t("intake.side"))
        QTimer.singleShot(0, self, self._fit_side)
