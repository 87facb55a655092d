"""Somebody's access is taken away while they sit at the window.

a page of the work ── access lost ──> the sign-in page, which says why; nothing was written any more
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from clerk_app.desk.people import access_lost
from tests.screens.shell_desk import Clerk, clerk

__all__ = ["clerk"]
pytestmark = pytest.mark.window


def test_they_are_out_at_once_and_told_why(clerk: Callable[..., Clerk]) -> None:
    at = clerk().at_work()
    at.desk.delivery.report = replace(at.desk.delivery.report, signed_out=access_lost())
    at.key(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    at.until(lambda: at.window.shell is None)
    said = at.texts()
    assert "Tài khoản này đã bị khóa" in said
    assert "bản nháp vẫn được giữ" in said
    at.desk.delivery.report = replace(at.desk.delivery.report, signed_out=None)
    at.window.sign_in.focus_first()
    at.sign_in("clerk2")
    at.until(lambda: at.window.shell is not None and at.shell.current() is not None)
