"""The fee: change is right while typing, nothing is taken twice, and a scan never pays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import zxingcpp
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from clerk_app.desk.payment_view import PaymentView, WayOut
from clerk_app.domain.refusals import Refusal, Words
from tests.screens import sample_intake as sample
from tests.screens.test_intake import Counter, Open, counter
from ui import payment_watch, texts
from ui.widgets.qr_picture import QrPicture

pytestmark = pytest.mark.window
__all__ = ["counter"]


def test_change_while_typing(counter: Open) -> None:
    at = counter(step="fee")
    cashier = at.screen.cashier
    cashier.tendered.setFocus()
    seen = []
    for digit in "200000":
        at.type(digit)
        seen.append(cashier.change.text())
    assert seen[-1] == "85.000 đ"
    assert cashier.tendered.text() == "200.000"
    assert seen[0] == "Thiếu 114.998 đ"
    assert cashier.change.property("tone") == "good"


@pytest.mark.parametrize(
    ("askable", "way_out", "step"),
    [
        (True, "", "claimed"),
        (True, "asked", "asked"),
        (False, "", "unnamed"),
        (False, "asked", "unnamed.asked"),
        (False, "refused", "unnamed.refused"),
        (False, "granted", "granted"),
    ],
)
def test_what_cannot_be_asked_about_is_not_said_to_be(counter: Open, askable: bool, way_out: WayOut, step: str) -> None:
    panel = counter(step="fee").screen.cashier.payment
    badge = sample.payment("pending").badge
    claim = PaymentView(None, 115_000, badge, "claimed", way_out=way_out, claimed=True, askable=askable)
    panel.show_view(claim, True)
    assert panel.step() == f"intake.fee.online.{step}"
    assert ("hỏi nền tảng" in panel.next.text() and "không hỏi nền tảng được" not in panel.next.text()) == askable
    assert panel.out.isVisibleTo(panel) == (way_out in ("", "refused"))


def test_a_digit_outside_the_field_is_an_offer_inside_it_a_digit(counter: Open) -> None:
    at = counter(step="fee")
    cashier = at.screen.cashier
    at.key(Qt.Key.Key_2)
    assert cashier.tendered.amount() == 120_000
    cashier.tendered.setFocus()
    cashier.tendered.selectAll()
    at.type("2")
    assert cashier.tendered.amount() == 2
    at.key(Qt.Key.Key_Down)
    assert cashier.tendered.amount() == 115_000, "arrows choose among the offers from inside the field"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_a_long_name_of_a_fee_widens_nothing(counter: Open, language: str) -> None:
    texts.set_language(language)
    try:
        at = counter(step="fee")
        fee = replace(
            at.desk.current.fee, name=Words("Lệ phí cấp, đổi GPLX " * 4, "Fee for the issue of a licence " * 4)
        )
        at.screen.cashier.show_view(replace(at.desk.current, fee=fee))
        at.screen.resize(972, 684)
        at.qtbot.wait(10)
        area = at.screen._areas["fee"]
        assert at.screen.cashier.minimumSizeHint().width() <= area.width()
    finally:
        texts.set_language("vi")


def test_too_little_is_refused_with_the_amount_that_is_missing(counter: Open) -> None:
    at = counter(step="fee")
    at.screen.cashier.tendered.set_amount(100_000)
    at.key(Qt.Key.Key_Return)
    assert at.screen.cashier.fault.isVisible()
    assert "15.000" in at.screen.cashier.fault.headline.text()
    assert at.screen.cashier.tendered.hasFocus()
    assert at.desk.did("take") == []


def test_enter_twice_takes_the_money_once(counter: Open) -> None:
    at = counter(step="fee")
    gate = at.desk.wait_at("take")
    at.key(Qt.Key.Key_1)
    at.key(Qt.Key.Key_Return)
    at.key(Qt.Key.Key_Return)
    assert not at.screen.primary.isEnabled()
    gate.set()
    at.rest()
    assert at.desk.did("take") == [("take", "cash", 115_000, 0)]
    assert at.screen.cashier._receipt.text() == "BL-04-0000123"
    assert not at.screen.cashier._form.isVisible(), "what was taken cannot be typed over"


def test_a_refusal_keeps_what_was_typed(counter: Open) -> None:
    at = counter(step="fee")
    at.desk.refuse["take"] = Refusal(
        "NUMBERS_USED_UP", Words("Hết số biên lai", "No numbers"), Words("Nối mạng", "Connect")
    )
    at.key(Qt.Key.Key_4)
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.cashier.fault.isVisible())
    assert at.screen.cashier.fault.headline.text() == "Hết số biên lai"
    assert at.screen.cashier.tendered.amount() == 200_000


def test_paid_online_needs_no_amount(counter: Open) -> None:
    at = counter(step="fee")
    at.key(Qt.Key.Key_Right)
    at.key(Qt.Key.Key_Right)
    assert at.screen.cashier.method.value() == "online"
    assert at.screen.primary.words() == "Lập yêu cầu nộp tiền"
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("order_payment"))
    at.rest()
    assert at.desk.did("take") == [], "nobody but the platform says that it is paid"


def test_online_is_paid_by_the_platforms_word_alone(counter: Open) -> None:
    at = counter(step="fee")
    cashier = at.screen.cashier
    at.key(Qt.Key.Key_Right)
    at.key(Qt.Key.Key_Right)
    assert not cashier.payment.qr.isVisible()
    at.key(Qt.Key.Key_Return)
    at.until(lambda: cashier.payment.qr.isVisible())
    at.rest()
    assert cashier.payment.url.text().startswith("https://")
    assert scanned(cashier.payment.qr) == cashier.payment.url.text()
    at.key(Qt.Key.Key_Return)
    at.rest()
    assert at.screen.page() is cashier, "still open: nothing went on"
    assert cashier._form.isVisible()
    at.desk.heard = sample.payment("paid")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: cashier._paid.isVisible())
    at.rest()
    assert len(at.desk.did("order_payment")) == 1
    assert len(at.desk.did("ask_payment")) == 2
    assert not cashier._form.isVisible()
    at.key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    at.until(lambda: len(at.desk.did("print_bill")) == 1)
    at.rest()


def test_enter_twice_orders_one_payment(counter: Open) -> None:
    at = counter(step="fee")
    gate = at.desk.wait_at("order_payment")
    at.key(Qt.Key.Key_Right)
    at.key(Qt.Key.Key_Right)
    at.key(Qt.Key.Key_Return)
    at.key(Qt.Key.Key_Return)
    assert not at.screen.primary.isEnabled()
    gate.set()
    at.rest()
    assert len(at.desk.did("order_payment")) == 1


def test_a_platform_that_is_silent_says_so_and_the_way_out_is_a_supervisors(counter: Open) -> None:
    view = sample.intake(step="fee")
    at = counter(replace(view, fee=replace(view.fee, payment=sample.payment("pending"))))
    cashier = at.screen.cashier
    assert cashier.method.value() == "online", "what stands is what is shown"
    at.desk.refuse["ask_payment"] = Refusal("CENTRAL_UNREACHABLE", Words("Mất mạng", "No line"), Words("Đợi", "Wait"))
    at.key(Qt.Key.Key_Return)
    at.until(lambda: cashier.fault.isVisible())
    at.rest()
    assert cashier.fault.headline.text() == "Mất mạng"
    assert cashier._form.isVisible()
    cashier.payment.out.click()
    at.type("nen tang im lang")
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.desk.did("raise_by_hand"))
    at.rest()
    assert at.desk.did("raise_by_hand") == [("raise_by_hand", "PAYMENT_OPEN", "nen tang im lang")]
    assert not cashier.payment.out.isVisible(), "it is asked for once"
    assert at.desk.did("order_payment") == []


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine the page would ask in between."""
    monkeypatch.setattr(payment_watch, "FIRST_MS", 600_000)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page asks by itself without waiting long."""
    monkeypatch.setattr(payment_watch, "FIRST_MS", 30)
    monkeypatch.setattr(payment_watch, "MOST_MS", 60)


def waiting_at_the_fee(counter: Open) -> Counter:
    view = sample.intake(step="fee")
    return counter(replace(view, fee=replace(view.fee, payment=sample.payment("pending"))))


@pytest.mark.usefixtures("at_once")
def test_the_page_asks_the_platform_by_itself_until_it_is_answered(counter: Open) -> None:
    at = waiting_at_the_fee(counter)
    cashier = at.screen.cashier
    at.until(lambda: len(at.desk.did("ask_payment")) >= 3)
    assert cashier._form.isVisible(), "still open is no news"
    assert not cashier._taking, "nothing is held up meanwhile"
    at.desk.heard = sample.payment("paid")
    at.until(lambda: cashier._paid.isVisible())
    assert not cashier.watch.waiting
    asked = len(at.desk.did("ask_payment"))
    at.qtbot.wait(200)
    assert len(at.desk.did("ask_payment")) == asked, "what is answered is not asked again"
    assert at.screen.page() is cashier
    at.key(Qt.Key.Key_Return)
    at.until(lambda: at.screen.step() == "receipt")


@pytest.mark.usefixtures("at_once")
def test_a_silent_platform_is_asked_again_without_a_word(counter: Open) -> None:
    at = waiting_at_the_fee(counter)
    at.desk.refuse["ask_payment"] = Refusal("CENTRAL_UNREACHABLE", Words("Mất mạng", "No line"), Words("Đợi", "Wait"))
    at.until(lambda: len(at.desk.did("ask_payment")) >= 3)
    assert not at.screen.cashier.fault.isVisible()
    assert at.screen.cashier.payment.qr.isVisible(), "the citizen can still pay"
    del at.desk.refuse["ask_payment"]
    at.desk.heard = sample.payment("failed")
    at.until(lambda: not at.screen.cashier.watch.waiting)
    at.until(lambda: at.screen.cashier.payment.step() == "intake.fee.online.none")


@pytest.mark.usefixtures("at_once")
def test_nobody_is_asked_while_the_page_shows_something_else(counter: Open) -> None:
    at = counter(step="fee")
    at.qtbot.wait(150)
    assert at.desk.did("ask_payment") == [], "no payment was asked for"
    at = waiting_at_the_fee(counter)
    at.until(lambda: at.desk.did("ask_payment"))
    at.screen.cashier.method.set_value("cash")
    at.screen.cashier._method_changed("cash")
    at.until(lambda: not at.screen.cashier.watch.waiting)
    asked = len(at.desk.did("ask_payment"))
    at.screen.hide()
    at.screen.cashier.method.set_value("online")
    at.screen.cashier._method_changed("online")
    at.qtbot.wait(200)
    assert len(at.desk.did("ask_payment")) == asked
    at.screen.show()
    at.until(lambda: len(at.desk.did("ask_payment")) > asked)


def scanned(code: QrPicture) -> str:
    """What a telephone reads from the screen."""
    picture = code.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = [bytes(picture.constScanLine(y))[: picture.width()] for y in range(picture.height())]
    grey = np.frombuffer(b"".join(rows), np.uint8).reshape(picture.height(), picture.width())
    return "".join(found.text for found in zxingcpp.read_barcodes(grey))


def test_a_fee_that_the_clerk_did_not_see_is_not_taken(counter: Open) -> None:
    """Another desk's work came with the answer to the last save: the fresh fee is shown, and the key takes that."""
    at = counter(step="fee")
    at.screen.cashier.take_offer(0)
    at.enter_while_another_desk_works("take")
    at.until(lambda: at.screen.cashier.fault.isVisible())
    at.rest()
    assert [asked[3] for asked in at.desk.did("take")] == [3]
    assert at.desk.did("view"), "the fresh state is asked for"
    del at.desk.refuse["take"]
    at.key(Qt.Key.Key_Return)
    at.until(lambda: len(at.desk.did("take")) == 2)
    at.rest()
    assert [asked[3] for asked in at.desk.did("take")] == [3, 7]
