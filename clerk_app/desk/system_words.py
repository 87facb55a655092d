"""What other systems, their answers and their causes are called."""

from __future__ import annotations

from collections.abc import Mapping

from clerk_app.domain.refusals import Words

SYSTEM_NAMES: Mapping[str, Words] = {
    "licences": Words("Cơ sở dữ liệu giấy phép lái xe", "Licence register"),
    "violations": Words("Dữ liệu vi phạm giao thông", "Violation records"),
    "identity": Words("Cơ sở dữ liệu quốc gia về dân cư", "Population database"),
    "health": Words("Dữ liệu giấy khám sức khỏe lái xe", "Driver-health register"),
    "results": Words("Kho kết quả thủ tục hành chính", "Result repository"),
    "portal": Words("Cổng Dịch vụ công quốc gia", "National portal"),
    "payment": Words("Nền tảng thanh toán trực tuyến", "Payment platform"),
    "post": Words("Bưu chính công ích", "Public post"),
}
OUTCOMES: Mapping[str, Words] = {
    "pending": Words("chờ người dân nộp tiền", "waits for the citizen to pay"),
    "paid": Words("đã nộp tiền", "paid"),
    "failed": Words("nộp tiền không thành công", "the payment failed"),
}
STATES: Mapping[str, Words] = {
    "waiting": Words("đang gửi, chưa có trả lời", "being sent, no answer yet"),
    "done": Words("đã tiếp nhận", "taken in"),
    "rejected": Words("bị từ chối", "rejected"),
}
SANCTIONS: Mapping[str, Words] = {
    "clear": Words("không có vi phạm chưa xử lý", "no sanction stands"),
    "blocked": Words("có vi phạm chưa xử lý xong", "a sanction is not settled"),
    "unknown": Words("chưa rõ", "unknown"),
}
_CAUSES: Mapping[str, Words] = {
    "TIMEOUT": Words("hệ thống trả lời quá chậm", "it was too slow"),
    "UNREACHABLE": Words("không kết nối được hệ thống", "it could not be reached"),
    "SHAPE": Words("trả lời không đọc được", "its answer could not be read"),
    "ABSENT": Words(
        "chưa rõ đã nhận chưa; chờ một lúc rồi mới gửi lại", "it may have it or not; it is sent again after a while"
    ),
    "NOT_FOUND": Words("nền tảng không có khoản nộp này", "the platform has no such payment"),
    "NOT_JOINED": Words("trung tâm chưa kết nối hệ thống này", "central is not joined to it"),
    "CENTRAL_UNREACHABLE": Words("không có đường truyền tới trung tâm", "there is no line to central"),
}


def cause_words(cause: str) -> Words:
    """Why a system said nothing, for people; its code where there are no words for it."""
    known = _CAUSES.get(cause)
    return known if known is not None else Words(cause, cause)


def outcome_words(state: str, outcome: str) -> Words:
    """How an order stands: by the other system's own word, else by whether it has it."""
    return OUTCOMES.get(outcome) or (Words(outcome, outcome) if outcome else STATES.get(state, Words(state, state)))
