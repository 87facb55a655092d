"""Pictures of tokens at sign-in: `python -m tests.screens.gallery_tokens OUT [vi|en] [WxH] [NAME]`; scaled as Qt's."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from PySide6.QtWidgets import QApplication

from clerk_app.archiving.token_reading import token_fault
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.sign_in import code_needed, second_factor_missing, token_needed
from clerk_app.token_factor import other_token
from tests.screens.gallery_outages import Bad, arranged, opened
from tests.screens.sample_tokens import PIN


def _asked(at: Bad, wants: Refusal, offered: bool = True) -> None:
    at.desk.tokens.offered = offered
    at.desk.sign_in.wants = wants
    at.begin()
    page = at.window.sign_in
    page.user.edit.setText(at.user)
    page.password.edit.setText("practice")
    page.submit()
    at.settle(700)


def _said(at: Bad, says: Refusal) -> None:
    _asked(at, token_needed())
    at.desk.tokens.says = says
    _typed(at)


def _typed(at: Bad) -> None:
    token = at.window.sign_in.token
    assert token is not None
    token.edit.setText(PIN)
    at.window.sign_in.submit()


def _waiting(at: Bad) -> None:
    _asked(at, token_needed())
    gate = threading.Event()
    at.desk.tokens.waits = lambda: gate.wait(2)
    _typed(at)


STATES: dict[str, Callable[[Bad], None]] = {
    "token-asked": lambda at: _asked(at, token_needed()),
    "token-either": lambda at: _asked(at, code_needed(or_token=True)),
    "token-no-reader": lambda at: _asked(at, token_needed(), offered=False),
    "token-neither": lambda at: _asked(at, second_factor_missing()),
    "token-waiting": _waiting,
    "token-missing": lambda at: _said(at, token_fault("SIGN_TOKEN_MISSING")),
    "token-one-left": lambda at: _said(at, token_fault("SIGN_PIN_WRONG_ONE_LEFT")),
    "token-locked": lambda at: _said(at, token_fault("SIGN_PIN_LOCKED")),
    "token-other": lambda at: _said(at, other_token()),
}


def _opening(application: QApplication, size: tuple[int, int], name: str) -> AbstractContextManager[Bad]:
    return opened(application, size, "clerk", Bad)


def main(out: Path, language: str = "vi", size: str = "1280x800", only: str = "") -> None:
    """One PNG per state."""
    for name, at in arranged(STATES, out, language, size, only, _opening):
        at.settle(100 if name.endswith("waiting") else 700)
        at.window.grab().save(str(out / f"{name}-{language}.png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
