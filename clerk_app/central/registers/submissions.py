"""What a citizen sent through the national portal, as it is listed there: form, papers, payment, contact.

The shape is inferred from DongBoHoSoMC, whose names it keeps; the form's values stand in DuLieu by the portal's own
names. One item that cannot be read keeps back no other one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import msgspec

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.facts import in_reach
from clerk_app.domain.people import nfc
from clerk_app.domain.registers import Submission, SubmittedPaper

_GONE = ("1", "true")
_STAMP = "%Y%m%d%H%M%S"
_Text = Annotated[str, msgspec.Meta(max_length=500)]
_Code = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\A[A-Za-z0-9._\-]+\Z")]

FIELDS: dict[str, str] = {
    "SoDinhDanh": "applicant.number",
    "HoTen": "applicant.name",
    "NgaySinh": "applicant.born",
    "GioiTinh": "applicant.sex",
    "QuocTich": "applicant.nationality",
    "NoiCuTru": "applicant.residence",
    "SoDienThoai": "applicant.phone",
    "HangDeNghi": "wanted_class",
    "LyDo": "reason",
    "NoiNhanKetQua": "result_place",
    "SoGiayPhep": "portal.licence",
    "HangGiayPhep": "portal.licence_class",
    "SoGiayKhamSucKhoe": "health.number",
}
"""The portal's names of the values of its form, and ours."""
EMAIL = "portal.email"
BESIDE_THE_FORM = frozenset({EMAIL, *(name for name in FIELDS.values() if name.startswith("portal."))})
"""What a citizen states that our form has no field for."""
_DAYS = frozenset({"NgaySinh"})
_CHOICES: dict[str, dict[str, str]] = {
    "GioiTinh": {"nam": "M", "nữ": "F"},
    "NoiNhanKetQua": {"tại quầy": "counter", "bưu chính": "post", "vneid": "vneid"},
}


class _Paper(msgspec.Struct):
    TepDinhKemId: _Code
    DuongDanTaiTepTin: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    TenTepDinhKem: _Text = ""
    MaThanhPhanHoSo: _Text = ""
    IsDeleted: str = ""


class _Fee(msgspec.Struct):
    Gia: str
    MaPhiLePhi: _Text = ""
    TrangThaiThanhToan: str = "0"
    MaGiaoDich: _Text = ""


class _Item(msgspec.Struct):
    MaHoSo: _Code
    MaTTHC: _Code
    NgayNop: str
    DonViXuLy: _Text
    DuLieu: dict[str, _Text]
    ThoiDiemCapNhat: str = ""
    Email: _Text = ""
    SoDienThoai: _Text = ""
    TaiLieuNop: Annotated[list[_Paper], msgspec.Meta(max_length=100)] = []
    DanhSachLePhi: Annotated[list[_Fee], msgspec.Meta(max_length=20)] = []


class _Named(msgspec.Struct):
    MaHoSo: _Code


@dataclass(frozen=True, slots=True)
class Listed:
    """What was listed; `unreadable` are the codes of items of another shape, the empty text for one without a code."""

    found: tuple[Submission, ...]
    unreadable: tuple[str, ...] = field(default=())


def listed(items: Sequence[msgspec.Raw]) -> Listed:
    """Every item by itself. Two of one code: the later one counts."""
    found: dict[str, Submission] = {}
    unreadable: list[str] = []
    for raw in items:
        try:
            one = _submission(msgspec.json.decode(raw, type=_Item))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
            unreadable.append(_code_of(raw))
            continue
        known = found.get(one.code)
        if known is None or known.changed_at <= one.changed_at:
            found[one.code] = one
    return Listed(tuple(found.values()), tuple(unreadable))


def _code_of(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=_Named).MaHoSo
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""


def _submission(item: _Item) -> Submission:
    sent = _moment(item.NgayNop)
    fields = {FIELDS[name]: _value(name, text) for name, text in item.DuLieu.items() if name in FIELDS and text.strip()}
    phone = nfc(item.SoDienThoai).strip()
    if phone:
        fields.setdefault("applicant.phone", phone)
    if item.Email.strip():
        fields[EMAIL] = nfc(item.Email).strip()
    fee = sum(_vnd(one.Gia) for one in item.DanhSachLePhi)
    paid = bool(item.DanhSachLePhi) and all(one.TrangThaiThanhToan == "1" for one in item.DanhSachLePhi)
    return Submission(
        item.MaHoSo,
        item.MaTTHC,
        item.DonViXuLy,
        sent,
        _moment(item.ThoiDiemCapNhat) if item.ThoiDiemCapNhat else sent,
        fields,
        tuple(
            SubmittedPaper(one.TepDinhKemId, nfc(one.MaThanhPhanHoSo), one.DuongDanTaiTepTin)
            for one in item.TaiLieuNop
            if one.IsDeleted not in _GONE
        ),
        fee,
        "claimed" if paid else "due" if fee else "none",
        next((one.MaGiaoDich for one in item.DanhSachLePhi if one.MaGiaoDich), ""),
        tuple(
            dict.fromkeys(
                nfc(one.MaThanhPhanHoSo) or one.TepDinhKemId for one in item.TaiLieuNop if one.IsDeleted in _GONE
            )
        ),
    )


def _vnd(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise ValueError("đồng")
    return int(text)


def _value(name: str, text: str) -> str:
    text = nfc(text).strip()
    if name in _DAYS:
        return datetime.strptime(text, "%d/%m/%Y").date().isoformat()  # noqa: DTZ007 a calendar day has no zone
    choices = _CHOICES.get(name)
    return text if choices is None else choices.get(text.lower(), "")


def _moment(text: str) -> datetime:
    found = datetime.strptime(text, _STAMP).replace(tzinfo=HANOI)
    if not in_reach(found):
        raise ValueError("a moment of no such system")
    return found
