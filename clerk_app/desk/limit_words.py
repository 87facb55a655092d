"""What the limits of a desk are called, how far they are, and what to do about each, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from clerk_app.domain.limits import ENTRANCE, Limit, LimitName, Stage
from clerk_app.domain.money import format_number
from clerk_app.domain.refusals import Refusal, Words

NAMES: Mapping[LimitName, Words] = {
    "dossier-numbers": Words("dải mã hồ sơ", "dossier codes"),
    "receipt-numbers": Words("dải số biên lai", "receipt numbers"),
    "disk": Words("chỗ trên ổ đĩa", "room on the disk"),
    "catalogue": Words("danh mục chưa được xác nhận", "age of the catalogue"),
    "users": Words("danh sách người dùng chưa được xác nhận", "age of the list of users"),
    "trust": Words("danh sách thu hồi đã quá hạn", "age of the revocation lists"),
    "central": Words("thời gian chưa liên lạc với trung tâm", "time without central"),
    "days-offline": Words("số ngày đăng nhập ngoại tuyến", "days of sign-in without a line"),
}
_ONLINE = Words("Nối mạng với trung tâm", "Connect to central")
_GRACE = Words(
    "hoặc lãnh đạo xin trung tâm mã gia hạn qua điện thoại.", "or ask central for a grace code by telephone."
)
_USB = Words("Nối mạng, hoặc mang tệp bằng USB đến trung tâm", "Connect, or take a file to central on a stick")
_DISK = Words("Giải phóng ổ đĩa", "Make room on the disk")
_TRUST = Words("Nhập gói tin cậy mới của đơn vị", "Import the office's newest trust package")


def words_of(limit: Limit, stage: Stage) -> Words:
    """How far it is, in people's units."""
    used, of, left = round(limit.used), round(limit.of), round(limit.left())
    match limit.name:
        case "dossier-numbers":
            said = Words(f"Còn {left} mã hồ sơ.", f"{left} dossier codes are left.")
        case "receipt-numbers":
            said = Words(f"Còn {left} số biên lai.", f"{left} receipt numbers are left.")
        case "disk":
            said = Words(
                f"Ổ đĩa còn {format_number(left)} MB cho hồ sơ mới.", f"The disk has {left:,} MB for new dossiers."
            )
        case "catalogue":
            said = Words(
                f"Danh mục đã {used} ngày chưa được trung tâm xác nhận (tối đa {of}).",
                f"Central last confirmed the catalogue {used} days ago (at most {of}).",
            )
        case "users":
            said = Words(
                f"Danh sách người dùng đã {used} ngày chưa được xác nhận (tối đa {of}).",
                f"The list of users was last confirmed {used} days ago (at most {of}).",
            )
        case "trust":
            said = Words(
                f"Danh sách thu hồi quá hạn {used} ngày (tối đa {of}).",
                f"The revocation lists are {used} days out of date (at most {of}).",
            )
        case "central":
            said = Words(
                f"Đã {used} ngày không liên lạc với trung tâm (tối đa {of}).",
                f"Central was last heard {used} days ago (at most {of}).",
            )
        case "days-offline":
            said = Words(
                f"Còn đăng nhập ngoại tuyến được {limit.left():.1f} ngày.".replace(".", ",", 1).replace(",0 ", " "),
                f"Sign-in without a line works for {limit.left():.1f} more days.",
            )
        case _:
            assert_never(limit.name)
    if stage == "reached" and limit.name in ENTRANCE:
        said = Words(f"{said.vi} Không nhận được hồ sơ mới.", f"{said.en} No new dossier can be begun.")
    if limit.lifted_until is not None and limit.used >= limit.of and stage != "reached":
        until = f"{limit.lifted_until:%H:%M %d/%m/%Y}"
        said = Words(f"{said.vi} Đã gia hạn đến {until}.", f"{said.en} Lifted until {until}.")
    return said


def remedy_of(limit: Limit, stage: Stage) -> Words:
    """What to do; nothing while all is well."""
    if stage == "ok":
        return Words("", "")
    by_name = {"disk": _DISK, "trust": _TRUST, "dossier-numbers": _USB, "receipt-numbers": _USB, "central": _USB}
    do = by_name.get(limit.name, _ONLINE)
    return Words(f"{do.vi}, {_GRACE.vi}", f"{do.en}, {_GRACE.en}")


def reached(limit: Limit) -> Refusal:
    """Why no new dossier is begun, or nobody signed in."""
    code = f"LIMIT_{limit.name.upper().replace('-', '_')}"
    words = words_of(limit, "reached")
    kept = Words("Hồ sơ đang làm vẫn hoàn tất được.", "Dossiers under way can be finished.")
    return Refusal(code, Words(f"{words.vi} {kept.vi}", f"{words.en} {kept.en}"), remedy_of(limit, "reached"))
