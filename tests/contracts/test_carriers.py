"""Who carries messages, against their stand-ins with every fault: what was taken, what was not, what nobody knows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import requests

from clerk_app.central.registers.line import Line, Unknown
from clerk_app.central.registers.mail import Server, SmtpMail
from clerk_app.central.registers.messaging import Failed, Letter, Nowhere, Taken, Unsent
from clerk_app.central.registers.portal import Account, HttpPortal
from clerk_app.central.registers.portal_messages import PortalMessages
from clerk_app.central.registers.sms import HttpSmsGateway, Sender
from clerk_app.practice.national_portal import PASSWORD, USER
from clerk_app.wire_orders import PortalSync
from tests.peers.authority import Authority
from tests.peers.foreign import StandIn, misfits, played, recorded, stand_in

pytestmark = pytest.mark.wire
PATIENCE_S = 0.6
LETTER = Letter("84912345678", "Hồ sơ G01.801.308-261130-000001 đã có kết quả.")
MAIL = Letter("an.nguyen@example.vn", "Kính gửi ông/bà Nguyễn Văn An,\n.\nKết quả đã có.\n", "Hồ sơ đã có kết quả")
SILENCE = {
    "slow": "TIMEOUT",
    "drip": "TIMEOUT",
    "down": "UNREACHABLE",
    "lost": "UNREACHABLE",
    "cut": "UNREACHABLE",
    "error": "HTTP_503",
    "garbage": "SHAPE",
    "shape": "SHAPE",
    "partial": "SHAPE",
    "stranger": "OTHER_MESSAGE",
}


@pytest.fixture(scope="module")
def gateway() -> Iterator[StandIn]:
    with stand_in("sms_gateway") as made:
        yield made


@pytest.fixture
def texting(gateway: StandIn) -> Iterator[HttpSmsGateway]:
    gateway.fault("none")
    line = Line(gateway.url, PATIENCE_S)
    yield HttpSmsGateway(line, Sender("CSGT-HN", "token"))
    line.close()


def sent(gateway: StandIn, reference: str) -> list[str]:
    return [one["NoiDung"] for one in gateway.ledger() if one["MaThamChieu"] == reference]


# ---- text messages


def test_a_text_message_is_handed_over_and_arrives(gateway: StandIn, texting: HttpSmsGateway) -> None:
    reference = uuid4().hex
    assert texting.look(reference, LETTER) == Nowhere()
    assert texting.send(reference, LETTER) == Taken()
    assert sent(gateway, reference) == [LETTER.text]
    assert texting.look(reference, LETTER) == Taken()
    assert texting.look(reference, LETTER) == Taken(delivered=True)


def test_a_number_that_does_not_exist_is_told(texting: HttpSmsGateway) -> None:
    reference, nobody = uuid4().hex, Letter("84912345000", "x")
    assert texting.send(reference, nobody) == Taken()
    assert texting.look(reference, nobody) == Taken()
    assert texting.look(reference, nobody) == Failed("SO_KHONG_TON_TAI")
    assert texting.send(uuid4().hex, Letter("12", "x")) == Failed("MA_LOI_SO_SAI")


@pytest.mark.parametrize(("fault", "cause"), sorted(SILENCE.items()))
def test_an_answer_that_is_none_says_nothing(gateway: StandIn, texting: HttpSmsGateway, fault: str, cause: str) -> None:
    reference = uuid4().hex
    gateway.fault(fault, seconds=2)
    assert texting.send(reference, LETTER) == Unknown(cause)
    if fault != "shape":
        assert texting.look(reference, LETTER) in (Unknown(cause), Nowhere())
    gateway.fault("none")
    found = texting.look(reference, LETTER)
    assert isinstance(found, Taken if sent(gateway, reference) else Nowhere)
    if fault in ("lost", "cut", "drip", "stranger", "partial"):
        assert isinstance(found, Taken), "it was taken, and the look says so"


def test_a_gateway_that_is_busy_took_nothing_and_one_that_refuses_never_will(
    gateway: StandIn, texting: HttpSmsGateway
) -> None:
    reference = uuid4().hex
    gateway.fault("busy")
    assert texting.send(reference, LETTER) == Unsent("MA_LOI_429")
    gateway.fault("code")
    assert texting.send(reference, LETTER) == Failed("MA_LOI_500")
    gateway.fault("none")
    assert sent(gateway, reference) == []


# ---- e-mail


class MailStandIn(StandIn):
    """The practice mail server: where it takes mail, and its door."""

    def __init__(self, *arguments: str) -> None:
        started = [sys.executable, "-m", "clerk_app.practice.mail_server", *arguments]
        self.process = subprocess.Popen(started, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        said = json.loads(self.process.stdout.readline())
        self.url, self.smtp = said["listening"], said["smtp"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("ca"))


Make = Callable[..., tuple[MailStandIn, SmtpMail]]


@pytest.fixture
def mailing(authority: Authority, tmp_path: Path) -> Iterator[Make]:
    """A server and the way to it; `way` as the setting, `trusted` false: its certificate is nobody's we know."""
    opened: list[MailStandIn] = []

    def make(
        way: str = "starttls", account: str = "quay:bi-mat", password: str = "bi-mat", trusted: bool = True
    ) -> tuple[MailStandIn, SmtpMail]:
        issuer = authority if trusted else Authority.made(tmp_path / "other", "Other CA")
        cert, key = issuer.issue(tmp_path / f"mail{len(opened)}")
        arguments = ["--account", account, "--cert", str(cert), "--key", str(key)] if way != "none" else []
        server = MailStandIn(*arguments, *(["--tls"] if way == "tls" else []))
        opened.append(server)
        host, _, port = server.smtp.partition(":")
        us = Server(
            host,
            int(port),
            way,  # type: ignore[arg-type]
            "khong-tra-loi@csgt.example",
            "Phòng CSGT",
            "quay" if way != "none" else "",
            password,
            str(authority.certificate),
            PATIENCE_S,
        )
        return server, SmtpMail(us)

    yield make
    for one in opened:
        one.close()


@pytest.mark.parametrize("way", ["starttls", "tls", "none"])
def test_an_email_is_handed_over_whole(mailing: Make, way: str) -> None:
    server, mail = mailing(way)
    reference = uuid4().hex
    assert mail.send(reference, MAIL) == Taken()
    (kept,) = server.ledger()
    assert (kept["to"], kept["subject"], kept["tls"]) == ([MAIL.to], MAIL.subject, way != "none")
    assert kept["text"].replace("\r\n", "\n") == MAIL.text
    assert kept["id"] == f"<{reference}@csgt.example>"
    assert kept["auto"] == "auto-generated"
    assert kept["from"] == "Phòng CSGT <khong-tra-loi@csgt.example>"
    assert mail.look(reference, MAIL) == Unknown("NOT_ANSWERED")


@pytest.mark.parametrize(
    ("fault", "end", "kept"),
    [
        ("down", Unsent("UNREACHABLE"), 0),
        ("slow", Unsent("TIMEOUT"), 0),
        ("greylist", Unsent("SMTP_451"), 0),
        ("refuse", Failed("SMTP_550"), 0),
        ("full", Unsent("SMTP_452"), 0),
        ("login", Unsent("LOGIN"), 0),
        ("cut", Unknown("UNREACHABLE"), 0),
        ("lost", Unknown("UNREACHABLE"), 1),
    ],
)
def test_only_what_was_lost_after_the_text_is_unknown(mailing: Make, fault: str, end: object, kept: int) -> None:
    server, mail = mailing()
    server.fault(fault, seconds=2)
    assert mail.send(uuid4().hex, MAIL) == end
    assert len(server.ledger()) == kept
    server.fault("none")
    assert mail.send(uuid4().hex, MAIL) == Taken()


def test_no_mail_goes_to_a_server_that_cannot_be_trusted(mailing: Make) -> None:
    for way in ("starttls", "tls"):
        server, mail = mailing(way, trusted=False)
        assert mail.send(uuid4().hex, MAIL) == Unsent("TLS")
        assert server.ledger() == []


def test_a_wrong_password_is_told(mailing: Make) -> None:
    _, mail = mailing(password="sai")
    assert mail.send(uuid4().hex, MAIL) == Unsent("LOGIN")


def test_a_server_that_offers_no_tls_gets_no_mail(mailing: Make) -> None:
    server, _ = mailing("none")
    host, _, port = server.smtp.partition(":")
    mail = SmtpMail(Server(host, int(port), "starttls", "a@csgt.example", timeout_s=PATIENCE_S))
    assert isinstance(mail.send(uuid4().hex, MAIL), Unsent)
    assert server.ledger() == []


# ---- the portal


def test_a_step_with_its_words_is_read_at_the_portal_once() -> None:
    with stand_in("national_portal") as portal:
        line = Line(portal.url, PATIENCE_S)
        there = HttpPortal(line, Account(USER, PASSWORD, "G01.801.308"))
        code, at = "G01.801.308-261130-000001", datetime(2026, 11, 30, 2, tzinfo=UTC)
        sync = PortalSync(code, "3.000347", "Đổi giấy phép lái xe", "TRẦN MINH QUÂN", "PC08", 2, at)
        there.send(uuid4().hex, there.message(uuid4(), sync)[1])
        carrier, reference = PortalMessages(there), uuid4().hex
        letter = Letter(code, "Hồ sơ đã có kết quả.", "Có kết quả", 9, "officer", "PC08", at)
        assert carrier.look(reference, letter) == Nowhere()
        portal.fault("lost", times=2, after=1)
        assert isinstance(carrier.send(reference, letter), Unknown)
        portal.fault("none")
        assert carrier.look(reference, letter) == Taken(delivered=True)
        (one,) = (one for one in portal.ledger()["dossiers"] if one["MaHoSo"] == code)
        assert [(step["TrangThai"], step["NoiDungXuLy"]) for step in one["TienDo"]] == [("9", letter.text)]
        line.close()


# ---- the wire

REFERENCE = "01990000000070008000000000000002"
SHAPES = {
    "send": (
        {"MaThamChieu": str, "NguoiGui": str, "SoNhan": str, "NoiDung": str, "BangMa": str},
        {"MaLoi": str, "MaThamChieu": str, "TrangThai": str, "LyDo": str},
    ),
    "look": ({"MaThamChieu": str}, {"MaLoi": str, "MaThamChieu": str, "TrangThai": str, "LyDo": str}),
    "nobody": ({"MaThamChieu": str}, {"MaLoi": str}),
}


def _asked(name: str, texting: HttpSmsGateway) -> object:
    if name == "send":
        return texting.send(REFERENCE, LETTER)
    return texting.look("0" * 32 if name == "nobody" else REFERENCE, LETTER)


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_what_is_recorded_has_the_shape_and_is_what_client_and_stand_in_say(name: str) -> None:
    exchange = recorded("sms")[name]
    asked, answered = SHAPES[name]
    assert misfits(exchange["request"]["body"], asked) == []
    assert misfits(exchange["answer"], answered) == []
    with played(json.dumps(exchange["answer"]).encode()) as there:
        line = Line(there.url, PATIENCE_S)
        found = _asked(name, HttpSmsGateway(line, Sender("CSGT-HN")))
        line.close()
    assert there.asked == [exchange["request"]]
    assert found == {"send": Taken(), "look": Taken(), "nobody": Nowhere()}[name]
    with stand_in("sms_gateway") as gateway:
        order = [recorded("sms")["send"]["request"], exchange["request"]] if name == "look" else [exchange["request"]]
        for request in order:
            with requests.post(gateway.url + request["path"], json=request["body"], timeout=5) as reply:
                said = reply.json()
    assert said == exchange["answer"]
