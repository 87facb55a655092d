"""Step 1: who is there. The card on the reader, its QR code, or by hand; then the licences of that person."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.form import Form
from ui.page_pictures import image_of
from ui.screens.step import StepPage
from ui.widgets.buttons import QuietButton, SecondaryButton
from ui.widgets.camera import CameraPanel
from ui.widgets.differences import DifferenceCard
from ui.widgets.evidence import Portrait
from ui.widgets.inputs import commit_open_syllable
from ui.widgets.kit import Badge, Card, Heading, Muted
from ui.widgets.licences import LicenceList
from ui.widgets.notice import Notice
from ui.widgets.online_hint import KEY as ONLINE_KEY
from ui.widgets.online_hint import OnlineHint
from ui.widgets.summary import narrow
from ui.widgets.systems_card import SystemsCard

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from clerk_app.desk.desk import Desk
    from clerk_app.desk.views import FieldView, IdentityView, IntakeView
    from ui.dossier_work import DossierWork, Running
    from ui.jobs import Lane

SHORT_TITLE = 700
SILENT, TORN = "DEVICE_SILENT", "CARD_TORN"
WRONG = frozenset({"CARD_WRONG_NUMBER", "CARD_WRONG_KEY", "CARD_BLOCKED", "CARD_DELAYING"})
WRONG_TRIES = 3
"""So often a number that the chip refuses is tried without being asked for: a reader that loses and finds a badly laid
card must not lock its chip."""
TORN_PAUSE_MS = 1_000
"""A card that is laid again sooner than the smart-card service looks (0.4 s) was never gone for it: no news comes."""
PORTRAIT_EDGE = 320
"""Twice as large as the portrait's frame and more: it is painted again with every change around it."""
GROWN_AT_ONCE = 2


class IdentityPage(StepPage):
    """The card's data as they are proven, the licences to tick."""

    step = "identity"
    camera: CameraPanel
    systems: SystemsCard
    online: OnlineHint

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(work, parent)
        self.card_present = False
        self._read_for = ""
        self._asked_for = ""
        self._portrait = ""
        self._job: Running | None = None
        self._dossier: object = None
        self._torn = QTimer(self)
        self._torn.setSingleShot(True)
        self._torn.setInterval(TORN_PAUSE_MS)
        self._torn.timeout.connect(self._read_torn_again)
        self._torn_for = ""
        self._wrong: Counter[str] = Counter()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["m"])
        self.online = OnlineHint(work)
        column.addWidget(self.online)
        column.addWidget(self._build_person())
        self.differences = DifferenceCard()
        column.addWidget(self.differences)
        column.addWidget(self._build_licences())
        self.systems = SystemsCard(work)
        column.addWidget(self.systems)
        column.addStretch(1)
        keys = (("F7", self.read_card), ("Shift+F7", self.photograph_zone), ("F8", self.ask_register))
        for key, call in (
            *keys,
            ("Shift+F8", self.systems.ask_all),
            (ONLINE_KEY, self.online.open_it),
            ("F10", self.camera.compare),
            ("F11", self.camera.take_photo),
        ):
            QShortcut(QKeySequence(key), self, call, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _build_person(self) -> Card:
        card = Card()
        card.body.setSpacing(theme.SPACE["s"])
        self.prompt = Notice("info")
        self._cancel = SecondaryButton("intake.cancel", "Esc")
        self._cancel.clicked.connect(self.cancel)
        self._read = SecondaryButton("intake.identity.read", "F7", "id-card")
        self._read.clicked.connect(self.read_card)
        self.prompt.buttons.addWidget(self._read)
        self.prompt.buttons.addWidget(self._cancel)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.hide()
        self.fault = Notice("bad")
        self._again = SecondaryButton("intake.again", "F7", "refresh-cw")
        self._again.clicked.connect(self.read_card)
        self.fault.buttons.addWidget(self._again)
        for part in (self.prompt, self.progress, self.fault):
            card.body.addWidget(part)
        row = QHBoxLayout()
        row.setSpacing(theme.SPACE["l"])
        self.portrait = Portrait()
        self.camera = CameraPanel(self.work)
        faces = QVBoxLayout()
        faces.setSpacing(theme.SPACE["s"])
        for face in (self.portrait, self.camera.preview):
            faces.addWidget(face)
        faces.addStretch(1)
        row.addLayout(faces)
        right = QVBoxLayout()
        right.setSpacing(theme.SPACE["xs"])
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        self._name = Heading()
        self._badge = Badge()
        head.addWidget(self._name)
        head.addWidget(self._badge)
        head.addStretch(1)
        right.addWidget(self._head)
        self.form = Form(self.work.changes)
        self.form.edited.connect(self._edited)
        self.form.entered.connect(lambda name: self.work.at("identity", name))
        self.form.left.connect(self._left)
        self.form.zone.connect(self.take_zone)
        right.addWidget(self.form)
        row.addLayout(right, 1)
        card.body.addLayout(row)
        card.body.addWidget(self.camera)
        return card

    def _build_licences(self) -> Card:
        self._licence_card = card = Card("intake.licences.title")
        self._register = Badge()
        card.head.addWidget(self._register)
        self._ask = narrow(QuietButton("intake.licences.ask", "F8", "refresh-cw"))
        self._ask.clicked.connect(self.ask_register)
        card.head.addWidget(self._ask)
        self.licences = LicenceList()
        self.licences.ticked.connect(self._ticked)
        self.licences.entered.connect(lambda: self.work.at("identity", "licences"))
        card.body.addWidget(self.licences)
        self._none = Muted("intake.licences.none")
        card.body.addWidget(self._none)
        self.by_hand_words = Muted("intake.licences.by_hand")
        self.by_hand = Form(self.work.changes, columns=3)
        self.by_hand.edited.connect(self._edited)
        self.by_hand.entered.connect(lambda name: self.work.at("identity", name))
        card.body.addWidget(self.by_hand_words)
        card.body.addWidget(self.by_hand)
        return card

    # ---- showing --------------------------------------------------------------------------------------------------

    def grow(self, view: IntakeView) -> bool:
        own, manual = _apart(view.identity.fields)
        # What a chip proves is not chosen any more: it has another input.
        proven = tuple(replace(field, locked=True) for field in own if field.kind == "choice")
        if not (self.form.make_some((*own, *proven), GROWN_AT_ONCE) and self.by_hand.make_some(manual, GROWN_AT_ONCE)):
            return False
        if self.work.view is None and not self.form.boxes():
            self.form.show_fields(own)
        return True

    def show_view(self, view: IntakeView, checked: bool = False) -> None:
        who = view.identity
        if view.dossier != self._dossier:
            self._begin(view)
        self._name.setText(who.name)
        self._name.setVisible(bool(who.name))
        self._badge.show_badge(who.badge)
        self._head.setVisible(bool(who.name) or who.badge is not None)
        own, manual = _apart(who.fields)
        self.form.begin(self.work.changes)
        self.by_hand.begin(self.work.changes)
        self.form.show_fields(self._without_double(own, who.name), checked)
        caret = QApplication.focusWidget()
        by_hand = caret is not None and self.by_hand.isAncestorOf(caret)
        self.by_hand.show_fields(manual, checked)
        self.by_hand.setVisible(bool(manual))
        self.by_hand_words.setVisible(bool(manual))
        self.differences.show_differences(who.differences)
        self.licences.show_rows(who.licences)
        self.licences.setVisible(bool(who.licences))
        if by_hand and not manual:
            # The fields that had the caret went with the register's answer; without one Enter would reach nobody.
            self.focus_on("licences")
        self._none.setVisible(not who.licences and not manual)
        self._register.show_badge(who.register)
        self._ask.setVisible(self.work.allows("register.ask"))
        if self._job is None:
            self._show_prompt(view)
        self._load_portrait(who.portrait)
        self.camera.show_view(view)
        self.systems.show_view(view)
        self.online.look(view)

    def _show_prompt(self, view: IntakeView) -> None:
        who, draft = view.identity, self.work.editable
        tone = who.badge.tone if who.badge is not None else "info"
        self._cancel.hide()
        self._read.setVisible(draft)
        if tone == "good" or not draft:
            self.prompt.clear()
            return
        bad = tone == "bad"
        self.prompt.set_tone("bad" if bad else "warn" if who.took is not None else "info")
        self.prompt.show_words(who.prompt, who.remedy)

    def _begin(self, view: IntakeView) -> None:
        """Another dossier: nothing of the last one counts. One whose register was never asked is asked about now."""
        self._dossier = view.dossier
        self._read_for = self._asked_for = self._torn_for = ""
        self._wrong.clear()
        self._torn.stop()
        if self._job is not None:
            # Whom it would name stands here no more.
            self._job.cancel()
            self._job = None
        self.progress.hide()
        self.fault.clear()
        if self.work.editable and view.identity.register.tone == "calm":
            QTimer.singleShot(0, self, self._ask_if_new)

    def _without_double(self, fields: tuple[FieldView, ...], name: str) -> tuple[FieldView, ...]:
        """The name stands large above; a proven one is not repeated as a field."""
        return tuple(f for f in fields if not (f.name == "applicant.name" and f.locked and name))

    def _load_portrait(self, sheet: str) -> None:
        if sheet == self._portrait:
            return
        self._portrait = sheet
        if not sheet:
            self.portrait.show_image(None)
            return

        def decoded(image: QImage) -> None:
            if sheet == self._portrait:
                self.portrait.show_image(image)

        app, dossier = self.work.app, self.work.view.dossier if self.work.view else None
        app.jobs.start(
            "store-read",
            self,
            lambda cancel, progress: image_of(app.desk.papers.picture(sheet, PORTRAIT_EDGE, dossier)),
            decoded,
            lambda error: self.portrait.show_image(None),
        )

    # ---- the card -------------------------------------------------------------------------------------------------

    def set_card_present(self, present: bool) -> None:
        """A card was laid on a reader, taken away or exchanged: what was read of another one counts no more."""
        self.card_present = present
        self._read_for = self._torn_for = ""
        self._torn.stop()
        if present:
            self._read_if_possible()

    def _number(self) -> str:
        box = self.form.box("applicant.number")
        return box.input.value() if box is not None else ""

    def _read_if_possible(self) -> None:
        number = self._number()
        view = self.work.view
        if view is None or not self.work.editable or self._job is not None or not self.card_present:
            return
        if view.step != "identity" and self.work.step != "identity":
            return
        if not re.fullmatch(r"\d{12}", number) or self._read_for == number or self._wrong[number] >= WRONG_TRIES:
            return
        badge = view.identity.badge
        if badge is not None and badge.tone == "good":
            return
        self.read_card()

    def read_card(self) -> None:
        """Read the chip now."""
        if self._job is not None or not self.work.editable:
            return
        commit_open_syllable()
        self._read_for = self._number()
        self.fault.clear()
        self.work.after_save(self._read_now)

    def _read_now(self) -> None:
        if self._job is not None:
            # Asked for twice while what was typed was being saved.
            return
        self.progress.setRange(0, 0)
        self.progress.show()
        self.prompt.set_tone("info")
        self.prompt.say("intake.identity.reading", "intake.identity.hold")
        self._read.hide()
        self._cancel.show()

        def over(error: Exception | None) -> None:
            # Whoever gave a reading up knows how it ended, unless the device never comes back; the next one goes on.
            silent = isinstance(error, Refusal) and error.code == SILENT
            if self._job is reading or (self._job is None and silent):
                self._read_over(error)

        self._job = reading = self.work.run(
            "card",
            lambda desk, dossier, cancel, progress: desk.intake.read_card(dossier, progress, cancel),
            lambda view: over(None),
            over,
            self._read_progress,
        )
        self.primary_changed.emit()

    def _read_progress(self, done: int, total: int) -> None:
        self.progress.setRange(0, total)
        self.progress.setValue(done)

    def _read_over(self, error: Exception | None) -> None:
        self._job = None
        self.progress.hide()
        self._cancel.hide()
        if isinstance(error, Refusal):
            self._again.show()
            self.fault.show_refusal(error)
            if error.code in WRONG:
                self._wrong[self._read_for] += 1
            if error.code == TORN and self._torn_for != self._read_for:
                self._torn_for = self._read_for
                self._torn.start()
        view = self.work.view
        if view is not None:
            self._show_prompt(view)
            if error is None:
                self._ask_if_new()
                self.focus_on(_first_to_look_at(view.identity))
        self.primary_changed.emit()

    def _read_torn_again(self) -> None:
        """Once for each card that came: it may lie there again without having been missed."""
        self._read_for = ""
        self._read_if_possible()

    def cancel(self) -> None:
        """Stop waiting for the card; what the reader still answers is dropped."""
        if self._job is not None:
            self._job.cancel()
            self._read_over(None)

    def take_qr(self, text: str) -> None:
        """A QR code of an ID card was scanned."""
        self._take(lambda desk, dossier: desk.intake.take_qr(dossier, text))

    def take_zone(self, text: str) -> None:
        """The three lines on the back of an ID card were scanned, typed or pasted."""
        self._take(lambda desk, dossier: desk.zones.take(dossier, text))

    def photograph_zone(self) -> None:
        """Read the three lines of a card's back that is held before the camera."""
        frame = self.camera.frame
        if frame is not None and self.work.editable:
            self._take(lambda desk, dossier: desk.zones.take_picture(dossier, frame.jpeg), "face")

    def _take(self, verb: Callable[[Desk, UUID], IntakeView], lane: Lane = "store") -> None:
        self.fault.clear()

        def taken(_view: IntakeView) -> None:
            self._ask_if_new()
            self._read_if_possible()

        def refused(error: Exception) -> None:
            if isinstance(error, Refusal):
                self._again.hide()
                self.fault.show_refusal(error)

        self.work.after_save(
            lambda: self.work.run(lane, lambda desk, dossier, cancel, progress: verb(desk, dossier), taken, refused)
        )

    # ---- the register ---------------------------------------------------------------------------------------------

    def _ask_if_new(self) -> None:
        number = self._number()
        if re.fullmatch(r"\d{12}", number) and number != self._asked_for:
            self.ask_register()

    def ask_register(self) -> None:
        """Ask the national register for this person's licences."""
        if not self.work.allows("register.ask"):
            return
        self._asked_for = self._number()
        self._ask.set_busy("intake.licences.asking")

        def over(_answer: object) -> None:
            self._ask.set_busy()

        def never_asked() -> None:
            self._ask.set_busy()
            self._asked_for = ""

        def failed(error: Exception) -> None:
            self._ask.set_busy()
            if isinstance(error, Refusal):
                self._again.hide()
                self.fault.show_refusal(error)

        self.work.after_save(
            lambda: self.work.run(
                "network", lambda desk, dossier, cancel, progress: desk.intake.ask_register(dossier), over, failed
            ),
            never_asked,
        )

    # ---- typing ---------------------------------------------------------------------------------------------------

    def _edited(self, name: str, value: str) -> None:
        self.work.save_soon()
        if name == "applicant.number" and re.fullmatch(r"\d{12}", value):
            self.work.after_save(self._number_known)

    def _number_known(self) -> None:
        self._read_if_possible()
        if self._job is None:
            self._ask_if_new()

    def _left(self, name: str) -> None:
        self.work.save_soon()

    def _ticked(self, numbers: str) -> None:
        self.work.changes.note("licences", numbers)
        self.work.save_now()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the card of the licences has a shorter title: what the register said comes first."""
        super().resizeEvent(event)
        short = self.width() < SHORT_TITLE
        self._licence_card.title.say("intake.licences.title.short" if short else "intake.licences.title")

    def tick(self) -> None:
        """Tick or untick the licence on which the cursor stands."""
        if self.work.editable:
            self.licences.toggle(self.licences.currentIndex().row())

    # ---- the screen around it ---------------------------------------------------------------------------------------

    def primary(self) -> tuple[str, str, bool]:
        return "intake.next.application", "Enter", self._job is None

    def showEvent(self, event: QShowEvent) -> None:
        """What came online while another page was in front is looked for now."""
        super().showEvent(event)
        if self.work.view is not None:
            self.online.look(self.work.view)

    def entered(self) -> None:
        # A card that was laid down while another step was open waits to be read.
        self._read_if_possible()

    def back(self) -> bool:
        if self._job is not None:
            self.cancel()
            return True
        return False

    def blocked(self, view: IntakeView) -> bool:
        for form in (self.form, self.by_hand):
            wrong = form.first_problem()
            if wrong:
                form.focus_field(wrong)
                return True
        return False

    def focus_on(self, name: str = "") -> None:
        if name == "licences" and self.licences.isVisibleTo(self):
            self.licences.setFocus()
        elif name and (self.form.focus_field(name) or self.by_hand.focus_field(name)):
            return
        elif not self.form.focus_field():
            if self.licences.isVisibleTo(self):
                self.licences.setFocus()
            elif not self.by_hand.isVisibleTo(self) or not self.by_hand.focus_field():
                self.setFocus()

    def show_why(self, on: bool) -> None:
        self.form.show_why(on)
        self.by_hand.show_why(on)

    def retranslate(self) -> None:
        if self.work.view is not None:
            self._register.retranslate()


def _apart(fields: tuple[FieldView, ...]) -> tuple[tuple[FieldView, ...], tuple[FieldView, ...]]:
    """What is asked about the person, and about a licence that no register named."""
    own = tuple(field for field in fields if not field.name.startswith("licence."))
    return own, tuple(field for field in fields if field.name.startswith("licence."))


def _first_to_look_at(who: IdentityView) -> str:
    """Where the caret goes after a reading. What speaks against a card stands at the top: nothing scrolls it away."""
    if who.badge is not None and who.badge.tone != "good":
        return "applicant.number"
    return who.unfinished or "licences"
