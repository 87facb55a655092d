"""Who are you: the first page, its causes and remedies, and the way in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import MustWait, wrong_try
from tests.screens import sample
from tests.screens.sample_intake import intake
from tests.screens.shell_desk import Clerk, clerk

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
FULL = Refusal("STORE_DISK_FULL", Words("Ổ đĩa đầy.", "The disk is full."), Words("Xóa bớt tệp.", "Free some space."))
PHRASE = Refusal("KEY_WRONG", Words("Cụm mật khẩu không đúng.", "Wrong passphrase."), Words("Nhập lại.", "Again."))


def test_enter_goes_on_and_then_in(clerk: Open) -> None:
    someone = clerk().begin()
    page = someone.window.sign_in
    assert page.user.edit.hasFocus()
    someone.type("clerk")
    someone.key(Qt.Key.Key_Return)
    assert page.password.edit.hasFocus()
    someone.type("practice")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)
    assert "Nguyễn Thị Lan" in someone.texts()
    assert "Cán bộ tiếp nhận · Q04" in someone.texts()


def test_who_forgets_a_field_is_told_there(clerk: Open) -> None:
    someone = clerk().begin()
    page = someone.window.sign_in
    someone.key(Qt.Key.Key_Return)
    someone.key(Qt.Key.Key_Return)
    assert page.user.notice.headline.text() == "Chưa nhập tên đăng nhập."
    assert page.user.edit.hasFocus()
    someone.type("c")
    assert page.user.notice.isHidden()


def test_a_wrong_password_stands_beside_the_password_and_can_be_mended(clerk: Open) -> None:
    someone = clerk().begin().sign_in(password="sai")
    page = someone.window.sign_in
    someone.until(lambda: not page.password.notice.isHidden())
    assert page.password.notice.headline.text() == "Mật khẩu không đúng."
    assert "Caps Lock" in page.password.notice.remedy.text()
    assert page.user.notice.isHidden()
    assert page.password.edit.hasFocus()
    assert "Mật khẩu không đúng." in page.password.edit.accessibleDescription()
    someone.type("practice")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)


def test_a_cause_that_no_field_can_mend_stands_above(clerk: Open) -> None:
    someone = clerk()
    clock = Refusal(
        "CLOCK_SET_BACK", Words("Đồng hồ máy bị lùi.", "The clock was set back."), Words("Chỉnh.", "Mend it.")
    )
    someone.desk.sign_in.answer = clock
    someone.begin().sign_in()
    page = someone.window.sign_in
    someone.until(lambda: page.state.headline.text() == "Đồng hồ máy bị lùi.")
    assert page.password.notice.isHidden()


def test_the_window_lives_while_the_desk_opens_and_enter_is_remembered(clerk: Open) -> None:
    someone = clerk()
    gate = threading.Event()

    def slow(_passphrase: str) -> sample.SampleDesk:
        gate.wait(5)
        return someone.desk

    someone.opening = slow
    someone.begin().sign_in()
    page = someone.window.sign_in
    assert page.button.busy
    assert page.button.words() == "Đang mở sổ hồ sơ…"
    someone.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert page.button.words() == "Opening the journal…"
    gate.set()
    someone.until(lambda: someone.window.shell is not None)


def test_while_the_password_is_checked_a_second_enter_does_nothing(clerk: Open) -> None:
    someone = clerk()
    someone.desk.sign_in.wait = threading.Event()
    someone.begin().sign_in()
    page = someone.window.sign_in
    someone.until(lambda: page.button.words() == "Đang kiểm tra…")
    someone.key(Qt.Key.Key_Return)
    someone.desk.sign_in.wait.set()
    someone.until(lambda: someone.window.shell is not None)


def test_a_desk_that_cannot_be_opened_says_why_and_opens_again(clerk: Open) -> None:
    someone = clerk()
    answers: list[Refusal] = [FULL]

    def open_desk(_passphrase: str) -> sample.SampleDesk:
        if answers:
            raise answers.pop()
        return someone.desk

    someone.opening = open_desk
    someone.begin()
    page = someone.window.sign_in
    someone.until(lambda: page.state.headline.text() == "Ổ đĩa đầy.")
    assert page.button.words() == "Mở lại"
    someone.sign_in()
    someone.until(lambda: someone.window.shell is not None)


def test_a_fault_while_opening_names_a_reference_and_the_button_works_again(clerk: Open) -> None:
    someone = clerk()
    answers: list[Exception] = [KeyError("TRẦN MINH QUÂN")]

    def open_desk(_passphrase: str) -> sample.SampleDesk:
        if answers:
            raise answers.pop()
        return someone.desk

    someone.opening = open_desk
    someone.begin()
    page = someone.window.sign_in
    someone.until(lambda: "mã tham chiếu" in page.state.headline.text())
    assert "QUÂN" not in someone.texts()
    someone.sign_in()
    someone.until(lambda: someone.window.shell is not None)


def test_the_passphrase_is_asked_for_only_where_it_is_needed(clerk: Open) -> None:
    assert clerk().begin().window.sign_in.passphrase.isHidden()


def test_a_wrong_passphrase_stands_beside_the_passphrase(clerk: Open) -> None:
    someone = clerk(replace(sample.Peek(), passphrase_needed=True))

    def open_desk(passphrase: str) -> sample.SampleDesk:
        if passphrase != "đúng":
            raise PHRASE
        return someone.desk

    someone.opening = open_desk
    someone.begin()
    page = someone.window.sign_in
    assert page.passphrase.edit.hasFocus()
    someone.type("sai")
    someone.key(Qt.Key.Key_Return)
    someone.sign_in()
    someone.until(lambda: not page.passphrase.notice.isHidden())
    assert page.passphrase.notice.headline.text() == "Cụm mật khẩu không đúng."
    page.passphrase.edit.clear()
    page.passphrase.edit.setText("đúng")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)
    assert someone.passphrases == ["sai", "đúng"]


@pytest.mark.parametrize("code", ["SIGN_IN_WRONG", "SIGN_IN_WRONG_PASSWORD"])
def test_central_and_the_desk_call_a_wrong_password_by_different_names(clerk: Open, code: str) -> None:
    someone = clerk()
    someone.desk.sign_in.answer = Refusal(code, sample.WRONG.words, sample.WRONG.remedy)
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: not page.password.notice.isHidden())
    assert page.state.isHidden()


def test_no_line_is_said_calmly_and_only_then(clerk: Open) -> None:
    someone = clerk()
    someone.desk.lamps.shown = sample.lamps(online=False)
    someone.begin()
    page = someone.window.sign_in
    someone.until(lambda: page.state.headline.text() == "Đang không có mạng")
    assert page.button.isEnabled()
    other = clerk()
    other.begin()
    other.until(lambda: other.program.desk is not None and other.program.jobs.idle())
    assert other.window.sign_in.state.isHidden()


def test_a_desk_that_was_never_enrolled_says_what_to_do(clerk: Open) -> None:
    someone = clerk(replace(sample.Peek(), enrolled=False, practice=False)).begin()
    assert "chưa được ghi danh" in someone.texts()
    assert "clerk enrol" in someone.texts()
    assert not someone.window.sign_in.button.isEnabled()
    assert someone.passphrases == []


def test_practice_is_said_and_live_is_not(clerk: Open) -> None:
    assert "LUYỆN TẬP" in clerk().begin().texts()
    assert "LUYỆN TẬP" not in clerk(replace(sample.Peek(), practice=False)).begin().texts()


def test_what_was_left_open_by_a_crash_stands_there_again(clerk: Open) -> None:
    someone = clerk()
    someone.desk.intake.left_open = intake()
    someone.begin().sign_in()
    someone.until(lambda: someone.window.page_name == "intake")
    assert someone.shell.dossier == intake().dossier


def test_every_control_has_a_name(clerk: Open) -> None:
    someone = clerk().begin()
    fields = [edit for edit in someone.window.findChildren(QLineEdit) if edit.isVisible()]
    assert [edit.accessibleName() for edit in fields] == ["Tên đăng nhập", "Mật khẩu"]
    assert QApplication.focusWidget() is fields[0]


def test_a_damaged_desk_is_got_back_from_here(clerk: Open) -> None:
    """closed → damaged ─(button)→ salvaging → opening: what was lost is said, and the desk is open."""
    someone = clerk()
    damaged = Refusal("DATABASE_DAMAGED", Words("Kho hỏng.", "Damaged."), Words("Phục hồi.", "Get it back."))
    answers: list[Refusal] = [damaged]

    def opening(passphrase: str) -> sample.SampleDesk:
        if answers:
            raise answers.pop()
        return someone.desk

    def salvaging(passphrase: str, cancel: Callable[[], bool]) -> tuple[Words, ...]:
        return Words("Giữ lại được 7 mục.", "7 saved."), Words("Hồ sơ T-1: mất 1 mục.", "T-1: 1 lost.")

    someone.opening, someone.salvaging = opening, salvaging
    someone.begin()
    page = someone.window.sign_in
    someone.until(lambda: page.state.headline.text() == "Kho hỏng.")
    assert "Phục hồi dữ liệu" in page.button.accessibleName()
    assert "Nhấn nút dưới đây" in page.state.remedy.text(), "nobody is sent to a terminal"
    assert not page.user.isVisible()
    assert not page.password.isVisible()
    assert page.button.hasFocus()
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.state.headline.text() == "Giữ lại được 7 mục.")
    assert "Hồ sơ T-1: mất 1 mục." in page.state.remedy.text()
    someone.until(page.user.edit.hasFocus)
    someone.sign_in()
    someone.until(lambda: someone.window.shell is not None)


def test_who_closes_the_window_does_not_wait_until_central_was_asked_for_a_damaged_desk(clerk: Open) -> None:
    someone = clerk()
    damaged = Refusal("DATABASE_DAMAGED", Words("Kho hỏng.", "Damaged."), Words("Phục hồi.", "Get it back."))
    asking, over = threading.Event(), threading.Event()
    lanes: list[str] = []
    stopped: list[bool] = []

    def opening(_passphrase: str) -> sample.SampleDesk:
        raise damaged

    def salvaging(_passphrase: str, cancel: Callable[[], bool]) -> tuple[Words, ...]:
        lanes.append(threading.current_thread().name)
        asking.set()
        while not cancel() and not over.wait(0.01):
            pass
        stopped.append(cancel())
        return (Words("Giữ lại được 9 mục.", "9 saved."),)

    someone.opening, someone.salvaging = opening, salvaging
    someone.begin()
    page = someone.window.sign_in
    someone.until(lambda: page.state.headline.text() == "Kho hỏng.")
    someone.key(Qt.Key.Key_Return)
    someone.until(asking.is_set)
    someone.program.close()
    over.set()
    assert (lanes, stopped) == (["lane-network"], [True])


def test_a_code_is_asked_for_only_of_who_needs_one_and_the_password_stays(clerk: Open) -> None:
    """ready ─(Enter)→ checking ─(CODE_NEEDED)→ ready, with a field for the code and the caret in it."""
    someone = clerk()
    someone.desk.sign_in.code = "492039"
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.code is not None and page.code.edit.hasFocus())
    code = page.code
    assert code is not None
    assert (page.user.text(), page.password.text(), code.text()) == ("clerk", "practice", "")
    assert code.notice.headline.text() == "Cần mã xác thực 6 chữ số."
    assert code.notice.property("tone") == "calm", "nothing went wrong yet"
    assert page.password.notice.isHidden()
    assert page.state.isHidden()
    assert code.edit.accessibleName() == "Mã xác thực"
    someone.type("492 039")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)
    assert someone.desk.sign_in.asked == [("clerk", "practice", ""), ("clerk", "practice", "492 039")]


def test_a_wrong_code_is_emptied_and_typed_anew(clerk: Open) -> None:
    someone = clerk()
    someone.desk.sign_in.code = "492039"
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.code is not None and page.code.edit.hasFocus())
    code = page.code
    assert code is not None
    someone.key(Qt.Key.Key_Return)
    assert code.notice.headline.text() == "Chưa nhập mã xác thực."
    someone.type("111111")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: code.notice.headline.text() == "Mã không đúng.")
    assert (code.text(), code.notice.property("tone"), code.edit.hasFocus()) == ("", "bad", True)
    someone.type("492039")
    assert code.notice.isHidden()
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)


def test_somebody_else_is_not_asked_for_the_code_of_the_one_before(clerk: Open) -> None:
    someone = clerk()
    someone.desk.sign_in.code = "492039"
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.code is not None and page.code.edit.hasFocus())
    code = page.code
    assert code is not None
    someone.type("4920")
    page.user.edit.setFocus()
    page.user.edit.selectAll()
    someone.type("supervisor")
    assert code.isHidden()
    someone.desk.sign_in.code = ""
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)
    assert someone.desk.sign_in.asked[-1] == ("supervisor", "practice", "")


def test_nobody_is_shown_a_field_for_a_code_before_it_is_asked_for(clerk: Open) -> None:
    page = clerk().begin().window.sign_in
    assert page.code is None


def test_a_supervisor_ends_the_wait_right_there_and_nobody_is_signed_in_by_it(clerk: Open) -> None:
    """ready ─(SIGN_IN_WAIT)→ F4 ─→ ready for a supervisor ─(Enter)→ ready for who waited, their name there."""
    someone = clerk()
    someone.desk.sign_in.answer = MustWait(125)
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.state.remedy.text().startswith("Thử lại sau 2 phút 5 giây"))
    assert page.help is not None
    assert page.help.isVisible()
    someone.key(Qt.Key.Key_F4)
    assert page.title.text() == "Mở khóa cho clerk"
    assert (page.user.text(), page.password.text(), page.user.edit.hasFocus()) == ("", "", True)
    assert page.state.headline.text().startswith("Lãnh đạo phụ trách nhập tên và mật khẩu")
    someone.desk.sign_in.code = "492039"
    someone.sign_in("supervisor")
    someone.until(lambda: page.code is not None and page.code.edit.hasFocus())
    someone.desk.sign_in.code = ""
    someone.type("492039")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page.state.headline.text() == "Đã mở khóa.")
    assert someone.desk.sign_in.unlocked == [("clerk", "supervisor", ""), ("clerk", "supervisor", "492039")]
    assert (page.user.text(), page.password.text(), page.password.edit.hasFocus()) == ("clerk", "", True)
    assert page.title.text() == "Đăng nhập"
    assert page.help.isHidden()
    assert someone.window.shell is None
    someone.type("practice")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is not None)


def test_no_supervisor_after_all(clerk: Open) -> None:
    someone = clerk()
    someone.desk.sign_in.answer = MustWait(8)
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.help is not None and page.help.isVisible())
    someone.key(Qt.Key.Key_F4)
    someone.sign_in("supervisor", "sai")
    someone.until(lambda: not page.password.notice.isHidden())
    assert page.title.text() == "Mở khóa cho clerk", "still, until they are proven or give up"
    someone.key(Qt.Key.Key_Escape)
    assert (page.title.text(), page.user.text(), page.password.text()) == ("Đăng nhập", "clerk", "")
    assert page.password.notice.isHidden()
    assert page.button.words() == "Vào làm việc"


def test_a_wrong_password_that_brings_a_wait_counts_it_and_offers_the_supervisor(clerk: Open) -> None:
    someone = clerk()
    someone.desk.sign_in.answer = wrong_try("SIGN_IN_WRONG", sample.WRONG.words, 3)
    page = someone.begin().sign_in(password="sai").window.sign_in
    someone.until(lambda: not page.password.notice.isHidden())
    assert page.help is not None
    assert page.help.isVisible()
    someone.until(lambda: page.password.notice.headline.text() == "Đã hết thời gian chờ.")
    assert page.help.isHidden()
    someone.desk.sign_in.answer = wrong_try("SIGN_IN_WRONG", sample.WRONG.words, 2)
    page.submit()
    someone.until(lambda: page.password.notice.headline.text() == "Mật khẩu không đúng.")
    assert page.help.isHidden(), "two wrong ones make nobody wait"


def test_a_supervisor_is_offered_only_where_somebody_waits(clerk: Open) -> None:
    someone = clerk().begin().sign_in(password="sai")
    page = someone.window.sign_in
    someone.until(lambda: not page.password.notice.isHidden())
    assert page.help is None
    someone.key(Qt.Key.Key_F4)
    assert page.title.text() == "Đăng nhập"


def test_what_is_left_of_a_wait_is_counted_and_spoken_twice_only(clerk: Open) -> None:
    """Each second another remedy on the screen; a screen reader hears the first one and that it is over."""
    someone = clerk()
    someone.desk.sign_in.answer = MustWait(3)
    page = someone.begin().sign_in().window.sign_in
    seen: list[str] = []
    spoken: list[str] = []

    def over() -> bool:
        for told, text in ((seen, page.state.remedy.text()), (spoken, page.state.accessibleName())):
            if not page.state.isHidden() and text not in told:
                told.append(text)
        return page.state.headline.text() == "Đã hết thời gian chờ."

    someone.until(lambda: not page.state.isHidden() and page.state.remedy.text().startswith("Thử lại sau 3 giây"))
    assert page.state.remedy.accessibleName().startswith("Thử lại sau 3 giây")
    someone.until(over)
    assert [text.partition(",")[0] for text in seen[:3]] == [f"Thử lại sau {left} giây" for left in (3, 2, 1)]
    assert len(spoken) == 2
    assert page.help is not None
    assert page.help.isHidden(), "nothing is left to be lifted"
    assert page.state.property("tone") == "calm"


def test_a_wait_that_a_supervisor_ends_is_not_counted_any_more(clerk: Open) -> None:
    someone = clerk()
    someone.desk.sign_in.answer = MustWait(1)
    page = someone.begin().sign_in().window.sign_in
    someone.until(lambda: page.help is not None and page.help.isVisible())
    someone.key(Qt.Key.Key_F4)
    assert page._countdown is not None
    assert not page._countdown.isActive()
