"""Pictures of lock, PIN and code: `python -m tests.screens.gallery_lock OUT [vi|en] [WxH] [NAME]`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from clerk_app.desk.people import access_lost
from clerk_app.domain.refusals import Refusal
from clerk_app.store.known_users import clock_set_back
from tests.screens import sample
from tests.screens.gallery_outages import Bad, arranged, opened
from ui.locking import Locking, unsaved
from ui.screens.lock import LockPage

CTRL_ALT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def locked(at: Bad) -> LockPage:
    at.begin()
    at.window.sign_in.user.edit.setText(at.user)
    at.window.sign_in.password.edit.setText("practice")
    at.window.sign_in.submit()
    at.settle(1_500)
    at.window.lock()
    at.settle()
    page = locking(at).page
    assert page is not None
    return page


def locking(at: Bad) -> Locking:
    """The lock of its window."""
    assert at.program._locking is not None
    return at.program._locking


def _ready(at: Bad) -> None:
    locked(at)


def _give(at: Bad, refusal: Refusal) -> None:
    page = locked(at)
    at.desk.lock.answer = refusal
    page.secret.edit.setText("quên mất rồi")
    page.submit()


def _checking(at: Bad) -> None:
    page = locked(at)
    gate = threading.Event()
    at.desk.lock.unlock = lambda secret: str(gate.wait(2))  # type: ignore[method-assign]
    page.secret.edit.setText("practice")
    page.submit()
    at.settle(300)


def _scanned(at: Bad) -> None:
    locked(at).scanned()


def _empty(at: Bad) -> None:
    locked(at).submit()


def _other(at: Bad) -> None:
    locked(at)
    locking(at)._ask_other()


def _other_unsaved(at: Bad) -> None:
    _other(at)
    at.window.sign_in.refused(unsaved())


def _code(at: Bad, typed: str = "") -> None:
    at.begin()
    at.desk.sign_in.code = "492039"
    page = at.window.sign_in
    page.user.edit.setText(at.user)
    page.password.edit.setText("practice")
    page.submit()
    at.settle(1_200)
    if typed and page.code is not None:
        page.code.edit.setText(typed)
        page.submit()


def _pin(at: Bad, *typed: str) -> None:
    locked(at)
    locking(at).page.secret.edit.setText("practice")  # type: ignore[union-attr]
    locking(at).page.submit()  # type: ignore[union-attr]
    at.settle(1_200)
    QTest.keyClick(QApplication.focusWidget() or at.window, Qt.Key.Key_P, CTRL_ALT)
    at.settle()
    for text in typed:
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit)
        field.setText(text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        at.settle(500)


STATES: dict[str, Callable[[Bad], None]] = {
    "lock-ready": _ready,
    "lock-empty": _empty,
    "lock-checking": _checking,
    "lock-wrong": lambda at: _give(at, sample.WRONG),
    "lock-clock": lambda at: _give(at, clock_set_back()),
    "lock-scanned": _scanned,
    "lock-other": _other,
    "lock-other-unsaved": _other_unsaved,
    "lock-access-lost": lambda at: _give(at, access_lost()),
    "sign-in-code": _code,
    "sign-in-code-wrong": lambda at: _code(at, "123456"),
    "pin": _pin,
    "pin-wrong": lambda at: _pin(at, "practice", "2580", "2581"),
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "clerk", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle(100 if name.endswith("checking") else 700)
        at.window.grab().save(str(out / f"{name}-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
