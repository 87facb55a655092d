"""Signing in at the real window with a real central: codes, PIN, waits that grow, too long without a line, and access
that is taken away while the window is open.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app import bootstrap, second_factor
from clerk_app.central import people
from clerk_app.central.database import open_database
from tests.stories.approval_desks import Office, office
from tests.stories.desk_window import DeskWindow
from tests.stories.test_approvals import press

pytestmark = [pytest.mark.wire, pytest.mark.story, pytest.mark.window, pytest.mark.timeout(300)]
PIN = "271935"
DAYS_8 = 8 * 24
NO_CODE = "Mã xác thực không đúng."
SPENT = "Mã xác thực này đã dùng rồi."
ASKED = "Cần mã xác thực 6 chữ số."
MUST_WAIT = "Đã sai nhiều lần liên tiếp."


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLERK_KEY_STORE", "none")
        with office(tmp_path_factory.mktemp("office"), {}) as opened:
            yield opened


@pytest.fixture
def window(bureau: Office, tmp_path: Path) -> Iterator[DeskWindow]:
    with bureau.places["Q01"].window(tmp_path / "window") as window:
        yield window
        assert window.close() == 0
        assert window.complaints() == []


def knock(window: DeskWindow, user: str, secret: str, *words: str) -> list[str]:
    """Try to sign in; everything that stands there once these words do."""
    begun = len(window.told)
    window.do("knock", user=user, secret=secret)
    return window.until_words(*words, begun=begun)


def type_code(window: DeskWindow, code: str, *words: str) -> None:
    begun = len(window.told)
    window.do("type", text=code)
    press(window, "Return")
    window.until_words(*words, begun=begun)


def app(secret: str, later: int = 0) -> str:
    """What an authenticator app shows now, or `later` steps from now."""
    seed = base64.b32decode(secret.replace(" ", ""))
    return second_factor.code_at(seed, second_factor.step_at(bootstrap.now()) + later)


def test_a_code_is_asked_for_and_counts_once(bureau: Office, window: DeskWindow) -> None:
    with closing(open_database(bureau.central.database_url)) as central:
        secret = people.issue_factor(central, "supervisor2").secret
    knock(window, "supervisor2", "practice", ASKED)
    right = app(secret)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    type_code(window, wrong, NO_CODE)
    right = app(secret)
    type_code(window, right, "Hoàng Quốc Bảo")
    press(window, "Ctrl+Shift+L")
    knock(window, "supervisor2", "practice", ASKED)
    type_code(window, right, SPENT)
    type_code(window, app(secret, 1), "Hoàng Quốc Bảo")


def test_waits_grow_and_a_supervisor_ends_them(window: DeskWindow) -> None:
    """Who guesses on while they wait is told how long is left; how long it is doubles."""
    waits: list[str] = []
    for _ in range(12):
        shown = knock(window, "clerk", "sai-mat-khau", "lãnh đạo mở khóa ngay" if waits else "thử lại")
        said = next((text for text in shown if text.startswith("Chờ ")), "")
        if said and said not in waits:
            waits.append(said)
        if len(waits) > 2 and MUST_WAIT in shown:
            break
    assert [wait.split(" rồi")[0] for wait in waits[:3]] == ["Chờ 1 giây", "Chờ 2 giây", "Chờ 4 giây"]
    press(window, "F4")
    begun = len(window.told)
    window.do("type", text="supervisor")
    press(window, "Tab")
    window.do("type", text="practice")
    press(window, "Return")
    window.until_words("Đã mở khóa.", begun=begun)
    knock(window, "clerk", "practice", "Nguyễn Thu Hà")


def test_a_pin_is_set_and_opens_the_lock(window: DeskWindow) -> None:
    window.do("sign_in", user="clerk")
    press(window, "Ctrl+Alt+P")
    begun = len(window.told)
    for text in ("practice", PIN, PIN):
        window.do("type", text=text)
        press(window, "Return")
    window.until_words("Đã đặt PIN ở máy này.", begun=begun)
    window.do("lock")
    begun = len(window.told)
    window.do("type", text="864209")
    press(window, "Return")
    window.until_words("PIN", "Còn 2 lần", begun=begun)
    press(window, "Ctrl+A")
    window.do("unlock", secret=PIN)
    window.until_words("Nguyễn Thu Hà")


def test_too_long_without_a_line(bureau: Office, window: DeskWindow) -> None:
    line = bureau.places["Q01"].line
    window.do("knock", user="clerk", secret="practice")
    press(window, "Ctrl+Shift+L")
    line.pull_out()
    try:
        window.do("clock", hours=str(DAYS_8))
        knock(window, "clerk", "practice", "Đã quá 7 ngày không đăng nhập trực tuyến.")
    finally:
        line.plug_in()
    window.do("clock", hours=str(-DAYS_8))
    knock(window, "clerk", "practice", "Nguyễn Thu Hà")


def test_access_taken_away_while_the_window_is_open(bureau: Office, window: DeskWindow) -> None:
    """At the next contact the page with the citizen's data is gone and the window says why; the next one works on."""
    window.do("sign_in", user="clerk2")
    window.do("open")
    window.do("type", text="0010900")
    window.until("what was typed", lambda line: "0010900" in str(line.get("values")))
    with closing(open_database(bureau.central.database_url)) as central:
        people.revoke(central, "clerk2", bootstrap.now())
    begun = len(window.told)
    press(window, "Ctrl+Shift+D")
    shown = window.until_words("Tài khoản này đã bị khóa", begun=begun)
    assert not any("0010900" in text for text in shown)
    window.do("sign_in", user="clerk")


def test_what_is_left_is_counted_as_central_says_it(window: DeskWindow) -> None:
    """Guessed on at once: the wait is told, counted on the page, and over without another key."""
    begun = len(window.told)
    for _ in range(12):
        window.do("knock", user="supervisor", secret="sai-mat-khau")
        window.watch(0.2)
        if any(MUST_WAIT in line.get("shown", ()) for line in window.told[begun:]):
            break
    window.until_words("Đã hết thời gian chờ.", begun=begun)
    knock(window, "supervisor", "practice", "Vũ Minh Châu")
