"""Driver-health certificates, by their number or by the ID number of their holder (TT 36/2024/TT-BYT, Annex II).

Asked as the online procedure asks it: `POST /gksk/tra-cuu {soGiay | soDinhDanh}` answers `TraLoiSucKhoe`, dates as
dd/MM/yyyy. What the doctor found is not in it, only what they concluded.
"""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from clerk_app.central.registers.line import NOT_JOINED, Line, Unknown, day_or_none
from clerk_app.domain.people import nfc
from clerk_app.domain.registers import Health, HealthCertificate, HealthCertificates


class HealthRegister(Protocol):
    """Whoever has the certificates."""

    def certificates(self, number: str, certificate: str) -> HealthCertificates:
        """Those of the person with this ID number, or the one with this number of its own; if both are given it must
        be theirs. Never raises.
        """
        ...


class _GiayKham(msgspec.Struct):
    soGiay: str  # noqa: N815
    soDinhDanh: str  # noqa: N815
    ketLuan: Literal["DU", "KHAM_LAI", "KHONG_DU", ""] = ""  # noqa: N815
    ngayKetLuan: str | None = None  # noqa: N815
    ngayHetHan: str | None = None  # noqa: N815
    hang: list[str] = []
    coSo: str = ""  # noqa: N815


class TraLoiSucKhoe(msgspec.Struct):
    """The answer; `maLoi` 0 means that it could look."""

    maLoi: int  # noqa: N815
    giayKham: list[_GiayKham]  # noqa: N815


_CONCLUSIONS: dict[str, Health] = {"DU": "fit", "KHAM_LAI": "again", "KHONG_DU": "unfit", "": "unknown"}


class NoHealthRegister:
    """None is joined to this central."""

    def certificates(self, number: str, certificate: str) -> HealthCertificates:
        return _unknown(NOT_JOINED.cause)


class HttpHealthRegister:
    """The certificates over HTTP."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def certificates(self, number: str, certificate: str) -> HealthCertificates:
        asked = {"soGiay": certificate} if certificate else {"soDinhDanh": number}
        said = self._line.told(TraLoiSucKhoe, "POST", "/gksk/tra-cuu", said=asked)
        if isinstance(said, Unknown):
            return _unknown(said.cause)
        if said.maLoi != 0:
            return _unknown(f"MA_LOI_{said.maLoi}")
        return _found(number, certificate, said.giayKham)


def _unknown(cause: str) -> HealthCertificates:
    return HealthCertificates("unknown", (), cause)


def _found(number: str, certificate: str, told: list[_GiayKham]) -> HealthCertificates:
    strange = [
        one
        for one in told
        if (number and one.soDinhDanh != number) or (certificate and nfc(one.soGiay) != nfc(certificate))
    ]
    if strange:
        return _unknown("OTHER_PERSON")
    try:
        found = tuple(dict.fromkeys(_certificate(one) for one in told))
    except ValueError:
        return _unknown("SHAPE")
    if len({one.number for one in found}) < len(found):
        return _unknown("AMBIGUOUS")
    return HealthCertificates("yes" if found else "no", found)


def _certificate(said: _GiayKham) -> HealthCertificate:
    return HealthCertificate(
        number=nfc(said.soGiay),
        conclusion=_CONCLUSIONS[said.ketLuan],
        concluded=day_or_none(said.ngayKetLuan),
        expires=day_or_none(said.ngayHetHan),
        classes=tuple(nfc(one) for one in said.hang),
        facility=nfc(said.coSo),
    )
