"""What is said of online dossiers: their stages, payments, how much time is left, and what their citizens stated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from clerk_app.desk.views import Badge, Tone
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Entry, FieldsEntered
from clerk_app.domain.online import BESIDE, OnlineLine, Stage
from clerk_app.domain.people import search_key
from clerk_app.domain.refusals import Words

STAGES: Mapping[Stage, tuple[Words, Tone]] = {
    "new": (Words("Mới nộp", "New"), "warn"),
    "came": (Words("Đã bổ sung", "Supplement came"), "warn"),
    "fee": (Words("Chờ nộp lệ phí", "Waits for the fee"), "calm"),
    "supplement": (Words("Chờ bổ sung", "Waits for papers"), "calm"),
    "accepted": (Words("Đã tiếp nhận", "Accepted"), "good"),
    "ended": (Words("Đã xong", "Ended"), "calm"),
}
PAYMENTS: Mapping[str, Words] = {
    "none": Words("Không có lệ phí", "No fee"),
    "due": Words("Chưa nộp lệ phí", "Fee not paid"),
    "claimed": Words("Cổng báo đã nộp, chờ xác nhận", "Portal says paid, not confirmed"),
    "unfounded": Words("Cổng báo đã nộp, nền tảng không có", "Portal says paid, the platform has none"),
    "paid": Words("Đã nộp lệ phí", "Fee paid"),
    "back": Words("Phải hoàn lại tiền", "Money to be given back"),
}
ACCEPTED = Words("Không còn gì: đã tiếp nhận.", "Nothing: it is accepted.")
AFTERWARDS: Mapping[Stage, Words] = {
    "supplement": Words("Chờ công dân bổ sung.", "The citizen is to send a supplement."),
    "came": Words(
        "Xem giấy tờ mới gửi, rồi ghi nhận bổ sung ở trang Quá trình giải quyết (Ctrl 8).",
        "Look at what was sent, then take the supplement on the page of its way (Ctrl 8).",
    ),
    "ended": Words("Không còn gì: đã xong.", "Nothing: it has ended."),
}
"""What is to be done about one that was accepted."""
GIVE_BACK = Words(
    "Hoàn lại tiền cho công dân: đề nghị lãnh đạo cho hoàn, rồi trả tiền.",
    "Give the citizen the money back: ask a supervisor to let it be repaid, then repay it.",
)
MINE = Words("Đang mở ở quầy này", "Open at this desk")


def stage_badge(stage: Stage) -> Badge:
    """A stage as it is shown."""
    words, tone = STAGES[stage]
    return Badge(words, tone)


def theirs(counter: str, name: str) -> Words:
    """Somebody else has it open."""
    return Words(f"Quầy {counter} · {name} đang mở", f"Open at desk {counter} · {name}")


def left_words(ends: datetime | None, left: timedelta | None, now: datetime) -> Words:
    """How much office time is left until then; since when it is over."""
    if ends is None:
        return Words("", "")
    if ends < now or left is None:
        when = f"{in_hanoi(ends):%H:%M %d/%m}"
        return Words(f"Quá hạn từ {when}", f"Overdue since {when}")
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    if hours >= 16:
        return Words(f"Hạn {in_hanoi(ends):%H:%M %d/%m}", f"By {in_hanoi(ends):%H:%M %d/%m}")
    return Words(f"Còn {hours} giờ {minutes:02d} phút", f"{hours} h {minutes:02d} min left")


def key_of(line: OnlineLine) -> str:
    """Everything of a line that a clerk may type, folded."""
    codes = f"{line.code} {line.receipt}".replace("-", " ").replace(".", " ")
    return search_key(f"{line.name} {line.number} {codes}")


def stated_of(entries: Iterable[Entry]) -> dict[str, str]:
    """What the citizen stated through the portal, whatever was entered at a desk since."""
    stated: dict[str, str] = {}
    for entry in entries:
        if isinstance(entry.what, FieldsEntered) and entry.what.source == "portal":
            values = entry.what.values
            stated |= values
            stated |= {name.removeprefix(BESIDE): text for name, text in values.items() if name.startswith(BESIDE)}
    return stated
