"""The payment platform and the public post against their stand-ins with every fault: sent, looked for, heard.

What is unknown is never paid, and never "not there", so that nothing is sent twice for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.central.app import hanoi_now
from clerk_app.central.registers.line import Line, Unknown
from clerk_app.central.registers.ordering import Absent, Done, Heard, OrderSystem, Rejected
from clerk_app.central.registers.payment import ASK_FIELDS, INIT_FIELDS, HttpPaymentPlatform, Partner, digest, stamp
from clerk_app.central.registers.post import Customer, HttpPost
from clerk_app.practice.payment_platform import SECRET
from clerk_app.wire_orders import FeeLine, PaymentOrder, PostAddress, PostOrder
from tests.peers.authority import Authority
from tests.peers.foreign import StandIn, played, stand_in

pytestmark = pytest.mark.wire
PATIENCE_S = 0.6
CODE = "G01.801.308-261129-000001"
FEE = FeeLine("2", "GPLX", "Lệ phí cấp, đổi giấy phép lái xe", 115_000)
PAYMENT = PaymentOrder(CODE, "3.000347", "Đổi giấy phép lái xe", 115_000, [FEE], "TRẦN MINH QUÂN")
OFFICE = PostAddress("PC08", "02400000000", "Số 258, đường Võ Chí Công", "Phường Xuân La", "Thành phố Hà Nội")
CITIZEN = PostAddress("TRẦN MINH QUÂN", "0900000001", "Số 12, phố Hàng Bông", "Phường Hoàn Kiếm", "Thành phố Hà Nội")
PARCEL = PostOrder(CODE, OFFICE, CITIZEN, "Giấy phép lái xe")
SILENCE = {
    "slow": "TIMEOUT",
    "drip": "TIMEOUT",
    "down": "UNREACHABLE",
    "lost": "UNREACHABLE",
    "cut": "UNREACHABLE",
    "error": "HTTP_503",
    "garbage": "SHAPE",
    "shape": "SHAPE",
}


@pytest.fixture(scope="module")
def platform() -> Iterator[StandIn]:
    with stand_in("payment_platform") as made:
        yield made


@pytest.fixture(scope="module")
def post() -> Iterator[StandIn]:
    with stand_in("public_post") as made:
        yield made


@pytest.fixture
def paying(platform: StandIn) -> Iterator[HttpPaymentPlatform]:
    platform.fault("none")
    line = Line(platform.url, PATIENCE_S)
    yield HttpPaymentPlatform(line, Partner("THUC-HANH", SECRET), hanoi_now)
    line.close()


@pytest.fixture
def posting(post: StandIn) -> Iterator[HttpPost]:
    post.fault("none")
    line = Line(post.url, PATIENCE_S)
    yield HttpPost(line, Customer("THUC-HANH"))
    line.close()


def _pay(platform: StandIn, reference: str, state: int) -> None:
    said = {"MaThamChieu": reference, "TrangThaiGD": state}
    with requests.post(f"{platform.url}/pay", json=said, timeout=5) as reply:
        assert reply.ok


def _inits(platform: StandIn, reference: str) -> list[int]:
    return [one["INIT"] for one in platform.ledger() if one["MaThamChieu"] == reference]


def _parcels(post: StandIn, reference: str) -> list[str]:
    return [one["ItemCode"] for one in post.ledger() if one["OrderNumber"] == reference]


def _new(paying: HttpPaymentPlatform) -> tuple[str, bytes]:
    return paying.message(uuid4(), PAYMENT, hanoi_now())


# ---- payment


def test_a_payment_is_made_once_and_paid_by_the_platforms_word(platform: StandIn, paying: HttpPaymentPlatform) -> None:
    reference, body = _new(paying)
    assert paying.look(reference, body) == Absent()
    made = paying.send(reference, body)
    assert made == Done({"url": f"https://thanhtoan.example/{reference}"}, "pending")
    assert paying.send(reference, body) == made
    assert _inits(platform, reference) == [2], "one payment, asked for twice"
    assert paying.hear(reference, "115000") == Heard("pending")
    assert paying.look(reference, body) == Absent(), "its place is had again by the same INIT"
    assert paying.bill(reference) == Unknown("MA_LOI_02")
    _pay(platform, reference, 1)
    assert paying.hear(reference, "115000") == Heard("paid")
    assert paying.look(reference, body) == Done({}, "paid")
    bill = paying.bill(reference)
    assert isinstance(bill, bytes)
    assert bill.startswith(b"%PDF-")
    _pay(platform, reference, 4)
    assert paying.hear(reference, "115000") == Heard("failed")
    assert paying.hear("0" * 32, "115000") == Absent()


def test_nothing_but_the_platforms_word_is_paid(platform: StandIn, paying: HttpPaymentPlatform) -> None:
    reference, body = _new(paying)
    paying.send(reference, body)
    wrong = SILENCE | {
        "digest": "DIGEST",
        "unsigned": "DIGEST_MISSING",
        "amount": "AMOUNT_DIFFERS",
        "stranger": "OTHER_PAYMENT",
        "code": "MA_LOI_99",
        "claim": "MA_LOI_99",
    }
    for fault, cause in wrong.items():
        platform.fault(fault)
        assert paying.hear(reference, "115000") == Unknown(cause), fault
        assert paying.look(reference, body) == Unknown(cause), fault
    platform.fault("none")
    assert paying.hear(reference, "115000") == Heard("pending")
    for state in (0, 2, 5, 11):
        _pay(platform, reference, state)
        assert paying.hear(reference, "115000") == Unknown("SHAPE"), state


def test_an_answer_without_a_digest_is_believed_over_tls_alone_where_the_office_says_so(tmp_path: Path) -> None:
    reference = uuid4().hex
    said = {
        "MaLoi": "00",
        "MaThamChieu": reference,
        "TrangThaiGD": 1,
        "SoTien": "115000",
        "ThoiGianGD": "20261129140509",
    }
    with played(json.dumps(said).encode()) as plain:
        line = Line(plain.url)
        for us in (Partner("P", "s"), Partner("P", "s", unsigned=True)):
            assert HttpPaymentPlatform(line, us, hanoi_now).hear(reference, "115000") == Unknown("DIGEST_MISSING")
        line.close()
    office = Authority.made(tmp_path)
    with played(json.dumps(said).encode(), certificate=office.issue(tmp_path)) as proven:
        line = Line(proven.url, ca=str(office.certificate))
        wary = HttpPaymentPlatform(line, Partner("P", "s"), hanoi_now)
        assert wary.hear(reference, "115000") == Unknown("DIGEST_MISSING")
        trusting = HttpPaymentPlatform(line, Partner("P", "s", unsigned=True), hanoi_now)
        assert trusting.hear(reference, "115000") == Heard("paid")
        assert trusting.hear(reference, "115001") == Unknown("AMOUNT_DIFFERS")
        assert trusting.hear(reference, "") == Unknown("AMOUNT_DIFFERS")
        assert trusting.hear("0" * 32, "115000") == Unknown("OTHER_PAYMENT")
        line.close()


def test_an_init_without_an_answer_is_unknown(platform: StandIn, paying: HttpPaymentPlatform) -> None:
    for fault, cause in SILENCE.items():
        reference, body = _new(paying)
        platform.fault(fault)
        assert paying.send(reference, body) == Unknown(cause), fault
    platform.fault("code")
    assert paying.send(*_new(paying)) == Rejected("MA_LOI_05")


def test_a_wrong_secret_and_another_content_are_refused(platform: StandIn, paying: HttpPaymentPlatform) -> None:
    order, at = uuid4(), hanoi_now()
    reference, body = paying.message(order, PAYMENT, at)
    line = Line(platform.url, PATIENCE_S)
    forger = HttpPaymentPlatform(line, Partner("THUC-HANH", "another"), hanoi_now)
    assert forger.send(reference, body) == Rejected("MA_LOI_97")
    assert forger.hear(reference, "115000") == Unknown("MA_LOI_97")
    line.close()
    assert isinstance(paying.send(reference, body), Done)
    more = msgspec.structs.replace(PAYMENT, amount_vnd=230_000, fees=[FEE, FEE])
    assert paying.send(*paying.message(order, more, at)) == Rejected("MA_LOI_94")


def test_a_place_to_pay_is_behind_tls() -> None:
    with played(b'{"error_code": "0", "UrlThanhToan": "javascript:alert(1)"}') as other:
        line = Line(other.url)
        paying = HttpPaymentPlatform(line, Partner("P", "s"), hanoi_now)
        assert paying.send(*_new(paying)) == Unknown("SHAPE")
        line.close()


def test_the_digest_is_that_of_the_fields_in_their_order() -> None:
    values = {name: name.lower() for name in INIT_FIELDS}
    text = (
        "loaibantin|phienban|madoitac|mathamchieu|sotien|loaihinhthanhtoan|makenhthanhtoan|mathietbi|ngonngu|matiente|"
        "manganhang|thongtingiaodich|thoigiangd|ip|bí mật"
    )
    assert digest(values, INIT_FIELDS, "bí mật") == hashlib.sha256(text.encode()).hexdigest()


@given(st.integers(1_577_836_800, 4_102_444_799))
def test_a_time_stamp_has_24_hours_and_the_zone_of_vietnam(seconds: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    text = stamp(at)
    back = datetime.strptime(f"{text}+0700", "%Y%m%d%H%M%S%z")
    assert back == at
    assert stamp(datetime(2026, 11, 29, 14, 5, 9, tzinfo=UTC)) == "20261129210509"


# ---- post


def test_a_parcel_is_ordered_and_found(post: StandIn, posting: HttpPost) -> None:
    reference, body = posting.message(uuid4(), PARCEL)
    assert posting.look(reference, body) == Absent()
    made = posting.send(reference, body)
    (item,) = _parcels(post, reference)
    assert made == Done({"item": item}, "NHAN_DON") == posting.look(reference, body)
    with requests.post(f"{post.url}/move", json={"OrderNumber": reference, "Status": "DA_PHAT"}, timeout=5) as reply:
        assert reply.ok
    assert posting.hear(reference, "") == Heard("DA_PHAT")
    label = posting.label(reference)
    assert isinstance(label, bytes)
    assert label.startswith(b"%PDF-")
    assert posting.label("0" * 32) == Unknown("MA_LOI_01")


def test_an_order_without_an_answer_is_unknown(post: StandIn, posting: HttpPost) -> None:
    for fault, cause in (SILENCE | {"stranger": "OTHER_ORDER", "partial": "SHAPE"}).items():
        reference, body = posting.message(uuid4(), PARCEL)
        post.fault(fault)
        assert posting.send(reference, body) == Unknown(cause), fault
        assert posting.look(reference, body) == Unknown(cause), fault
    post.fault("code")
    assert posting.look(reference, body) == Unknown("MA_LOI_99")
    reference, body = posting.message(uuid4(), PARCEL)
    assert posting.send(reference, body) == Rejected("MA_LOI_99")
    assert _parcels(post, reference) == []


def test_an_address_has_no_district_unless_the_post_wants_one(post: StandIn, posting: HttpPost) -> None:
    reference, body = posting.message(uuid4(), PARCEL)
    receiver = json.loads(body)["Receiver"]
    assert (receiver["District"], receiver["Address"]) == ("", "Số 12, phố Hàng Bông, Phường Hoàn Kiếm")
    post.fault("district")
    assert posting.send(reference, body) == Rejected("MA_LOI_DISTRICT_REQUIRED")
    line = Line(post.url, PATIENCE_S)
    other = HttpPost(line, Customer("THUC-HANH", "commune"))
    reference, body = other.message(uuid4(), PARCEL)
    receiver = json.loads(body)["Receiver"]
    assert (receiver["District"], receiver["Address"]) == ("Phường Hoàn Kiếm", "Số 12, phố Hàng Bông")
    assert isinstance(other.send(reference, body), Done)
    line.close()


# ---- both


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b"null", b'"x"', b"\xff\xfe", b"[" * 5000])
def test_no_answer_is_taken_for_a_good_one(said: bytes) -> None:
    with played(said) as other:
        line = Line(other.url)
        systems: tuple[tuple[OrderSystem, Callable[[UUID], tuple[str, bytes]]], ...] = (
            (paying := HttpPaymentPlatform(line, Partner("P", "s"), hanoi_now), lambda one: _message(paying, one)),
            (posting := HttpPost(line, Customer("C")), lambda one: posting.message(one, PARCEL)),
        )
        for system, message in systems:
            reference, body = message(uuid4())
            assert system.send(reference, body) == Unknown("SHAPE")
            assert system.look(reference, body) == Unknown("SHAPE")
            assert system.hear(reference, "115000") == Unknown("SHAPE")
        line.close()


def _message(paying: HttpPaymentPlatform, order: UUID) -> tuple[str, bytes]:
    return paying.message(order, PAYMENT, hanoi_now())


def test_what_is_asked_has_the_shape_that_is_published() -> None:
    us = Partner("DT", "s", "KENH", "MAY", "G01.801.308", "PC08", "0123456789", "970436", "PC08 HN")
    line = Line("http://127.0.0.1:9")
    paying = HttpPaymentPlatform(line, us, hanoi_now)
    told = json.loads(paying.message(UUID(int=1), PAYMENT, datetime(2026, 11, 29, 14, 5, 9, tzinfo=UTC))[1])
    line.close()
    assert tuple(told) == (*INIT_FIELDS, "ThongTinBienLai")
    assert set(ASK_FIELDS) <= set(INIT_FIELDS)
    assert (told["SoTien"], told["ThoiGianGD"], told["NgonNgu"]) == ("115000", "20261129210509", "vi-VN")
    assert "s" not in told.values()
