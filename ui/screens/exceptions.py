"""What a supervisor must decide: the clerk asks with a reason, a supervisor decides here with their own password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from clerk_app.desk.views import Badge as BadgeView
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import still_to_wait
from ui import theme
from ui.screens.sign_in import ASKS_TOKEN, NOT_YET
from ui.texts import t, words
from ui.token_work import TokenPin, Typed, second_of
from ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from ui.widgets.countdown import Countdown
from ui.widgets.inputs import TextInput
from ui.widgets.kit import Badge, Label, Muted, Text
from ui.widgets.notice import Notice
from ui.widgets.request_card import RequestCard
from ui.widgets.scrolling import Scrolling

if TYPE_CHECKING:
    from clerk_app.desk.approval_views import RequestView
    from clerk_app.desk.delivery import DeliveryReport
    from clerk_app.desk.views import ExceptionView, IntakeView, Why
    from clerk_app.domain.token_proofs import Purpose, Second
    from ui.dossier_work import DossierWork

STATES = {
    "needed": BadgeView(Words("Cần quyết định", "Needs a decision"), "warn"),
    "asked": BadgeView(Words("Đã đề nghị, đang chờ", "Asked, waiting"), "info"),
    "granted": BadgeView(Words("Đã duyệt", "Granted"), "good"),
    "refused": BadgeView(Words("Không duyệt", "Refused"), "bad"),
}


class ExceptionPanel(QFrame):
    """One exception: what it is, where it stands, and inline what can be done about it."""

    entered = Signal(str)
    went_on = Signal()
    """The desk answered: what comes next may have the caret."""

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.code = ""
        self.work = work
        self._view: ExceptionView | None = None
        self.evidence: RequestCard | None = None
        self.setProperty("class", "exception")
        column = QVBoxLayout(self)
        column.setContentsMargins(*([theme.SPACE["m"]] * 4))
        column.setSpacing(theme.SPACE["s"])
        top = QHBoxLayout()
        self._words = Text(look="strong")
        self._words.setWordWrap(True)
        self._state = Badge()
        top.addWidget(self._words, 1)
        top.addWidget(self._state, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(top)
        self._details = Muted()
        column.addWidget(self._details)
        self._told = Muted()
        column.addWidget(self._told)
        self._who = Muted()
        column.addWidget(self._who)
        column.addWidget(self._build_ask())
        column.addWidget(self._build_decide())
        self.fault = Notice("bad")
        column.addWidget(self.fault)
        self._countdown = Countdown(self)
        self._countdown.over.connect(self._wait_over)
        work.app.bridge.delivered.connect(self._delivered)
        self._show_line(work.app.bridge.down_since is None)
        self.retranslate()

    def _build_ask(self) -> QWidget:
        self._asking = QWidget()
        row = QHBoxLayout(self._asking)
        row.setContentsMargins(0, 0, 0, 0)
        self.reason = TextInput(500)
        self.reason.returnPressed.connect(self.ask)
        self.reason.entered.connect(lambda: self.entered.emit(self.code))
        self._ask = SecondaryButton("intake.exception.ask", "Enter")
        self._ask.clicked.connect(self.ask)
        row.addWidget(self.reason, 1)
        row.addWidget(self._ask)
        return self._asking

    def _build_decide(self) -> QWidget:
        self._deciding = QWidget()
        column = QVBoxLayout(self._deciding)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE["s"])
        self._parked = Muted("approvals.parked")
        column.addWidget(self._parked)
        self._shown = QVBoxLayout()
        """Where the evidence stands, once it was fetched: whoever decides here sees what they decide on."""
        column.addLayout(self._shown)
        self._proving = Label("intake.exception.on_the_spot")
        column.addWidget(self._proving)
        self._doubt = Text(look="doubt")
        self._doubt.setWordWrap(True)
        column.addWidget(self._doubt)
        row = QHBoxLayout()
        self.user = TextInput(64)
        self.user.entered.connect(lambda: self.entered.emit(self.code))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(256)
        self.code_of_second = TextInput(12)
        self.code_of_second.hide()
        self.token_pin = QLineEdit()
        self.token_pin.setEchoMode(QLineEdit.EchoMode.Password)
        self.token_pin.setMaxLength(64)
        self.token_pin.hide()
        self.comment = TextInput(500)
        row.addWidget(self.user, 2)
        row.addWidget(self.password, 2)
        row.addWidget(self.comment, 3)
        column.addLayout(row)
        seconds = QHBoxLayout()
        seconds.addWidget(self.code_of_second, 1)
        seconds.addWidget(self.token_pin, 1)
        column.addLayout(seconds)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        self._refuse = DangerButton("intake.exception.refuse", "Ctrl+D")
        self._grant = PrimaryButton("intake.exception.grant", "Ctrl+Enter")
        self._refuse.clicked.connect(lambda: self.decide(False))
        self._grant.clicked.connect(lambda: self.decide(True))
        buttons.addWidget(self._refuse)
        buttons.addWidget(self._grant)
        column.addLayout(buttons)
        return self._deciding

    def show_exception(self, view: ExceptionView, editable: bool) -> None:
        """Show where it stands; what is being typed here stays."""
        self._view = view
        self._words.show_words(view.words)
        self._state.show_badge(STATES[view.state])
        self._asking.setVisible(editable and (view.state in ("needed", "refused") or bool(view.more)))
        self._deciding.setVisible(editable and view.state == "asked")
        self._show_evidence(editable and view.state == "asked")
        self.retranslate()

    def _show_evidence(self, wanted: bool) -> None:
        """Fetch what a supervisor decides on; what stands there stays until something of it is another."""
        view, shown = self._view, self.evidence.view if self.evidence is not None else None
        if not wanted or view is None:
            if self.evidence is not None:
                self.evidence.show_request(None)
                self.evidence.hide()
            return
        if shown is not None and shown.shown == view.shown:
            return
        dossier, code = self.work.view.dossier if self.work.view is not None else None, self.code
        if dossier is not None:
            self.work.app.jobs.start(
                "store-read",
                self,
                lambda cancel, progress: self.work.app.desk.approvals.evidence(dossier, code),
                self._evidence_came,
                # It was decided or changed meanwhile: the view that says so is on its way.
                lambda error: None,
            )

    def _evidence_came(self, request: RequestView) -> None:
        here = self.work.view
        if here is None or request.row.dossier != here.dossier or request.row.code != self.code:
            return
        if self.evidence is None:
            self.evidence = RequestCard(self.work.app, self._deciding)
            self._shown.addWidget(self.evidence)
        self.evidence.show_request(request)
        self.evidence.show()
        if self.isAncestorOf(self.focusWidget()):
            self._keep_in_sight()

    def whys(self) -> tuple[Why, ...]:
        """Why this is needed."""
        return self._view.whys if self._view is not None else ()

    def is_open(self) -> bool:
        """Whether somebody here can still do something about it."""
        return self._view is not None and self._view.state in ("needed", "asked")

    def focus_first(self) -> None:
        """Put the caret where this exception goes on."""
        view = self._view
        if view is not None and view.state == "asked":
            (self.password if self.user.value() else self.user).setFocus()
        else:
            self.reason.setFocus()
        self._keep_in_sight()

    def _keep_in_sight(self) -> None:
        """Where the caret is, what can be pressed and what was said can be seen together, once they have their size."""
        QTimer.singleShot(0, self, self._bring_into_sight)

    def _bring_into_sight(self) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, Scrolling):
            area = area.parentWidget()
        last = next((one for one in (self.fault, self._grant, self._ask) if one.isVisible()), None)
        if area is not None and last is not None and area.isVisible():
            area.show_down_to(last, theme.SPACE["m"])

    # ---- the line -------------------------------------------------------------------------------------------------

    def _delivered(self, report: DeliveryReport) -> None:
        self._show_line(report.state != "offline")

    def _show_line(self, online: bool) -> None:
        """Without a line nobody at another desk has heard of the request."""
        self._parked.say("approvals.parked" if online else "approvals.parked_offline")

    def forget(self) -> None:
        """Nothing typed here stays: not for the next decision, not for the next citizen."""
        self._free()
        self._say("")
        for field in (self.reason, self.user, self.password, self.code_of_second, self.token_pin, self.comment):
            field.clear()
        self.code_of_second.hide()
        self.token_pin.hide()

    def ask(self) -> None:
        """Ask for the exception with the clerk's reason."""
        reason = self.reason.value()
        if not reason:
            self._say("intake.exception.reason_missing")
            self.reason.setFocus()
            return
        self._say("")
        self._ask.set_busy("intake.exception.asking")
        code = self.code
        self.work.after_save(
            lambda: self.work.run(
                "store",
                lambda desk, dossier, cancel, progress: desk.exceptions.ask(dossier, code, reason),
                self._done,
                self._failed,
            ),
            self._free,
        )

    def decide(self, granted: bool) -> None:
        """A supervisor decides here and now; the password is used once and forgotten."""
        user, password, comment, code = self.user.value(), self.password.text(), self.comment.value(), self.code
        if not user or not password:
            self._say("intake.exception.who_missing")
            (self.password if user else self.user).setFocus()
            return
        if not granted and not comment:
            self._say("intake.exception.comment_missing")
            self.comment.setFocus()
            return
        shown = self.evidence.view if self.evidence is not None else None
        if shown is None:
            self._say("approvals.not_shown")
            return
        digest, typed = shown.shown, self._typed()
        for field in (self.password, self.code_of_second, self.token_pin):
            field.clear()
        self._say("")
        self._grant.set_busy("intake.exception.deciding")
        self._refuse.setEnabled(False)

        def decided(second: Second) -> None:
            self.work.run(
                "people",
                lambda desk, dossier, cancel, progress: desk.exceptions.decide(
                    dossier,
                    code,
                    user,
                    password,
                    granted,
                    comment,
                    shown=digest,
                    second=second,
                    by_pin=desk.pins.is_pin(user, password),
                ),
                self._done,
                self._failed,
            )

        purpose: Purpose = "grant" if granted else "refuse"
        app = self.work.app
        self.work.after_save(
            lambda: second_of(app.jobs, self, app.desk, typed, purpose, user, digest, decided, self._failed), self._free
        )

    def _typed(self) -> Typed:
        """The code of an app, or else the PIN of a token."""
        code, pin = self.code_of_second.value(), self.token_pin.text()
        return TokenPin(pin) if pin and not code else code

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._deciding.isVisible() and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.decide(True)
                return
            if event.key() == Qt.Key.Key_D:
                self.decide(False)
                return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.user.hasFocus():
                self.password.setFocus()
                return
            if self.password.hasFocus() and self.code_of_second.isVisible():
                self.code_of_second.setFocus()
                return
            empty_code = self.code_of_second.hasFocus() and not self.code_of_second.value()
            if self.token_pin.isVisible() and (empty_code or self.password.hasFocus()):
                self.token_pin.setFocus()
                return
            if self.code_of_second.hasFocus() or self.token_pin.hasFocus():
                self.comment.setFocus()
                return
            if self.password.hasFocus() or self.comment.hasFocus():
                (self.comment if self.password.hasFocus() else self._grant).setFocus()
                return
            if self.reason.hasFocus():
                return
        super().keyPressEvent(event)

    def retranslate(self) -> None:
        view = self._view
        for field, key in (
            (self.reason, "intake.exception.reason"),
            (self.user, "intake.exception.user"),
            (self.password, "intake.exception.password"),
            (self.code_of_second, "approvals.second"),
            (self.token_pin, "approvals.token_pin"),
            (self.comment, "intake.exception.comment"),
        ):
            field.setPlaceholderText(t(key))
            field.setAccessibleName(t(key))
        if view is None:
            return
        self._details.setText("\n".join((t("intake.exception.unproven"), *(words(one) for one in view.details))))
        self._details.setVisible(bool(view.details))
        self._who.setVisible(view.granted_by is not None and self.is_open())
        if view.granted_by is not None:
            self._who.setText(t("intake.exception.granted_by", who=words(view.granted_by)))
        self._doubt.show_words(view.doubt)
        self._doubt.setVisible(view.doubt is not None)
        told = t("intake.exception.because", reason=view.reason) if view.reason else ""
        if view.decided_by:
            told = f"{told} {t('intake.exception.by', who=view.decided_by)}".strip()
        if view.more:
            told = f"{told}\n{t('approvals.more_by', who=view.more_by, comment=view.more)}".strip()
        elif view.comment:
            told = f"{told}\n{t('approvals.commented', comment=view.comment)}".strip()
        self._told.setText(told)
        self._told.setVisible(bool(told))
        self.setAccessibleName(f"{words(view.words)}: {words(STATES[view.state].words)}")

    def _done(self, _view: IntakeView) -> None:
        self.forget()
        self.went_on.emit()

    def _failed(self, error: Exception) -> None:
        self._free()
        if isinstance(error, Refusal):
            self.fault.set_tone("calm" if error.code in NOT_YET else "bad")
            self.fault.show_refusal(error)
            if error.wait_s:
                self._countdown.count(self.fault, error.wait_s, still_to_wait)
            if error.code.startswith("CODE_") or error.code == "TOKEN_NOT_WANTED":
                self.code_of_second.show()
            if error.code in ASKS_TOKEN and self.work.app.desk.tokens.offered:
                self.token_pin.show()
        self.focus_first()

    def _say(self, key: str) -> None:
        """What is wrong with what was typed, by its key; nothing for the empty text."""
        self._countdown.stop()
        if key:
            self.fault.set_tone("bad")
            self.fault.say(key)
            self._keep_in_sight()
        else:
            self.fault.clear()

    def _wait_over(self) -> None:
        self.fault.set_tone("calm")
        self.fault.say("sign_in.wait_over", "intake.exception.wait_over_remedy")

    def _free(self) -> None:
        self._ask.set_busy()
        self._grant.set_busy()
        self._refuse.setEnabled(True)


class ExceptionList(QWidget):
    """Every exception of the dossier, one panel each; a panel lives as long as its exception."""

    entered = Signal(str)

    def __init__(self, work: DossierWork, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = work
        self.panels: dict[str, ExceptionPanel] = {}
        self._spare: ExceptionPanel | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.SPACE["s"])

    def focus_next(self) -> None:
        """Put the caret into the first one that is open; without one Enter belongs to the step again."""
        panel = next((panel for panel in self.panels.values() if panel.is_open()), None)
        if panel is not None:
            panel.focus_first()
        else:
            self.setFocus()

    def forget(self) -> None:
        """Another dossier."""
        for panel in self.panels.values():
            panel.forget()

    def show_exceptions(self, views: tuple[ExceptionView, ...], editable: bool) -> None:
        """Show them."""
        named = {view.code: view for view in views}
        for code in [code for code in self.panels if code not in named]:
            panel = self.panels.pop(code)
            panel.hide()
            panel.deleteLater()
        for view in views:
            if view.code not in self.panels:
                panel = self.panels[view.code] = self._spare or self._made()
                self._spare = None
                panel.code = view.code
                self._column.addWidget(panel)
                panel.show()
            self.panels[view.code].show_exception(view, editable)

    def make_one(self) -> bool:
        """Make the panel that `show_exceptions` may need next; whether it was there already."""
        there = self._spare is not None
        if not there:
            self._spare = self._made()
        return there

    def _made(self) -> ExceptionPanel:
        panel = ExceptionPanel(self.work, self)
        panel.hide()
        panel.entered.connect(self.entered)
        panel.went_on.connect(self.focus_next)
        return panel
