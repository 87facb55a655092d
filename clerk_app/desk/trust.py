"""Who may vouch for a citizen card at this desk, until when, and whether somebody should do something about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from clerk_app.desk.reasons import NOT_BELIEVED
from clerk_app.desk.views import DoctorCheck
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.refusals import Refusal, Words

_SOON = timedelta(days=60)
_IMPORT = Words(
    "Nhập gói tin cậy đã ký cho cơ quan này: clerk trust import TỆP.",
    "Import a trust package signed for this office: clerk trust import FILE.",
)
_SIGN = Words(
    "Tệp rời không được tin: đơn vị phát hành ký thành gói (clerk trust sign), rồi clerk trust import.",
    "Loose files are not believed: have them signed as a package (clerk trust sign), then clerk trust import.",
)


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """A believed CSCA certificate; `linked` when an older key of its State vouched for it."""

    name: str
    sha256: str
    starts: datetime
    ends: datetime
    linked: bool

    def state(self, now: datetime) -> Literal["in_force", "expired", "not_yet"]:
        """Whether it is in force."""
        if now > self.ends:
            return "expired"
        return "in_force" if now >= self.starts else "not_yet"


@dataclass(frozen=True, slots=True)
class Revocations:
    """A believed revocation list: how many certificates it names, and from when until when it speaks."""

    issuer: str
    since: datetime
    until: datetime
    revoked: int

    def current(self, now: datetime) -> bool:
        """Whether it still says who is not revoked."""
        return self.since <= now <= self.until


@dataclass(frozen=True, slots=True)
class PackageLabel:
    """The installed package as its publisher named it."""

    name: str
    office: str
    version: str
    issued: date


@dataclass(frozen=True, slots=True)
class TrustView:
    """Everything there is to know about whom this desk believes."""

    practice: bool
    package: PackageLabel | None
    authorities: tuple[TrustedAuthority, ...]
    revocations: tuple[Revocations, ...]
    of_other_states: int = 0
    left_out: tuple[tuple[str, str], ...] = ()
    """(name, code of the reason) of what is in the package and counts for nothing."""
    loose: tuple[str, ...] = ()
    refusal: Refusal | None = None


def check(view: TrustView, now: datetime) -> DoctorCheck:
    """The line `trust` of `doctor`: fail when no card can be believed, warn before that happens."""
    if view.refusal is not None:
        state: Literal["warn", "fail"] = "warn" if view.practice else "fail"
        return DoctorCheck("trust", state, view.refusal.words, _joined([view.refusal.remedy, _IMPORT], " "))
    if view.practice:
        words = Words("Tập huấn: chỉ tin CSCA của thẻ mẫu", "Training: only the specimen authority is believed")
        return DoctorCheck("trust", "ok", words, Words("", ""))
    in_force = [one for one in view.authorities if one.state(now) == "in_force"]
    if not in_force:
        what = Words("Không có CSCA nào còn hiệu lực được tin", "No CSCA in force is believed")
        remedy = _SIGN if view.loose and view.package is None else _IMPORT
        return DoctorCheck("trust", "fail", _joined([what, *_loose(view)], "; "), remedy)
    if trouble := [*_expiring(in_force, now), *_unheard(view, in_force, now), *_loose(view), *_left_out(view)]:
        only_loose = len(trouble) == len(_loose(view))
        return DoctorCheck("trust", "warn", _joined(trouble, "; "), _SIGN if only_loose else _IMPORT)
    until = _day(max(one.ends for one in in_force))
    words = Words(f"Tin {len(in_force)} CSCA đến {until}", f"{len(in_force)} CSCA believed until {until}")
    return DoctorCheck("trust", "ok", words, Words("", ""))


def _expiring(in_force: Iterable[TrustedAuthority], now: datetime) -> list[Words]:
    soon = [one for one in in_force if one.ends - now <= _SOON]
    return [
        Words(f"CSCA {one.name} hết hạn ngày {_day(one.ends)}", f"CSCA {one.name} expires on {_day(one.ends)}")
        for one in soon
    ]


def _unheard(view: TrustView, in_force: Iterable[TrustedAuthority], now: datetime) -> list[Words]:
    """Authorities of whom nobody knows today what they revoked."""
    current = {one.issuer for one in view.revocations if one.current(now)}
    ever = {one.issuer: max(o.until for o in view.revocations if o.issuer == one.issuer) for one in view.revocations}
    said = {}
    for name in (one.name for one in in_force):
        if name in current:
            continue
        if name in ever:
            day = _day(ever[name])
            said[name] = Words(f"CRL của {name} quá hạn từ {day}", f"The CRL of {name} is out of date since {day}")
        else:
            said[name] = Words(f"Không có CRL của {name}", f"There is no CRL of {name}")
    return list(said.values())


def _loose(view: TrustView) -> list[Words]:
    if not view.loose:
        return []
    some = ", ".join(view.loose[:3]) + (", …" if len(view.loose) > 3 else "")
    return [Words(f"tệp không được ký, không được tin: {some}", f"files nobody signed are not believed: {some}")]


def _left_out(view: TrustView) -> list[Words]:
    return [
        Words(f"{name or 'một tệp'} {NOT_BELIEVED[why].vi}", f"{name or 'a file'} {NOT_BELIEVED[why].en}")
        for name, why in view.left_out[:3]
    ]


def _joined(words: Iterable[Words], by: str) -> Words:
    said = list(words)
    return Words(by.join(one.vi for one in said if one.vi), by.join(one.en for one in said if one.en))


def _day(moment: datetime) -> str:
    return f"{in_hanoi(moment):%d/%m/%Y}"
