"""A scanner that types: told from a person by its speed and framing, wherever the focus is, and kept out of the field.

State of the filter, one key at a time:

    calm --printable key--> holding --next key within 40 ms--> holding --Enter or Tab after >= 8 fast keys--> scanned
                               |                                                                           (keys kept)
                               +--40 ms of silence, or any other key--> the held keys are replayed, in order --> calm

So a person's key reaches the field at most `HOLD_MS` later, and none is lost. Once `QUIETEN_AFTER` keys came at a
scanner's speed the input method is switched off until the end of the burst, so that Telex does not turn `dd` into `đ`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from statistics import median

from PySide6.QtCore import QCoreApplication, QElapsedTimer, QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QInputMethodQueryEvent, QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

HOLD_MS = 40
MEDIAN_MS = 35
SURE_KEYS, SURE_MS, SURE_HOLD_MS = 4, 15, 400
DEAF_MS = 150
BUSY_MS, GRACE_MS = 10, 15
SHORTEST = 8
QUIETEN_AFTER = 5
LONGEST = 4096
_WHETHER = Qt.InputMethodQuery.ImEnabled | Qt.InputMethodQuery.ImHints
"""What is asked when the input method is told to look again."""
_SHIFTS = (Qt.Key.Key_Shift, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock)
ENDS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_HELD_BACK = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def _is_end(event: QKeyEvent) -> bool:
    """Enter, Tab, or the line feed that some scanners send as a key of its own."""
    return event.key() in ENDS or event.text() in ("\r", "\n")


def _is_letters(typed: str) -> bool:
    """Whether a key wrote something; garbled letters are often no printable ones, so only control codes are none."""
    return bool(typed) and all(letter >= " " and letter != "\x7f" for letter in typed)


@dataclass(frozen=True, slots=True)
class Framing:
    """What a scanner was set to send before and after the text; empty when it sends the text and Enter only."""

    prefix: str = ""
    suffix: str = ""

    def unframed(self, text: str) -> str | None:
        """The text without its frame, or None if the frame is not there."""
        if not text.startswith(self.prefix) or not text.endswith(self.suffix):
            return None
        return text[len(self.prefix) : len(text) - len(self.suffix)]


@dataclass(slots=True)
class _Burst:
    """What is held back and how fast it came.

    Until the input method is switched off, keys and what it makes of them come in their order. From then on it only
    sends what it had already been given: that belongs before every key that comes meanwhile.
    """

    events: list[tuple[QObject, QEvent]] = field(default_factory=list)
    open_syllable: str = ""
    """What a person had begun in the input method; it is no part of what follows."""
    keys: int = 0
    before: str = ""
    preedit: str = ""
    after: str = ""
    quiet: bool = False
    composed: bool = False
    ended: QKeyEvent | None = None
    gaps: list[int] = field(default_factory=list)
    stamp_ms: int = 0
    """The keyboard's clock at the last key; 0 after an input method spoke, which has none."""
    arrived_ms: int = 0

    @property
    def text(self) -> str:
        """Everything so far, an open syllable too."""
        return self.before + self.preedit + self.after

    def typed(self, text: str) -> None:
        """A key wrote this."""
        self.keys += 1
        if self.quiet:
            self.after += text
        else:
            self.before, self.preedit = self.before + self.preedit + text, ""

    def compose(self, event: QInputMethodEvent) -> None:
        """The input method wrote this."""
        self.composed = True
        # One key may commit a text and clear the syllable: it is counted once.
        self.keys += bool(event.commitString() or event.preeditString())
        committed, preedit = event.commitString(), event.preeditString()
        if not self.before:
            committed, preedit = committed.removeprefix(self.open_syllable), preedit.removeprefix(self.open_syllable)
        self.before += committed
        self.preedit = preedit

    def hold_ms(self) -> int:
        """How long the next key may take: nobody types like the beginning of a scan, so a busy computer gets time."""
        sure = self.keys >= SURE_KEYS and median(self.gaps or [HOLD_MS]) <= SURE_MS
        return SURE_HOLD_MS if sure else HOLD_MS

    def is_scan(self, framing: Framing) -> bool:
        """Whether no person types like this: long and fast, or between the frame that the scanner was set to."""
        if framing.prefix or framing.suffix:
            return framing.unframed(self.text) is not None and len(self.text) > len(framing.prefix) + len(
                framing.suffix
            )
        return min(len(self.text), self.keys) >= SHORTEST and median(self.gaps) <= MEDIAN_MS


class Wedge(QObject):
    """Listens to every key of the application; `scanned` brings a whole text (NFC), which no field has seen."""

    scanned = Signal(str)

    def __init__(self, parent: QObject | None = None, framing: Framing | None = None) -> None:
        super().__init__(parent)
        self.framing = framing or Framing()
        self._burst = _Burst()
        self._swallow_release: set[int] = set()
        self._replaying = False
        self._just_ended = -HOLD_MS - 1
        self._deaf_until_ms = 0
        self._shown_preedit = ""
        self._passed: tuple[QEvent.Type, int, int, int] | None = None
        self._off = False
        self._object: QObject | None = None
        self._window: QObject | None = None
        self._clock = QElapsedTimer()
        self._clock.start()
        self._silence = QTimer(self)
        self._silence.setSingleShot(True)
        self._silence.setTimerType(Qt.TimerType.PreciseTimer)
        self._silence.setInterval(HOLD_MS)
        self._silence.timeout.connect(self._timed_out)
        self._louder = QTimer(self)
        self._louder.setSingleShot(True)
        self._louder.timeout.connect(self._loud_again)
        self._graced = False
        self._armed_ms = 0

    def install(self, application: QGuiApplication) -> None:
        """Begin to listen: to the window and to whatever in it has the focus, where keys and input methods arrive.

        A filter on the whole application would be asked about every event of every widget, thousands for a new page.
        """
        application.focusObjectChanged.connect(self._watch_object)
        application.focusWindowChanged.connect(self._watch_window)
        self._watch_window(application.focusWindow())
        self._watch_object(application.focusObject())

    def uninstall(self, application: QGuiApplication) -> None:
        """Stop listening. Keys still held back were meant for a page that goes."""
        self._silence.stop()
        self._burst = _Burst()
        self._loud()
        application.focusObjectChanged.disconnect(self._watch_object)
        application.focusWindowChanged.disconnect(self._watch_window)
        self._watch_window(None)
        self._watch_object(None)

    @Slot(QObject)
    def _watch_object(self, focused: QObject | None) -> None:
        self._object = self._watched_instead(self._object, focused)

    @Slot(QObject)
    def _watch_window(self, focused: QObject | None) -> None:
        if self._burst.events and focused is not self._window:
            self.flush()
        self._window = self._watched_instead(self._window, focused)

    def _watched_instead(self, before: QObject | None, now: QObject | None) -> QObject | None:
        if before is not None and before is not now and isValid(before):
            before.removeEventFilter(self)
        if now is not None:
            now.installEventFilter(self)
        return now

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold back, replay or let through; True keeps an event from its receiver."""
        kind = event.type()
        if self._replaying:
            return False
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._pressed(watched, event)
        if kind == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._released(watched, event)
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._override(event)
        if kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            return self._composed(watched, event)
        if kind == QEvent.Type.InputMethodQuery and isinstance(event, QInputMethodQueryEvent):
            return self._answer(event)
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.WindowDeactivate) and self._burst.events:
            self.flush()
        return False

    def flush(self) -> None:
        """It was a person: hand the held keys to those they were meant for, in order."""
        self._silence.stop()
        burst, self._burst = self._burst, _Burst()
        self._loud()
        for _, event in burst.events:
            if isinstance(event, QInputMethodEvent):
                self._shown_preedit = event.preeditString()
        self._replaying = True
        try:
            for receiver, event in burst.events:
                target = QApplication.focusWidget() if isinstance(receiver, QWindow) else receiver
                if isValid(target or receiver):
                    QCoreApplication.sendEvent(target or receiver, event)
        finally:
            self._replaying = False

    def _timed_out(self) -> None:
        """Silence, or a window that was busy: then what waits in its queue comes first."""
        late_ms = self._clock.elapsed() - self._armed_ms - self._silence.interval()
        if late_ms > BUSY_MS and not self._graced:
            self._graced = True
            self._silence.start(GRACE_MS)
        else:
            self._fell_silent()

    def _arm(self, wait_ms: int) -> None:
        self._graced = False
        self._armed_ms = self._clock.elapsed()
        self._silence.start(wait_ms)

    def _fell_silent(self) -> None:
        ended = self._burst.ended
        if ended is not None:
            self._recognised(ended)
        else:
            self.flush()

    # ---- one event ----------------------------------------------------------------------------------------------

    def _pressed(self, watched: QObject, event: QKeyEvent) -> bool:
        if self._seen(watched, event):
            return False
        if self._burst.ended is not None:
            self._fell_silent()
        if _is_end(event) and not event.modifiers() & _HELD_BACK:
            return self._ended(watched, event)
        if self.framing.suffix and not event.isAutoRepeat() and self._closes(event):
            return self._finish(event)
        if self._burst.events and (event.key() in _SHIFTS or self._is_alt_code(event)):
            self._burst.events.append((watched, event.clone()))
            return True
        typed = event.text()
        if event.isAutoRepeat() or not _is_letters(typed) or event.modifiers() & _HELD_BACK:
            self._let_through(watched, event)
            return False
        self._hold(watched, event, typed)
        return True

    def _released(self, watched: QObject, event: QKeyEvent) -> bool:
        if event.key() in self._swallow_release and not event.isAutoRepeat():
            self._swallow_release.discard(event.key())
            return True
        if self._burst.events and not self._seen(watched, event):
            self._burst.events.append((watched, event.clone()))
            return True
        return False

    def _override(self, event: QKeyEvent) -> bool:
        """In the middle of a scan no key is a shortcut."""
        fast = self._burst.keys >= (SHORTEST if _is_end(event) else 3)
        if fast and not event.modifiers() & _HELD_BACK:
            event.accept()
            return True
        return False

    def _is_alt_code(self, event: QKeyEvent) -> bool:
        """In the middle of a scan, Alt and the digits with which a scanner enters a letter on Windows."""
        if self._burst.keys < 3:
            return False
        digit = event.modifiers() & Qt.KeyboardModifier.KeypadModifier and event.text().isdigit()
        return event.key() == Qt.Key.Key_Alt or bool(digit and event.modifiers() & Qt.KeyboardModifier.AltModifier)

    def _composed(self, watched: QObject, event: QInputMethodEvent) -> bool:
        """An input method spoke: of a person's syllable at their speed, or of every key that a scanner typed."""
        if self._clock.elapsed() < self._deaf_until_ms:
            return True
        if not event.commitString() and not event.preeditString() and not self._burst.composed:
            # It clears a syllable, or only paints.
            self._shown_preedit = ""
            return False
        if self._burst.keys < 3 and self._shown_preedit and event.commitString() == self._shown_preedit:
            # The open syllable is finished because the caret goes elsewhere: who asked for it waits for it.
            if self._burst.events:
                self.flush()
            self._shown_preedit = ""
            return False
        self._hold(watched, event, "")
        return True

    # ---- the burst ----------------------------------------------------------------------------------------------

    def _hold(self, watched: QObject, event: QKeyEvent | QInputMethodEvent, typed: str) -> None:
        burst = self._burst
        gap_ms = self._gap_ms(event)
        late = self._by_keyboard(event) and gap_ms > burst.hold_ms()
        if burst.events and (late or len(burst.text) > LONGEST):
            self.flush()
            burst = self._burst
        if not burst.events:
            burst.open_syllable = self._shown_preedit
            burst.quiet = self._off
        elif typed or not isinstance(event, QInputMethodEvent) or event.commitString() or event.preeditString():
            burst.gaps.append(gap_ms)
        burst.stamp_ms = event.timestamp() if isinstance(event, QKeyEvent) else 0
        burst.arrived_ms = self._clock.elapsed()
        if isinstance(event, QInputMethodEvent):
            burst.compose(event)
        else:
            burst.typed(typed)
        burst.events.append((watched, event.clone()))
        if burst.keys >= QUIETEN_AFTER and not burst.quiet:
            burst.quiet = True
            self._quieten()
        self._arm(HOLD_MS if burst.ended is not None else burst.hold_ms())

    def _closes(self, event: QKeyEvent) -> bool:
        return bool(self._burst.text) and (self._burst.text + event.text()).endswith(self.framing.suffix)

    def _finish(self, event: QKeyEvent) -> bool:
        before = self._burst.after, self._burst.before
        self._burst.typed(event.text())
        if self._burst.is_scan(self.framing):
            return self._recognised(event)
        self._burst.after, self._burst.before = before
        return False

    def _ended(self, watched: QObject, event: QKeyEvent) -> bool:
        if not self._burst.events and 0 <= self._when(event) - self._just_ended <= HOLD_MS:
            # A scanner that ends with CR and LF sends two ends.
            self._swallow_release.add(event.key())
            return True
        late = self._by_keyboard(event) and self._gap_ms(event) > self._burst.hold_ms()
        if not late and self._burst.is_scan(self.framing):
            if not self._burst.composed:
                return self._recognised(event)
            # The input method may still owe an answer to the first keys.
            self._burst.ended = event.clone()
            self._arm(HOLD_MS)
            return True
        self._let_through(watched, event)
        return False

    def _recognised(self, event: QKeyEvent) -> bool:
        self._silence.stop()
        self._just_ended = self._when(event)
        burst, self._burst = self._burst, _Burst()
        self._swallow_release = {held.key() for _, held in burst.events if isinstance(held, QKeyEvent)} | {event.key()}
        for _, held in burst.events:
            if held.type() == QEvent.Type.KeyRelease and isinstance(held, QKeyEvent):
                self._swallow_release.discard(held.key())
        deaf = self._clock.elapsed() < self._deaf_until_ms
        if burst.composed:
            self._deaf_until_ms = self._clock.elapsed() + DEAF_MS
        if burst.composed or deaf:
            # The next line of a zone may follow at once: it shall not meet an input method that is not heard.
            self._louder.start(DEAF_MS)
        else:
            self._loud()
        if burst.composed:
            # What the input method keeps of the scan is no beginning of a person's syllable.
            QGuiApplication.inputMethod().reset()
            self._give_back(burst)
        text = self.framing.unframed(burst.text)
        # Only composed: a blank may be half of a letter that a code page garbled.
        self.scanned.emit(unicodedata.normalize("NFC", burst.text if text is None else text).strip(" \t"))
        return True

    def _give_back(self, burst: _Burst) -> None:
        """A person's open syllable, which the scanner typed on to."""
        receiver = next(receiver for receiver, event in burst.events if isinstance(event, QInputMethodEvent))
        if burst.open_syllable and isValid(receiver):
            finished = QInputMethodEvent()
            finished.setCommitString(burst.open_syllable)
            self._replaying = True
            try:
                QCoreApplication.sendEvent(receiver, finished)
            finally:
                self._replaying = False
        self._shown_preedit = ""

    def _let_through(self, watched: QObject, event: QKeyEvent) -> None:
        """Not a key to hold: what is held goes first."""
        if self._burst.events:
            self.flush()
        self._swallow_release.discard(event.key())
        self._passed = self._mark(watched, event)

    # ---- the same key on its way from the window to a widget and up to its parents --------------------------------

    def _mark(self, watched: QObject, event: QKeyEvent) -> tuple[QEvent.Type, int, int, int]:
        return (event.type(), event.key(), event.timestamp(), id(watched))

    def _seen(self, watched: QObject, event: QKeyEvent) -> bool:
        """Whether this key was let through a moment ago and is only travelling on."""
        if self._passed is None or self._passed[:3] != (event.type(), event.key(), event.timestamp()):
            return False
        return event.timestamp() != 0 and self._passed[3] != id(watched)

    def _gap_ms(self, event: QKeyEvent | QInputMethodEvent) -> int:
        """Milliseconds since the last key of the burst; by the keyboard's own clock where there is one, so that a busy
        moment of the window does not make a person look fast."""
        burst = self._burst
        if isinstance(event, QKeyEvent) and self._by_keyboard(event):
            return max(0, event.timestamp() - burst.stamp_ms)
        return self._clock.elapsed() - burst.arrived_ms

    def _by_keyboard(self, event: QKeyEvent | QInputMethodEvent) -> bool:
        """Whether the keyboard's clock tells the gap; else the silence ends a burst, not the time of arrival."""
        return isinstance(event, QKeyEvent) and bool(event.timestamp() and self._burst.stamp_ms)

    def _when(self, event: QKeyEvent) -> int:
        """Milliseconds at which the key was struck."""
        return event.timestamp() or self._clock.elapsed()

    # ---- the input method -----------------------------------------------------------------------------------------

    def _quieten(self) -> None:
        """From now on keys come as they are; what the input method was given already it still answers."""
        self._off = True
        QGuiApplication.inputMethod().update(Qt.InputMethodQuery.ImEnabled)

    def _loud_again(self) -> None:
        if self._burst.events:
            self._louder.start(DEAF_MS)
        else:
            self._loud()

    def _loud(self) -> None:
        self._louder.stop()
        if self._off:
            self._off = False
            QGuiApplication.inputMethod().update(Qt.InputMethodQuery.ImEnabled)

    def _answer(self, event: QInputMethodQueryEvent) -> bool:
        """Whoever has the focus wants no input method in the middle of a scan. (Fields do not ask their attribute.)"""
        asked = event.queries()
        if not self._off or not asked & Qt.InputMethodQuery.ImEnabled or asked & ~_WHETHER:
            return False
        event.setValue(Qt.InputMethodQuery.ImEnabled, False)
        return True
