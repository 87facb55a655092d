"""The payment platform of the national portal, version 1.0.6: INIT, query, and the receipt as a PDF.

One address, JSON, told apart by LoaiBanTin. MaXacThuc is the lower-case hex SHA-256 of the fields before it, joined by
`|` in their order, then the secret. ThoiGianGD is yyyyMMddHHmmss by the 24-hour clock of Vietnam. An INIT is known by
its MaThamChieu: sent again it is the same payment. A payment is paid by the platform's word alone: MaLoi "00" with
TrangThaiGD 1, of this reference, of this amount.

The published shape names no MaXacThuc on the answers to a query. One that does not fit is never believed, and one that
is missing only where the office says so (`payment_answers` tls): then it is the TLS line that says who answered, and
reference and amount must be those of the order all the same.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from clerk_app.central.registers.line import Line, Unknown, read
from clerk_app.central.registers.ordering import Absent, Done, Heard, Rejected
from clerk_app.domain.calendar import in_hanoi
from clerk_app.wire_orders import FeeLine, PaymentClaim, PaymentOrder

VERSION = "1.0.6"
_PATH = "/thanh-toan"
_CLAIM = "CLAIM"
"""What is kept for a payment that is only asked about; it goes to nobody."""
INIT_FIELDS = (
    *("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "SoTien", "LoaiHinhThanhToan", "MaKenhThanhToan"),
    *("MaThietBi", "NgonNgu", "MaTienTe", "MaNganHang", "ThongTinGiaoDich", "ThoiGianGD", "Ip"),
)
ASK_FIELDS = ("LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD")
_STATES: dict[int, Literal["paid", "pending", "failed"]] = {1: "paid", 3: "pending", 4: "failed"}


@dataclass(frozen=True, slots=True)
class Partner:
    """Who we are to the platform, and where the money goes. `absent` is its MaLoi for a reference it does not know;
    `unsigned`: its answers carry no MaXacThuc, the line alone says whose they are.
    """

    code: str
    secret: str = field(repr=False)
    channel: str = ""
    device: str = ""
    unit: str = ""
    unit_name: str = ""
    account: str = field(default="", repr=False)
    account_bank: str = ""
    account_name: str = ""
    absent: str = "01"
    unsigned: bool = False


class _TraLoiInit(msgspec.Struct):
    error_code: str
    UrlThanhToan: str = ""


class _TraLoiTraCuu(msgspec.Struct):
    MaLoi: str
    MaThamChieu: str = ""
    TrangThaiGD: int = 0
    SoTien: str = ""
    ThoiGianGD: str = ""
    MaXacThuc: str | None = None


def digest(values: Mapping[str, object], fields: tuple[str, ...], secret: str) -> str:
    """MaXacThuc of these fields."""
    joined = "|".join([*(str(values[name]) for name in fields), secret])
    return hashlib.sha256(joined.encode()).hexdigest()


def stamp(at: datetime) -> str:
    """ThoiGianGD."""
    return f"{in_hanoi(at):%Y%m%d%H%M%S}"


def reference_of(order: UUID) -> str:
    """MaThamChieu of an order: the same however often it is sent."""
    return order.hex


def _fee(one: FeeLine) -> dict[str, str]:
    return {
        "LoaiPhiLePhi": one.kind,
        "MaPhiLePhi": one.code,
        "TenPhiLePhi": one.name,
        "SoTien": str(one.amount_vnd),
    }


class HttpPaymentPlatform:
    """The platform over HTTP."""

    compares = True

    def __init__(self, line: Line, us: Partner, clock: Callable[[], datetime]) -> None:
        self._line = line
        self._us = us
        self._clock = clock

    def message(self, order: UUID, asked: PaymentOrder, at: datetime) -> tuple[str, bytes]:
        """What is sent, each time the same, and the reference by which the platform knows it."""
        us, reference = self._us, reference_of(order)
        told: dict[str, object] = {
            "LoaiBanTin": "INIT",
            "PhienBan": VERSION,
            "MaDoiTac": us.code,
            "MaThamChieu": reference,
            "SoTien": str(asked.amount_vnd),
            "LoaiHinhThanhToan": "PAY",
            "MaKenhThanhToan": us.channel,
            "MaThietBi": us.device,
            "NgonNgu": "vi-VN",
            "MaTienTe": "VND",
            "MaNganHang": "",
            "ThongTinGiaoDich": f"Nop le phi ho so {asked.dossier_code}",
            "ThoiGianGD": stamp(at),
            "Ip": "",
        }
        told["ThongTinBienLai"] = {
            "MaDichVu": asked.procedure,
            "MaDVC": asked.procedure,
            "TenDVC": asked.procedure_name,
            "MaTTHC": asked.procedure,
            "TenTTHC": asked.procedure_name,
            "MaDonVi": us.unit,
            "TenDonVi": us.unit_name,
            "MaHoSo": asked.dossier_code,
            "TKThuHuong": us.account,
            "MaNHThuHuong": us.account_bank,
            "TenTKThuHuong": us.account_name,
            "NoiDungThanhToan": f"Nop le phi ho so {asked.dossier_code}",
            "HoTenNguoiNop": asked.payer,
            "SoCMNDNguoiNop": asked.payer_number,
            "DiaChiNguoiNop": asked.payer_address,
            "PhiLePhi": [_fee(one) for one in asked.fees],
            "DSKhoanNop": [{"NoiDung": one.name, "SoTien": str(one.amount_vnd)} for one in asked.fees],
        }
        return reference, msgspec.json.encode(told)

    def claim(self, asked: PaymentClaim) -> tuple[str, bytes]:
        """The reference by which the platform knows a payment that is claimed, and what is kept of the question."""
        return asked.reference, msgspec.json.encode({"LoaiBanTin": _CLAIM, "SoTien": str(asked.amount_vnd)})

    def send(self, reference: str, body: bytes) -> Done | Absent | Rejected | Unknown:
        """INIT. The secret is added here and lies in no database. A claim is asked about, and never made."""
        told = msgspec.json.decode(body, type=dict[str, object])
        if told["LoaiBanTin"] == _CLAIM:
            return self._claimed(reference, str(told["SoTien"]))
        told["MaXacThuc"] = digest(told, INIT_FIELDS, self._us.secret)
        said = self._line.told(_TraLoiInit, "POST", _PATH, said=told)
        if isinstance(said, Unknown):
            return said
        if said.error_code != "0":
            return Rejected(f"MA_LOI_{said.error_code}")
        if not said.UrlThanhToan.startswith("https://"):
            return Unknown("SHAPE")
        return Done({"url": said.UrlThanhToan}, "pending")

    def _claimed(self, reference: str, amount: str) -> Done | Absent | Unknown:
        heard = self._asked(reference, amount)
        return Done({}, heard.outcome) if isinstance(heard, Heard) else heard

    def look(self, reference: str, body: bytes) -> Done | Absent | Unknown:
        """Whether the platform has it. One that it has and is not over is asked for its place again by INIT."""
        amount = str(msgspec.json.decode(body, type=dict[str, object])["SoTien"]) if body else ""
        heard = self._asked(reference, amount)
        if isinstance(heard, Heard):
            return Absent() if heard.outcome == "pending" else Done({}, heard.outcome)
        return heard

    def hear(self, reference: str, about: str) -> Heard | Absent | Unknown:
        """What the platform says of a payment now."""
        return self._asked(reference, about)

    def _asked(self, reference: str, amount: str) -> Heard | Absent | Unknown:
        said = self._line.told(_TraLoiTraCuu, "POST", _PATH, said=self._question("QUERY", reference))
        if isinstance(said, Unknown):
            return said
        if said.MaLoi == self._us.absent:
            return Absent()
        if said.MaLoi != "00":
            return Unknown(f"MA_LOI_{said.MaLoi}")
        if said.MaXacThuc is None and not (self._us.unsigned and self._line.private):
            return Unknown("DIGEST_MISSING")
        if said.MaXacThuc is not None and not self._ours(said):
            return Unknown("DIGEST")
        if said.MaThamChieu != reference:
            return Unknown("OTHER_PAYMENT")
        if not amount or said.SoTien != amount:
            return Unknown("AMOUNT_DIFFERS")
        state = _STATES.get(said.TrangThaiGD)
        return Unknown("SHAPE") if state is None else Heard(state)

    def bill(self, reference: str) -> bytes | Unknown:
        """GET_BILL: the platform's receipt, a PDF."""
        said = self._line.ask("POST", _PATH, said=self._question("GET_BILL", reference))
        if isinstance(said, bytes) and not said.startswith(b"%PDF-"):
            told = read(said, _TraLoiTraCuu)
            return told if isinstance(told, Unknown) else Unknown(f"MA_LOI_{told.MaLoi}")
        return said

    def _question(self, kind: str, reference: str) -> dict[str, object]:
        told: dict[str, object] = {
            "LoaiBanTin": kind,
            "PhienBan": VERSION,
            "MaDoiTac": self._us.code,
            "MaThamChieu": reference,
            "ThoiGianGD": stamp(self._clock()),
        }
        told["MaXacThuc"] = digest(told, ASK_FIELDS, self._us.secret)
        return told

    def _ours(self, said: _TraLoiTraCuu) -> bool:
        fields = ("MaLoi", "MaThamChieu", "TrangThaiGD", "SoTien", "ThoiGianGD")
        expected = digest(msgspec.to_builtins(said), fields, self._us.secret)
        return hmac.compare_digest(expected, said.MaXacThuc or "")
