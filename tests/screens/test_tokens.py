"""A person's token in the window: asked for where this desk reads tokens, slow or absent, and never in the way."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from clerk_app.archiving.token_reading import token_fault
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.sign_in import MustWait, code_needed, token_needed
from clerk_app.token_factor import other_token
from tests.screens.sample_tokens import PIN
from tests.screens.shell_desk import Clerk, clerk
from ui.screens.sign_in import Entry, SignIn

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]


def _asked(clerk: Open, wants: Refusal, offered: bool = True) -> tuple[Clerk, SignIn]:
    """Somebody whose password was right, and of whom more is wanted."""
    someone = clerk()
    someone.desk.tokens.offered = offered
    someone.desk.sign_in.wants = wants
    return someone, someone.begin().sign_in().window.sign_in


def _field(someone: Clerk, page: SignIn) -> Entry:
    someone.until(lambda: page.token is not None and not page.token.isHidden())
    assert page.token is not None
    return page.token


def test_a_token_is_asked_for_and_signs_for_coming_in(clerk: Open) -> None:
    """ready ─(Enter)→ checking ─(TOKEN_NEEDED)→ ready, with a field for the token's PIN ─(Enter)→ in."""
    someone, page = _asked(clerk, token_needed())
    field = _field(someone, page)
    assert field.edit.hasFocus()
    assert field.edit.echoMode() is QLineEdit.EchoMode.Password
    assert field.notice.headline.text() == "Cần token của bạn để xác thực."
    assert field.notice.property("tone") == "calm", "nothing went wrong yet"
    assert page.code is None
    someone.key(Qt.Key.Key_Return)
    assert field.notice.headline.text() == "Chưa nhập PIN của token."
    someone.type(PIN)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)
    assert someone.desk.tokens.asked == [("sign-in", "clerk", "")]
    assert someone.desk.sign_in.asked == [("clerk", "practice", ""), ("clerk", "practice", "token sign-in")]


def test_where_no_token_is_read_there_is_no_field_and_the_true_cause(clerk: Open) -> None:
    someone, page = _asked(clerk, token_needed(), offered=False)
    someone.until(lambda: not page.state.isHidden())
    assert page.token is None
    assert page.state.headline.text() == "Cần token của bạn để xác thực."
    assert "máy khác" in page.state.remedy.text()


@pytest.mark.parametrize("typed", ["code", "token"])
def test_whoever_has_both_takes_either(clerk: Open, typed: str) -> None:
    someone, page = _asked(clerk, code_needed(or_token=True))
    field = _field(someone, page)
    assert page.code is not None
    assert page.code.edit.hasFocus()
    if typed == "token":
        someone.key(Qt.Key.Key_Return)
        assert field.edit.hasFocus(), "Enter in the empty field goes on to the other one"
    someone.type(PIN if typed == "token" else "492039")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)
    assert someone.desk.sign_in.asked[-1][2] == ("token sign-in" if typed == "token" else "492039")


@pytest.mark.parametrize(
    ("says", "headline"),
    [
        (token_fault("SIGN_TOKEN_MISSING"), "Không thấy token."),
        (token_fault("SIGN_PIN_WRONG"), "PIN của token không đúng."),
        (token_fault("SIGN_PIN_WRONG_ONE_LEFT"), "PIN của token không đúng; còn 1 lần thử."),
        (token_fault("SIGN_PIN_LOCKED"), "Token đã khóa vì sai PIN."),
        (other_token(), "Token này không được đăng ký cho tài khoản."),
    ],
)
def test_what_is_wrong_with_a_token_stands_beside_its_pin_which_is_typed_anew(
    clerk: Open, says: Refusal, headline: str
) -> None:
    someone, page = _asked(clerk, token_needed())
    field = _field(someone, page)
    someone.desk.tokens.says = says
    someone.type(PIN)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: field.notice.headline.text() == headline)
    assert field.notice.remedy.text() == says.remedy.vi
    assert (field.text(), field.edit.hasFocus(), field.notice.property("tone")) == ("", True, "bad")
    assert page.password.text() == "practice", "the password was right and stays"
    someone.desk.tokens.says = None
    someone.type(PIN)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)


def test_a_token_that_does_not_come_is_waited_for_in_its_own_lane_until_esc(clerk: Open) -> None:
    someone, page = _asked(clerk, token_needed())
    field = _field(someone, page)
    gate, lanes = threading.Event(), []

    def slow() -> None:
        lanes.append(threading.current_thread().name)
        gate.wait(5)

    someone.desk.tokens.waits = slow
    someone.type(PIN)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: bool(lanes))
    assert lanes == ["lane-token"]
    assert "Đang chờ token" in page.button.accessibleName()
    someone.key(Qt.Key.Key_Escape)
    assert "Đang chờ token" not in page.button.accessibleName()
    assert page.button.isEnabled()
    gate.set()
    someone.until(someone.program.jobs.idle)
    assert someone.window.shell is None, "what it signed late lets nobody in"
    someone.desk.tokens.waits = lambda: None
    field.edit.setFocus()
    field.edit.selectAll()
    someone.type(PIN)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)


def test_somebody_else_is_not_asked_for_the_token_of_the_one_before(clerk: Open) -> None:
    someone, page = _asked(clerk, token_needed())
    field = _field(someone, page)
    page.user.edit.setFocus()
    page.user.edit.selectAll()
    someone.type("supervisor")
    assert field.isHidden()


def test_a_supervisor_ends_a_wait_by_token_for_that_very_person(clerk: Open) -> None:
    someone = clerk()
    someone.desk.tokens.offered = True
    someone.desk.sign_in.answer = MustWait(60)
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.help is not None and page.help.isVisible())
    someone.desk.sign_in.answer, someone.desk.sign_in.wants = None, token_needed()
    someone.key(Qt.Key.Key_F4)
    someone.type("supervisor")
    someone.key(Qt.Key.Key_Return)
    someone.type("practice")
    someone.key(Qt.Key.Key_Return)
    _field(someone, page)
    someone.type(PIN)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.state.headline.text() == "Đã mở khóa.")
    assert someone.desk.tokens.asked == [("unlock", "supervisor", "clerk")]
    assert someone.desk.sign_in.unlocked[-1] == ("clerk", "supervisor", "token unlock clerk")
