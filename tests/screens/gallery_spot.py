"""Pictures of decisions on the spot and of waits: `python -m tests.screens.gallery_spot OUT [vi|en] [WxH] [NAME]`.

What is said comes from the desk's own words; `QT_SCALE_FACTOR` means what it means to Qt.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from clerk_app.archiving.token_reading import token_fault
from clerk_app.desk.delivery import DeliveryReport
from clerk_app.desk.people import access_lost
from clerk_app.domain.exceptions import four_eyes
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.sign_in import MustWait, code_needed, second_factor_missing, token_needed
from clerk_app.second_factor import used_before
from clerk_app.store.known_users import pin_spent, pin_wrong, wrong_password
from tests.screens import gallery_lock, sample_intake
from tests.screens.gallery import settle
from tests.screens.gallery_outages import Bad, arranged, opened
from tests.screens.sample_desk import sample_app
from tests.screens.sample_tokens import PIN
from ui.screens.exceptions import ExceptionPanel
from ui.screens.intake import IntakeScreen
from ui.widgets.scrolling import Scrolling

CODE = "SANCTIONS_UNKNOWN"
PASSWORD = "practice"


# ---- a supervisor decides at the clerk's desk ---------------------------------------------------------------------


class Spot:
    """The clerk's dossier with a request that waits, and the panel where a supervisor decides it."""

    def __init__(self, size: tuple[int, int]) -> None:
        view = sample_intake.intake(step="application", form="exceptions")
        self.app, self.desk = sample_app(replace(view, opened_at=datetime.now(UTC) - timedelta(seconds=134)))
        self.desk.tokens.offered = True
        self.window = QWidget()
        self.window.setProperty("class", "window")
        self.screen = IntakeScreen(self.app, self.window)
        self.window.resize(*size)
        self.screen.resize(*size)
        self.screen.show_view(self.desk.current)
        self.window.show()
        self.window.activateWindow()
        self.screen.go_to("application")
        self.settle()

    @property
    def panel(self) -> ExceptionPanel:
        """Of the request that waits."""
        return self.screen.application.exceptions.panels[CODE]

    def settle(self, ms: int = 900) -> None:
        """Let results come home and the layout come to rest."""
        settle(QApplication.instance(), self.app.jobs.idle, ms)  # type: ignore[arg-type]

    def line(self, online: bool) -> None:
        """A delivery ended so."""
        self.app.bridge.delivered.emit(DeliveryReport(state="idle" if online else "offline"))

    def give(self, *, granted: bool = True, secret: str = PASSWORD, code: str = "", token: str = "") -> None:
        """The supervisor types their name, a secret and what else is asked for, and decides."""
        panel = self.panel
        panel.focus_first()
        panel.user.setText("supervisor")
        panel.password.setText(secret)
        panel.code_of_second.setText(code)
        panel.token_pin.setText(token)
        if not granted:
            panel.comment.set_value("Quyết định xử phạt chưa thi hành")
        panel.decide(granted)
        self.settle()

    def close(self) -> None:
        """Put it away."""
        for gate in self.desk.gates.values():
            gate.set()
        self.settle(200)
        self.app.jobs.close()
        self.window.deleteLater()


def _refused(refusal: Refusal, secret: str = PASSWORD) -> Callable[[Spot], None]:
    def made(at: Spot) -> None:
        at.desk.refuse["decide"] = refusal
        at.give(secret=secret)

    return made


def _offline(at: Spot, refusal: Refusal | None = None, secret: str = PASSWORD) -> None:
    at.line(False)
    if refusal is not None:
        _refused(refusal, secret)(at)
    at.panel.focus_first()


def _offline_evidence(at: Spot) -> None:
    _offline(at)
    at.settle()
    area = at.screen._areas["application"]
    assert isinstance(area, Scrolling)
    assert at.panel.evidence is not None
    area.bring_into_sight(at.panel.evidence.chip)


def _empty(at: Spot) -> None:
    at.panel.decide(True)


def _no_comment(at: Spot) -> None:
    at.panel.user.setText("supervisor")
    at.panel.password.setText(PASSWORD)
    at.panel.decide(False)


def _then_token(at: Spot) -> None:
    _refused(token_needed())(at)
    at.desk.tokens.says = token_fault("SIGN_PIN_WRONG_ONE_LEFT")
    at.give(token="9999")


def _busy(at: Spot) -> None:
    at.desk.wait_at("decide")
    at.give()


def _waited(at: Spot) -> None:
    _refused(MustWait(1))(at)
    at.settle(1_600)
    QTest.qWait(1_200)


SPOT: dict[str, Callable[[Spot], None]] = {
    "spot-ready": lambda at: at.panel.focus_first(),
    "spot-offline": _offline,
    "spot-offline-evidence": _offline_evidence,
    "spot-empty": _empty,
    "spot-no-comment": _no_comment,
    "spot-busy": _busy,
    "spot-code": _refused(code_needed()),
    "spot-code-or-token": _refused(code_needed(or_token=True)),
    "spot-code-used": _refused(used_before()),
    "spot-token": _refused(token_needed()),
    "spot-token-one-left": _then_token,
    "spot-none": _refused(second_factor_missing()),
    "spot-password-wrong": _refused(wrong_password(1)),
    "spot-offline-pin-wrong": lambda at: _offline(at, pin_wrong(2), "2581"),
    "spot-offline-pin-spent": lambda at: _offline(at, pin_spent(), "2581"),
    "spot-wait": _refused(MustWait(128)),
    "spot-wait-over": _waited,
    "spot-own": _refused(four_eyes()),
    "spot-lost": _refused(access_lost()),
}


# ---- somebody has to wait -----------------------------------------------------------------------------------------


def _sign_in(at: Bad, refusal: Refusal) -> None:
    at.begin()
    at.desk.sign_in.answer = refusal
    page = at.window.sign_in
    page.user.edit.setText(at.user)
    page.password.edit.setText("quên mất rồi")
    page.submit()
    at.settle(1_200)


def _helping(at: Bad) -> None:
    _sign_in(at, MustWait(128))
    QTest.keyClick(QApplication.focusWidget() or at.window, Qt.Key.Key_F4)
    at.settle(200)


def _helped(at: Bad, password: str = PASSWORD, wants: Refusal | None = None) -> None:
    _helping(at)
    at.desk.sign_in.wants = wants
    page = at.window.sign_in
    page.user.edit.setText("supervisor")
    page.password.edit.setText(password)
    page.submit()
    at.settle()


def _helped_empty(at: Bad) -> None:
    _helping(at)
    at.window.sign_in.submit()


def _helped_by_token(at: Bad) -> None:
    at.desk.tokens.offered = True
    _helped(at, wants=code_needed(or_token=True))
    token = at.window.sign_in.token
    assert token is not None
    token.edit.setText(PIN[:4])
    at.window.sign_in.submit()


def _locked(at: Bad, refusal: Refusal, typed: str = "quên mất rồi") -> None:
    page = gallery_lock.locked(at)
    at.desk.lock.answer = refusal
    page.secret.edit.setText(typed)
    page.submit()


def _over(give: Callable[[Bad, Refusal], None]) -> Callable[[Bad], None]:
    def made(at: Bad) -> None:
        give(at, MustWait(1))
        at.settle(2_000)

    return made


WAITS: dict[str, Callable[[Bad], None]] = {
    "wait-sign-in": lambda at: _sign_in(at, MustWait(128)),
    "wait-sign-in-over": _over(_sign_in),
    "wait-sign-in-wrong": lambda at: _sign_in(at, wrong_password(5)),
    "wait-help": _helping,
    "wait-help-empty": _helped_empty,
    "wait-help-wrong": lambda at: _helped(at, "nhầm"),
    "wait-help-code": lambda at: _helped(at, wants=code_needed()),
    "wait-help-token-wrong": _helped_by_token,
    "wait-help-done": _helped,
    "wait-lock": lambda at: _locked(at, MustWait(128)),
    "wait-lock-over": _over(_locked),
    "wait-lock-pin-wrong": lambda at: _locked(at, pin_wrong(1), "2581"),
    "wait-lock-pin-spent": lambda at: _locked(at, pin_spent(), "2581"),
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "lan", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state; of a decision on the spot the window scrolled to where it is decided."""
    for name, at in arranged(WAITS, out, language, size, only, _opening):
        at.settle()
        at.window.grab().save(str(out / f"{name}-{language}.png"))
    width, height = (int(part) for part in size.split("x"))
    for name, arrange in SPOT.items():
        if only in name:
            spot = Spot((width, height))
            arrange(spot)
            spot.settle()
            spot.window.grab().save(str(out / f"{name}-{language}.png"))
            spot.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
