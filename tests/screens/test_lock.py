"""The lock: nothing to be seen, nothing to be reached, and everything exactly as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QScrollArea, QWidget

from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.sign_in import MustWait, code_needed
from tests.screens import sample
from tests.screens.sample_intake import intake
from tests.screens.scanner_keys import scan_keys
from tests.screens.shell_desk import Clerk, clerk
from ui import texts, theme
from ui.behind import UNLISTED
from ui.locking import Locking
from ui.screens.lock import LockPage
from ui.screens.queue import QueueScreen
from ui.session_lock import WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK, Deaf, means_locked
from ui.widgets.inputs import TextInput
from ui.widgets.overlay import KeySheet

__all__ = ["clerk"]
pytestmark = pytest.mark.window
Open = Callable[..., Clerk]
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
GONE = Refusal("USER_INACTIVE", Words("Tài khoản này đã bị khóa.", "This account is closed."), Words("Hỏi.", "Ask."))
WAIT = Refusal("SIGN_IN_WAIT", Words("Đã nhập sai nhiều lần.", "Too many."), Words("Đợi 8 giây.", "Wait 8 seconds."))
CLOCK = Refusal("CLOCK_SET_BACK", Words("Đồng hồ máy bị lùi.", "The clock is behind."), Words("Chỉnh.", "Mend it."))


class Times:
    """Two clocks that a test sets."""

    def __init__(self) -> None:
        self.monotonic = 1_000.0
        self.wall = 1_700_000_000.0

    def go(self, seconds: float) -> None:
        self.monotonic += seconds
        self.wall += seconds


@pytest.fixture
def quiet_caret(qapp: QApplication) -> Iterator[None]:
    before = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    yield
    qapp.setCursorFlashTime(before)


def locking(someone: Clerk) -> Locking:
    found = someone.program._locking
    assert found is not None
    return found


def page(someone: Clerk) -> LockPage:
    found = locking(someone).page
    assert found is not None
    return found


def at_a_dossier(someone: Clerk) -> Clerk:
    """Signed in, a dossier in front, everything it needs built."""
    someone.desk.intake.left_open = intake()
    someone.at_work()
    someone.until(lambda: someone.window.intake is not None and someone.window.intake.dossier() is not None)
    someone.until(lambda: someone.shell._prepared.over)
    someone.until(lambda: someone.program._wedge is not None)
    return someone


def lock(someone: Clerk) -> LockPage:
    someone.key(Qt.Key.Key_L, CTRL | ALT)
    someone.until(lambda: locking(someone).is_locked and someone.desk.lock.told[-1:] == ["locked"])
    someone.until(lambda: locking(someone)._written)
    return page(someone)


def unlock(someone: Clerk, secret: str = "practice") -> None:
    page(someone).secret.edit.setText(secret)
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: not locking(someone).is_locked)


def field(someone: Clerk, name: str) -> QLineEdit:
    found = someone.window.findChild(QLineEdit, name)
    assert found is not None
    return found


def told_to_readers(widget: QWidget) -> str:
    """Every name, value and description that a screen reader can come to from here."""

    def walk(place: QAccessibleInterface) -> Iterator[str]:
        for kind in (QAccessible.Text.Name, QAccessible.Text.Value, QAccessible.Text.Description):
            yield place.text(kind)
        for number in range(place.childCount()):
            if (child := place.child(number)) is not None:
                yield from walk(child)

    root = QAccessible.queryAccessibleInterface(widget)
    return "\n".join(text for text in walk(root) if text)


def picture(someone: Clerk) -> QImage:
    QApplication.sendPostedEvents()
    return someone.window.grab().toImage()


def test_caret_selection_undo_and_half_a_value_are_where_they_were(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    intake_page = someone.window.intake
    assert intake_page is not None
    someone.window.resize(960, 500)
    intake_page.go_to("application")
    phone = field(someone, "applicant.phone")
    phone.setFocus()
    phone.clear()
    someone.type("0912 34")
    QTest.keyClick(phone, Qt.Key.Key_Left)
    phone.setSelection(2, 3)
    before = (phone.text(), phone.selectedText(), phone.cursorPosition(), phone.isUndoAvailable())
    area = intake_page._areas["application"]
    assert isinstance(area, QScrollArea)
    bar = area.verticalScrollBar()
    someone.until(lambda: bar.maximum() > 100)
    for end in (0, bar.maximum()):
        if not phone.visibleRegion().isEmpty():
            bar.setValue(end)
    scrolled = bar.value()
    assert phone.visibleRegion().isEmpty(), "the caret was scrolled out of sight"
    left: list[str] = []
    intake_page.application.form.left.connect(left.append)
    lock(someone)
    assert not someone.shell.isVisible()
    assert page(someone).secret.edit.hasFocus()
    someone.until(lambda: any("applicant.phone" in sent for sent in someone.desk.intake.entered))
    unlock(someone)
    assert QApplication.focusWidget() is phone
    assert (phone.text(), phone.selectedText(), phone.cursorPosition(), phone.isUndoAvailable()) == before
    QApplication.processEvents()
    assert bar.value() == scrolled
    assert left == [], "the field does not know that it was left"
    QTest.keyClick(phone, Qt.Key.Key_Z, CTRL)
    assert phone.text() != before[0]


def test_a_value_that_comes_behind_leaves_the_caret_with_its_letters(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    assert someone.window.intake is not None
    someone.window.intake.go_to("application")
    phone = field(someone, "applicant.phone")
    assert isinstance(phone, TextInput)
    phone.setFocus()
    phone.setText("0912")
    phone.setCursorPosition(3)
    lock(someone)
    phone.set_value("0912345678")
    unlock(someone)
    assert (phone.text(), phone.cursorPosition()) == ("0912 345 678", 3)


def test_nothing_of_the_dossier_is_to_be_seen_or_told(clerk: Open, quiet_caret: None) -> None:
    someone = at_a_dossier(clerk())
    name, number = "TRẦN MINH QUÂN", "001090012345"
    assert number in told_to_readers(someone.window)
    title = someone.window.windowTitle()
    lock(someone)
    assert name not in someone.texts()
    told = told_to_readers(someone.window)
    for secret in (name, number, someone.shell.dossier.hex if someone.shell.dossier else ""):
        assert secret not in told
    assert "Quầy đang khóa" in told
    assert someone.window.windowTitle() == title == texts.t("shell.title")
    assert not any(part.toolTip() for part in someone.window.findChildren(QWidget) if part.isVisible())
    unlock(someone)
    assert number in told_to_readers(someone.window)
    assert someone.shell.objectName() != UNLISTED


def test_two_dossiers_and_the_list_look_the_same_behind_the_lock(clerk: Open, quiet_caret: None) -> None:
    pictures = []
    for number in range(3):
        someone = clerk()
        if number < 2:
            someone.desk.intake.left_open = intake(step=("identity", "fee")[number])
            someone.at_work()
            someone.until(lambda one=someone: one.window.intake is not None)
        else:
            someone.at_work()
        someone.until(lambda one=someone: one.program._locking is not None)
        lock(someone)
        pictures.append(picture(someone))
        # The lock's own language and colours work, and only those keys.
        someone.window.close()
    assert pictures[0] == pictures[1] == pictures[2]
    blank = QImage(pictures[0])
    blank.fill(theme.colour("surface"))
    assert pictures[0] != blank


def test_no_key_reaches_what_is_behind(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    step = someone.window.intake.step() if someone.window.intake is not None else ""
    shown = someone.shell.dossier
    lock(someone)
    someone.desk.intake.entered.clear()
    for key, modifier in (
        *((key, CTRL) for key in (Qt.Key.Key_N, Qt.Key.Key_K, Qt.Key.Key_2, Qt.Key.Key_S, Qt.Key.Key_Z)),
        *((key, Qt.KeyboardModifier.NoModifier) for key in (Qt.Key.Key_F1, Qt.Key.Key_F3, Qt.Key.Key_F7)),
        (Qt.Key.Key_L, CTRL | Qt.KeyboardModifier.ShiftModifier),
    ):
        QTest.keyClick(someone.window.windowHandle(), key, modifier)
    QApplication.processEvents()
    assert locking(someone).is_locked
    assert someone.window.findChild(KeySheet) is None
    assert not someone.shell.search.panel.isVisible()
    unlock(someone)
    assert someone.window.page_name == "intake"
    assert someone.shell.dossier == shown
    assert someone.window.intake is not None
    assert someone.window.intake.step() == step
    assert someone.desk.intake.entered == []


def test_what_takes_the_focus_behind_does_not_get_the_keys(clerk: Open) -> None:
    """Work that runs on may move the caret; keys still go to the lock, and the caret is there afterwards."""
    someone = at_a_dossier(clerk())
    assert someone.window.intake is not None
    someone.window.intake.go_to("application")
    phone = field(someone, "applicant.phone")
    field(someone, "reason").setFocus()
    lock(someone)
    text = phone.text()
    phone.setFocus()
    assert page(someone).secret.edit.hasFocus()
    QTest.keyClick(someone.window.windowHandle(), Qt.Key.Key_1)
    someone.until(lambda: page(someone).secret.text() == "1")
    assert phone.text() == text
    unlock(someone)
    assert QApplication.focusWidget() is phone


def test_a_code_scanner_reaches_nothing(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    lock(someone)
    taken: list[str] = []
    someone.shell.take_scan = taken.append  # type: ignore[method-assign]
    scan_keys(someone.window.windowHandle(), "001090012345|x|TRAN|01011990|Nam|HN|01012020", 10_000)
    someone.until(lambda: "không nhận mã nào" in page(someone).state.headline.text())
    assert page(someone).secret.text() == ""
    assert someone.desk.lock.told == ["locked"], "nothing was tried as a password"
    someone.program._scanned("001090012345|x")
    assert taken == []


def test_a_card_that_is_laid_down_is_read_only_once_somebody_is_back(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    heard: list[bool] = []
    someone.program._bridge.card_changed.connect(heard.append)  # type: ignore[union-attr]
    lock(someone)
    someone.desk.lamps.card.set()
    someone.until(lambda: someone.program._bridge.card_present)  # type: ignore[union-attr]
    assert heard == []
    unlock(someone)
    assert heard == [True]


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_menus_close_and_other_windows_come_back(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    dialog = QFileDialog(someone.shell, "…")
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    finished: list[int] = []
    dialog.finished.connect(finished.append)
    dialog.open()
    menu = QMenu(someone.shell)
    menu.addAction("001090012345")
    menu.popup(someone.window.pos())
    assert menu.isVisible()
    locking(someone).lock()
    assert not menu.isVisible()
    assert not dialog.isVisible()
    assert [one for one in QApplication.topLevelWidgets() if one.isVisible()] == [someone.window]
    someone.until(lambda: locking(someone)._written)
    page(someone).take_focus()
    page(someone).secret.edit.setText("practice")
    page(someone).submit()
    someone.until(lambda: not locking(someone).is_locked)
    assert dialog.isVisible()
    assert dialog.isModal()
    assert finished == []
    dialog.close()


def test_a_secret_half_typed_behind_is_gone(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    secret = QLineEdit(someone.window.intake)
    secret.setEchoMode(QLineEdit.EchoMode.Password)
    secret.setText("of the supervisor")
    lock(someone)
    assert secret.text() == ""


def test_a_banner_that_came_behind_waits_until_it_can_be_read(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    lock(someone)
    someone.window.say_refusal(CLOCK)
    assert "Đồng hồ" not in someone.texts()
    assert not someone.shell._notice_clock.isActive()
    unlock(someone)
    assert "Đồng hồ máy bị lùi." in someone.texts()
    assert someone.shell._notice_clock.isActive()


def test_a_wrong_secret_is_told_beside_the_field_and_a_wait_too(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    lock(someone)
    secret = page(someone).secret
    someone.key(Qt.Key.Key_Return)
    assert secret.notice.headline.text() == "Chưa nhập mã PIN hoặc mật khẩu."
    for answer, said in ((None, "Mật khẩu không đúng."), (WAIT, "Đã nhập sai nhiều lần.")):
        someone.desk.lock.answer = answer
        secret.edit.setText("sai")
        someone.key(Qt.Key.Key_Return)
        someone.until(lambda words=said: secret.notice.headline.text() == words)
        assert secret.edit.selectedText() == "sai"
    someone.desk.lock.answer = CLOCK
    secret.edit.setText("practice")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: page(someone).state.headline.text() == "Đồng hồ máy bị lùi.")
    someone.desk.lock.answer = None
    unlock(someone)


def test_a_supervisor_ends_the_wait_of_who_locked_it_and_the_lock_stays(clerk: Open) -> None:
    """locked ─(wait)→ F4 ─→ the supervisor's own fields ─(Enter)→ the lock, its wait is over; Esc leads back too."""
    someone = at_a_dossier(clerk())
    lock(someone)
    someone.desk.lock.answer = someone.desk.sign_in.answer = MustWait(90)
    assert page(someone).help.isHidden()
    someone.key(Qt.Key.Key_F4)
    assert page(someone).secret.edit.hasFocus(), "nobody waits"
    page(someone).secret.edit.setText("sai")
    someone.key(Qt.Key.Key_Return)
    someone.until(page(someone).help.isVisible)
    for _ in range(2):
        someone.key(Qt.Key.Key_F4)
        other = someone.window.sign_in
        assert other.title.text() == "Mở khóa cho clerk"
        someone.until(other.user.edit.hasFocus)
        someone.key(Qt.Key.Key_Escape)
        someone.until(page(someone).secret.edit.hasFocus)
    someone.key(Qt.Key.Key_F4)
    other = someone.window.sign_in
    other.user.edit.setText("supervisor")
    other.password.edit.setText("practice")
    other.submit()
    someone.until(lambda: page(someone).secret.notice.headline.text() == "Đã mở khóa.")
    assert someone.desk.sign_in.unlocked == [("clerk", "supervisor", "")]
    assert locking(someone).is_locked, "the supervisor lets nobody in"
    assert (page(someone).help.isHidden(), page(someone).secret.text()) == (True, "")
    someone.desk.lock.answer = None
    unlock(someone)


def test_access_that_ended_behind_the_lock_is_told(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    lock(someone)
    someone.desk.lock.answer = GONE
    page(someone).secret.edit.setText("practice")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.shell is None)
    assert not locking(someone).is_locked
    assert "Tài khoản này đã bị khóa." in someone.texts()
    assert someone.window.sign_in.isVisible()


def test_somebody_else_takes_the_seat(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    first = someone.shell
    lock(someone)
    someone.key(Qt.Key.Key_F2)
    other = someone.window.sign_in
    assert other.isVisible()
    assert "Về màn hình khóa" in someone.texts()
    someone.key(Qt.Key.Key_Escape)
    assert page(someone).isVisible()
    assert page(someone).secret.edit.hasFocus()
    someone.key(Qt.Key.Key_F2)
    someone.desk.intake.left_open = None
    someone.window.sign_in.user.edit.setText("supervisor")
    someone.window.sign_in.password.edit.setText("sai")
    someone.window.sign_in.submit()
    someone.until(lambda: "Mật khẩu không đúng." in someone.texts())
    assert locking(someone).is_locked
    someone.window.sign_in.password.edit.setText("practice")
    someone.window.sign_in.submit()
    someone.until(lambda: someone.window.shell not in (None, first) and someone.window.page_name == "queue")
    assert not locking(someone).is_locked
    assert someone.desk.lock.told == ["locked", "supervisor"]
    assert "Trần Văn Sơn" in someone.texts()
    assert someone.desk.sign_in.signed_out == 0, "the seat was never empty"
    someone.until(lambda: someone.program._wedge is not None)
    lock(someone)
    assert "Trần Văn Sơn" in someone.texts()


def test_who_locked_it_may_also_sign_in_anew(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    shell = someone.shell
    lock(someone)
    someone.key(Qt.Key.Key_F2)
    someone.window.sign_in.user.edit.setText("clerk")
    someone.window.sign_in.password.edit.setText("practice")
    someone.window.sign_in.submit()
    someone.until(lambda: not locking(someone).is_locked)
    assert someone.window.shell is shell
    assert shell.isVisible()


def test_a_new_password_and_the_second_factor_come_through_the_sign_in_page(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    shell = someone.shell
    lock(someone)
    someone.desk.lock.answer = code_needed()
    page(someone).secret.edit.setText("practice")
    someone.key(Qt.Key.Key_Return)
    someone.until(lambda: someone.window.sign_in.code is not None and someone.window.sign_in.code.isVisible())
    sign_in = someone.window.sign_in
    assert (sign_in.user.text(), sign_in.password.text()) == ("clerk", "practice")
    assert page(someone).secret.text() == ""
    someone.desk.sign_in.code = "123456"
    assert sign_in.code is not None
    assert sign_in.code.edit.hasFocus()
    sign_in.code.edit.setText("123456")
    sign_in.submit()
    someone.until(lambda: not locking(someone).is_locked)
    assert someone.window.shell is shell


def test_language_and_colours_of_the_lock(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    lock(someone)
    someone.key(Qt.Key.Key_L, CTRL)
    assert "This desk is locked" in someone.texts()
    someone.key(Qt.Key.Key_H, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert theme.is_high_contrast()
    assert page(someone).secret.edit.hasFocus()
    unlock(someone)
    assert "This desk is locked" not in someone.texts()


def test_nobody_at_the_window_for_too_long(clerk: Open) -> None:
    """idle_s counts by two clocks; a hand begins anew; the one that comes too late reaches nothing."""
    someone = clerk()
    someone.desk.lock.after = 600
    at_a_dossier(someone)
    idle, times = locking(someone).idle, Times()
    idle._clocks = (lambda: times.monotonic, lambda: times.wall)
    idle.begin(600)
    times.go(599)
    idle.look()
    assert not locking(someone).is_locked
    QTest.keyClick(someone.window.windowHandle(), Qt.Key.Key_Shift)
    times.go(599)
    idle.look()
    assert not locking(someone).is_locked
    times.go(1)
    idle.look()
    assert locking(someone).is_locked
    page(someone).secret.edit.setText("pract")
    times.go(600)
    idle.look()
    assert page(someone).secret.text() == "", "no half of a password stays there"


def test_the_first_key_after_the_computer_slept_locks_and_is_lost(clerk: Open) -> None:
    someone = clerk()
    at_a_dossier(someone)
    idle, times = locking(someone).idle, Times()
    idle._clocks = (lambda: times.monotonic, lambda: times.wall)
    idle.begin(600)
    times.wall += 7_200
    typed = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_7, Qt.KeyboardModifier.NoModifier, "7")
    assert idle.eventFilter(someone.window, typed), "kept from whom it was meant for"
    assert locking(someone).is_locked


def test_zero_minutes_never_lock(clerk: Open) -> None:
    someone = clerk()
    at_a_dossier(someone)
    idle, times = locking(someone).idle, Times()
    idle._clocks = (lambda: times.monotonic, lambda: times.wall)
    idle.begin(0)
    times.go(1e6)
    idle.look()
    assert not locking(someone).is_locked


def test_the_time_comes_from_the_desk(clerk: Open) -> None:
    someone = clerk()
    someone.desk.lock.after = 300
    at_a_dossier(someone)
    someone.until(lambda: locking(someone).idle._after_s == 300)
    assert 290_000 < locking(someone).idle._timer.remainingTime() <= 300_000


def test_the_systems_own_lock_locks_too(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    system = locking(someone)._session
    assert isinstance(system, Deaf)
    assert system.locked is not None
    system.locked()
    assert locking(someone).is_locked
    assert means_locked(WM_WTSSESSION_CHANGE, WTS_SESSION_LOCK)
    assert not means_locked(WM_WTSSESSION_CHANGE, 0x8), "unlocked"
    assert not means_locked(0x0100, WTS_SESSION_LOCK)


def test_locking_twice_and_the_end_of_the_program(clerk: Open) -> None:
    someone = at_a_dossier(clerk())
    first = lock(someone)
    locking(someone).lock()
    assert page(someone) is first
    someone.window.close()
    assert someone.desk.closed == 1


def test_a_page_that_changed_behind_is_fresh_again(clerk: Open) -> None:
    someone = clerk().at_work()
    someone.until(lambda: someone.program._locking is not None)
    queue = someone.shell.current()
    assert isinstance(queue, QueueScreen)
    someone.until(lambda: not queue._loading)
    lock(someone)
    someone.desk.announce(sample.dossier(1))
    someone.until(lambda: queue._stale)
    assert not queue._loading
    unlock(someone)
    someone.until(lambda: not queue._stale)
