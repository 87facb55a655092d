"""The guided story: the main job in the real window, played by keys alone, at the speed of a person.

A script is a generator that presses keys and yields what it waits for; a timer asks whether that has come. Nothing here
knows a rule: the script looks at what the screen shows and does what a clerk would do next, so it goes on from wherever
a dossier stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtTest import QTest

if TYPE_CHECKING:
    from clerk_app.desk.views import IntakeView
    from ui.application import Application
    from ui.screens.intake import IntakeScreen

LOOK_MS = 15
KEY_S = 0.05
"""Slower than any bar code scanner, so that typing is taken for typing."""
PORTRAIT = "ANH"
"""The paper that a clerk takes at the desk and does not scan."""
NO_KEYS = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class Until:
    """Go on when `true` says so; give the story up after `timeout_s`, naming `what` was waited for."""

    what: str
    true: Callable[[], bool]
    timeout_s: float = 60.0


Script = Generator[Until, None, None]


class Player(QObject):
    """Plays a script on the running window."""

    ended = Signal(str)
    """Empty when the story came to its end, else what it waited for in vain."""

    def __init__(self, script: Iterator[Until], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._script = script
        self._waiting: Until | None = None
        self._since = 0.0
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_MS)
        self._clock.timeout.connect(self._look)

    def start(self) -> None:
        """Begin with the next turn of the event loop."""
        self._clock.start()

    def _look(self) -> None:
        waiting = self._waiting
        if waiting is not None:
            if not waiting.true():
                if time.monotonic() - self._since > waiting.timeout_s:
                    self._clock.stop()
                    self.ended.emit(waiting.what)
                return
            self._waiting = None
        try:
            self._waiting = next(self._script)
            self._since = time.monotonic()
        except StopIteration:
            self._clock.stop()
            self.ended.emit("")


def pause(seconds: float) -> Until:
    """Nothing but time."""
    end = time.monotonic() + seconds
    return Until("time", lambda: time.monotonic() >= end)


@dataclass(frozen=True, slots=True)
class Citizen:
    """Who comes to the desk, and what is typed for them when no machine says it. `lay` puts their card down."""

    number: str
    phone: str
    licence_number: str
    licence_class: str
    licence_regime: str
    licence_issued: str
    licence_expires: str
    lay: Callable[[], object]
    take_away: Callable[[], None]


class Clerk:
    """The hands of a clerk on the keyboard of one window."""

    def __init__(self, application: Application, supervisor: tuple[str, str], reason: str) -> None:
        """`supervisor` is the name and password with which exceptions are granted, `reason` what the clerk writes."""
        self._application = application
        self._window = application.window
        self._supervisor = supervisor
        self._reason = reason

    # ---- keys

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_KEYS) -> Until:
        """One key, then the time until the next."""
        QTest.keyClick(self._window.windowHandle(), key, modifiers)
        return pause(KEY_S)

    def type(self, text: str) -> Script:
        """Characters of the keyboard; letters with marks come from an input method and not from here."""
        for letter in text:
            QTest.keyClick(self._window.windowHandle(), ord(letter))
            yield pause(KEY_S)

    def tab_to(self, field: str) -> Script:
        """Tab until the caret stands in a field of the open dossier."""
        for _ in range(60):
            if self._screen().work.focus == field:
                return
            yield self.press(Qt.Key.Key_Tab)
        yield Until(f"the field {field}", lambda: self._screen().work.focus == field, 1.0)

    def fill(self, field: str, text: str, there: str) -> Script:
        """Type a field that does not hold `text` yet; what stands there, perhaps half of it, is typed over."""
        if there == text:
            return
        yield from self.tab_to(field)
        if there:
            yield self.press(Qt.Key.Key_A, CTRL)
        yield from self.type(text)

    def _tab_until(self, what: str, there: Callable[[], bool]) -> Script:
        for _ in range(60):
            if there():
                return
            yield self.press(Qt.Key.Key_Tab)
        yield Until(what, there, 1.0)

    # ---- looking

    def _screen(self) -> IntakeScreen:
        page = self._window.shell.dossier_page if self._window.shell is not None else None
        if page is None:
            raise LookupError("no dossier was opened yet")
        return page

    def view(self) -> IntakeView | None:
        """The dossier on the screen."""
        try:
            return self._screen().work.view
        except LookupError:
            return None

    def _seen(self, test: Callable[[IntakeView], bool]) -> Callable[[], bool]:
        def look() -> bool:
            view = self.view()
            return view is not None and test(view)

        return look

    def until(self, what: str, test: Callable[[IntakeView], bool], timeout_s: float = 60.0) -> Until:
        """Until the dossier on the screen shows something."""
        return Until(what, self._seen(test), timeout_s)

    # ---- what a clerk does

    def sign_in(self, user: str, password: str) -> Script:
        """From the sign-in page to today's list, or to the dossier that was left open."""
        yield Until("the open desk", lambda: self._application.desk is not None)
        page = self._window.sign_in
        yield Until("the sign-in page", page.isVisible)
        yield pause(0.2)
        page.focus_first()
        yield from self.type(user)
        yield self.press(Qt.Key.Key_Tab)
        yield from self.type(password)
        yield self.press(Qt.Key.Key_Return)
        yield Until("today's list", lambda: self._window.shell is not None)
        yield Until("what was left open", lambda: self._window.shell is not None and not self._window.shell.awaited)
        yield pause(0.3)

    def sign_out(self) -> Script:
        """Back to the sign-in page."""
        yield self.press(Qt.Key.Key_L, CTRL | SHIFT)
        yield Until("the sign-in page", lambda: self._window.shell is None)

    def open_dossier(self) -> Script:
        """The next citizen."""
        before = self.view()
        yield self.press(Qt.Key.Key_N, CTRL)
        yield self.until(
            "an empty draft",
            lambda view: view.status == "draft" and (before is None or view.dossier != before.dossier),
        )
        yield Until("the first step", lambda: self._window.page_name == "intake")

    def serve(self, citizen: Citizen, shown: Callable[[str], None] = lambda name: None) -> Script:
        """From wherever the open dossier stands to its printed receipt. `shown` is told what is worth a picture."""
        done = False
        while not done:
            step = self._screen().step()
            match step:
                case "identity":
                    yield from self._identity(citizen, shown)
                case "application":
                    yield from self._application_step(citizen, shown)
                case "papers":
                    yield from self._papers(shown)
                case "fee":
                    yield from self._fee(shown)
                case "receipt":
                    yield from self._receipt(shown)
                    view = self.view()
                    done = view is not None and all(count for _, _, count in view.receipt.prints)
            if not done and step != "receipt":
                yield from self._onwards(step)
        citizen.take_away()

    def _onwards(self, step: str) -> Script:
        for _ in range(4):
            if self._screen().step() != step:
                return
            yield self.press(Qt.Key.Key_Return)
            changed = Until(f"the step after {step}", lambda: self._screen().step() != step, 8.0)
            end = time.monotonic() + 2.0
            while not changed.true() and time.monotonic() < end:
                yield pause(0.05)
        yield Until(f"the step after {step}", lambda: self._screen().step() != step, 5.0)

    def _identity(self, citizen: Citizen, shown: Callable[[str], None]) -> Script:
        view = self.view()
        assert view is not None
        if view.status == "draft":
            there = next((field.value for field in view.identity.fields if field.name == "applicant.number"), "")
            yield from self.fill("applicant.number", citizen.number, there)
            if view.identity.badge is None or view.identity.badge.tone != "good":
                citizen.lay()
                yield self.until("a verified chip", _chip_verified)
            yield self.until("an answer about the register", lambda seen: seen.identity.register.tone != "calm")
            view = self.view()
            if view is not None and not view.identity.licences:
                yield from self._licence_by_hand(view, citizen)
            yield from self._face()
        yield pause(0.8)
        shown("identity")
        yield pause(0)

    def _face(self) -> Script:
        """Where there is a camera, the face is held against the chip's portrait."""
        desk = self._application.desk
        if desk is not None and desk.face.offered():
            yield Until("a live picture", self._screen().identity.camera.preview.is_live)
            yield self.press(Qt.Key.Key_F10)
            yield self.until("what the comparison said", lambda seen: seen.identity.face is not None)

    def _licence_by_hand(self, view: IntakeView, citizen: Citizen) -> Script:
        typed = {
            "licence.number": citizen.licence_number,
            "licence.class": citizen.licence_class,
            "licence.issued": citizen.licence_issued,
            "licence.expires": citizen.licence_expires,
        }
        values = {field.name: field.value for field in view.identity.fields}
        if values.get("licence.regime") != citizen.licence_regime:
            yield from self.tab_to("licence.regime")
            if citizen.licence_regime == "new":
                yield self.press(Qt.Key.Key_Down)
            yield self.press(Qt.Key.Key_Space)
        for name, text in typed.items():
            there = values.get(name, "")
            if text and there != _kept(text):
                yield from self.fill(name, text, there)
        yield pause(0.6)

    def _application_step(self, citizen: Citizen, shown: Callable[[str], None]) -> Script:
        view = self.view()
        assert view is not None
        if view.status == "draft":
            values = {field.name: field.value for field in view.application.fields}
            for choice in ("case", "wanted_class"):
                if choice in values and not values[choice]:
                    yield from self._choose_first(choice)
            yield from self.fill("applicant.phone", citizen.phone, values.get("applicant.phone", ""))
            if not values.get("pledge"):
                yield from self.tab_to("pledge")
                yield self.press(Qt.Key.Key_Space)
            yield from self._exceptions(shown)
            yield pause(0.6)
        shown("application")
        yield pause(0)

    def _choose_first(self, field: str) -> Script:
        """The first thing that can be chosen, by its digit."""
        yield from self.tab_to(field)
        yield self.press(Qt.Key.Key_1)
        yield self.until(f"the choice of {field}", partial(_is_chosen, field))

    def _exceptions(self, shown: Callable[[str], None]) -> Script:
        view = self.view()
        panels = self._screen().application.exceptions.panels
        for needed in view.application.exceptions if view is not None else ():
            panel = panels[needed.code]
            if needed.state == "needed":
                yield from self._tab_until("the reason", panel.reason.hasFocus)
                yield from self.type(self._reason)
                yield self.press(Qt.Key.Key_Return)
                yield self.until("the request", partial(_exception_is, needed.code, "asked"))
                yield pause(0.3)
                shown("exception")
                yield pause(0)
            if needed.state in ("needed", "asked"):
                user, password = self._supervisor
                yield from self._tab_until("the supervisor's name", panel.user.hasFocus)
                yield from self.type(user)
                yield self.press(Qt.Key.Key_Tab)
                yield from self.type(password)
                yield self.press(Qt.Key.Key_Return, CTRL)
                yield self.until("the decision", partial(_exception_is, needed.code, "granted"))
                yield pause(0.2)

    def _papers(self, shown: Callable[[str], None]) -> Script:
        view = self.view()
        assert view is not None
        while view is not None and view.status == "draft":
            missing = [line for line in view.papers.lines if line.required and not line.done]
            if not missing:
                break
            code, pages = missing[0].code, missing[0].pages
            self._screen().papers.focus_on(code)
            yield self.press(Qt.Key.Key_M if missing[0].can_mark and code == PORTRAIT else Qt.Key.Key_Space)
            yield self.until(f"the paper {code}", partial(_paper_further, code, pages), 90.0)
            view = self.view()
        yield self.until("every page made", lambda seen: not seen.papers.raw, 90.0)
        yield pause(0.8)
        shown("papers")
        yield pause(0)

    def _fee(self, shown: Callable[[str], None]) -> Script:
        view = self.view()
        assert view is not None
        if view.status == "draft" and not view.fee.paid:
            yield pause(0.2)
            yield self.press(Qt.Key.Key_4)
            yield pause(0.2)
            shown("fee")
            yield pause(0)
            yield self.press(Qt.Key.Key_Return)
            yield self.until("the fee taken", lambda seen: seen.fee.paid)
        yield pause(0.2)

    def _receipt(self, shown: Callable[[str], None]) -> Script:
        view = self.view()
        assert view is not None
        if not view.receipt.submitted:
            blocking = next((one for one in view.receipt.findings if one.blocking), None)
            yield self.press(Qt.Key.Key_Return)
            if blocking is not None:
                yield Until("the step that mends it", lambda: self._screen().step() != "receipt", 5.0)
                return
            yield self.until("the final code", lambda seen: seen.receipt.submitted)
            yield pause(0.3)
        view = self.view()
        if view is not None and not all(count for _, _, count in view.receipt.prints):
            yield self.press(Qt.Key.Key_Return)
            yield self.until(
                "the papers out of the printer", lambda seen: all(n for _, _, n in seen.receipt.prints), 90
            )
        yield pause(0.3)
        shown("receipt")
        yield pause(0)


def _kept(typed: str) -> str:
    """A text as the desk keeps it: a date in ISO form."""
    return "-".join(reversed(typed.split("/"))) if typed.count("/") == 2 else typed


def _chip_verified(view: IntakeView) -> bool:
    return view.identity.badge is not None and view.identity.badge.tone == "good"


def _is_chosen(name: str, view: IntakeView) -> bool:
    return all(field.value for field in view.application.fields if field.name == name)


def _exception_is(code: str, state: str, view: IntakeView) -> bool:
    return any(one.code == code and one.state == state for one in view.application.exceptions)


def _paper_further(code: str, pages: int, view: IntakeView) -> bool:
    """Done, or one page of it more, made: a card has another side."""
    line = next((one for one in view.papers.lines if one.code == code), None)
    return line is not None and (line.done or (line.pages > pages and not view.papers.raw))
