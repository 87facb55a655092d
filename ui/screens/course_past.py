"""The left of a dossier's course: where it stands, how it came there, what the citizen was told and by which way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal
from ui import theme
from ui.texts import t, words
from ui.widgets.contact_card import ContactCard
from ui.widgets.kit import Badge, Card, Muted, SubHeading, Text
from ui.widgets.message_lines import MessageLine
from ui.widgets.notice import Notice
from ui.widgets.scrolling import Scrolling

if TYPE_CHECKING:
    from clerk_app.desk.course import CourseView, PassedView
    from clerk_app.desk.messages import MessagesView, MessageView
    from ui.application import App


class CoursePast(Card):
    """The card. The messages are those that central last told of, until it has answered anew."""

    def __init__(self, app: App, fault: Notice, done: Callable[[], None]) -> None:
        """`fault` is where the page says what went wrong; `done` is called when the fields are put away."""
        super().__init__()
        self._app = app
        self._fault = fault
        self._done = done
        self._dossier: UUID | None = None
        self._view: CourseView | None = None
        self._told: MessagesView | None = None
        title = QHBoxLayout()
        self.state = SubHeading()
        self.state.setWordWrap(True)
        self.clock = Badge()
        title.addWidget(self.state, 1)
        title.addWidget(self.clock)
        self.body.addLayout(title)
        self.due = Text(look="context")
        self.due.setWordWrap(True)
        self.body.addWidget(self.due)
        inside = QWidget()
        self._story = QVBoxLayout(inside)
        self._story.setContentsMargins(0, 0, theme.SPACE["s"], 0)
        self._story.setSpacing(theme.SPACE["m"])
        self._story.addStretch(1)
        self._past_steps = Scrolling(inside)
        self.body.addWidget(self._past_steps, 1)
        self.heard = Muted()
        self.body.addWidget(self.heard)
        self.contact = ContactCard()
        self.contact.opened.connect(self._make_room)
        self.contact.saved.connect(self._write_contact)
        self.body.addWidget(self.contact)

    # ---- showing

    def arrive(self, dossier: UUID | None) -> None:
        """The page came to the front for this dossier."""
        if dossier != self._dossier:
            self._dossier, self._view, self._told = dossier, None, None
            self.contact.close_fields()
        self.look()

    def show_view(self, view: CourseView) -> None:
        """Show where the dossier stands and how it came there."""
        self._view = view
        self._show_story()
        self.retranslate()

    def retranslate(self) -> None:
        """Names and days in the language of the moment."""
        self._say_heard()
        view = self._view
        if view is None:
            return
        self.state.setText(words(view.name))
        self.clock.show_badge(view.badge)
        self.due.setVisible(view.due_at is not None)
        if view.due_at is not None:
            before = ", ".join(moment(at) for at in dict.fromkeys(view.dues[:-1]) if at != view.due_at)
            told = t("course.due_at", at=moment(view.due_at))
            self.due.setText(f"{told} · {t('course.due_before', before=before)}" if before else told)

    def look(self) -> None:
        """Show the messages as they were last heard, then ask central."""
        dossier = self._dossier
        if dossier is None:
            return
        desk = self._app.desk.messages

        def ask(told: MessagesView) -> None:
            # One after the other: what was heard before never covers what central says now.
            self.show_messages(told)
            if dossier == self._dossier:
                self._app.jobs.start(
                    "network", self, lambda cancel, progress: desk.look(dossier), self.show_messages, _unheard
                )

        self._app.jobs.start("store", self, lambda cancel, progress: desk.view(dossier), ask, _unheard)

    def show_messages(self, told: MessagesView) -> None:
        """Show what the citizen was told, under the steps that it tells of."""
        if told.dossier != self._dossier:
            return
        self._told = told
        self.contact.show_contact(told.contact, told.may_write)
        self._show_story()
        self._say_heard()

    def _say_heard(self) -> None:
        told = self._told
        if told is None:
            self.heard.setText("")
            return
        known = "messages.heard" if told.messages else "messages.none"
        heard = t(known, at=moment(told.at)) if told.at is not None else t("messages.never")
        self.heard.setText(t("messages.stale", heard=heard) if told.stale is not None else heard)

    def _make_room(self, opened: bool) -> None:
        """The fields stand where the story stood."""
        self._past_steps.setVisible(not opened)
        self.heard.setVisible(not opened)

    def _write_contact(self, said: dict[str, str]) -> None:
        dossier = self._dossier
        if dossier is None:
            return
        self._fault.clear()
        self.contact.save.set_busy("course.taking")
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.messages.write_contact(dossier, **said),  # type: ignore[arg-type]
            self._contact_written,
            self._failed,
        )

    def _contact_written(self, told: MessagesView) -> None:
        self.contact.save.set_busy()
        self.contact.close_fields()
        self.show_messages(told)
        self._done()
        self._app.bridge.deliver_now()

    def _send_again(self, message: UUID) -> None:
        dossier = self._dossier
        if dossier is None:
            return
        self._fault.clear()
        self._app.jobs.start(
            "store",
            self,
            lambda cancel, progress: self._app.desk.messages.send_again(dossier, message),
            self._asked_again,
            self._failed,
        )

    def _asked_again(self, told: MessagesView) -> None:
        self.show_messages(told)
        self._app.bridge.deliver_now()

    def _failed(self, error: Exception) -> None:
        self.contact.save.set_busy()
        if isinstance(error, Refusal):
            self._fault.show_refusal(error)
            self.contact.point_at(error.code)

    def _show_story(self) -> None:
        view = self._view
        while self._story.count() > 1:
            item = self._story.takeAt(0)
            if item is not None and (part := item.widget()) is not None:
                part.hide()
                part.deleteLater()
        if view is None:
            return
        told = self._told.messages if self._told is not None else ()
        steps = {one.entry for one in view.passed}
        parts: list[tuple[datetime, QWidget]] = []
        for one in view.passed:
            of_it = [message for message in told if message.entry == one.entry]
            parts.append((one.at, _Passed(one, of_it, self._send_again)))
        for entry in dict.fromkeys(message.entry for message in told if message.entry not in steps):
            of_it = [message for message in told if message.entry == entry]
            parts.append((of_it[0].at, _Told(of_it, self._send_again)))
        for _, part in sorted(parts, key=lambda each: each[0]):
            self._story.insertWidget(0, part)


class _Passed(QWidget):
    """A step that was taken, in a few lines, and the messages that it caused."""

    def __init__(self, view: PassedView, told: Sequence[MessageView], repeat: Callable[[UUID], None]) -> None:
        super().__init__()
        self._view = view
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._name, self._told, self._more = Text(look="strong"), Text(look="caption"), Muted()
        self._name.setWordWrap(True)
        self._doubt = Text(look="problem")
        self._doubt.setWordWrap(True)
        for part in (self._name, self._told, self._doubt, self._more):
            column.addWidget(part)
        for one in told:
            column.addWidget(MessageLine(one, repeat))
        self.retranslate()

    def retranslate(self) -> None:
        """What, when, by whom; then why and what."""
        view = self._view
        self._name.setText(words(view.name))
        self._told.setText(f"{moment(view.at)} · {view.called or view.who} → {words(view.to)}")
        more = [view.reason, view.basis, "; ".join(words(one) for one in view.asked)]
        if view.due_at is not None:
            more.append(t("course.due_at", at=moment(view.due_at)))
        said = " · ".join(part for part in more if part)
        self._doubt.setText(words(view.doubt) if view.doubt is not None else "")
        self._doubt.setVisible(view.doubt is not None)
        self._more.setText(said)
        self._more.setVisible(bool(said))


class _Told(QWidget):
    """What was told of that is no step, as a card that came, and the messages."""

    def __init__(self, told: Sequence[MessageView], repeat: Callable[[UUID], None]) -> None:
        super().__init__()
        self._of = told[0]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._name, self._at = Text(look="strong"), Text(look="caption")
        self._name.setWordWrap(True)
        column.addWidget(self._name)
        column.addWidget(self._at)
        for one in told:
            column.addWidget(MessageLine(one, repeat))
        self.retranslate()

    def retranslate(self) -> None:
        """What and when."""
        self._name.setText(words(self._of.name))
        self._at.setText(moment(self._of.at))


def _unheard(error: Exception) -> None:
    """Who may not see the messages sees the rest."""
    if not isinstance(error, Refusal):
        raise error


def moment(at: datetime) -> str:
    """An hour and its day, by the clock of Hanoi."""
    return f"{in_hanoi(at):%H:%M} · {in_hanoi(at):%d/%m/%Y}"
