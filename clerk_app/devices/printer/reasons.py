"""What printers say of themselves and of jobs, in words: IPP keywords (RFC 8011 §5.3.8, §5.4.12; PWG 5100.9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from clerk_app.domain.refusals import Words

_STOPPERS = {
    "media-jam": "PRINTER_JAMMED",
    "media-empty": "PRINTER_NO_PAPER",
    "media-needed": "PRINTER_NO_PAPER",
    "input-tray-missing": "PRINTER_NO_PAPER",
    "cover-open": "PRINTER_OPEN",
    "door-open": "PRINTER_OPEN",
    "interlock-open": "PRINTER_OPEN",
    "toner-empty": "PRINTER_NO_INK",
    "marker-supply-empty": "PRINTER_NO_INK",
    "marker-supply-missing": "PRINTER_NO_INK",
}

_WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "media-jam": Words("kẹt giấy", "paper jam"),
        "media-empty": Words("hết giấy", "out of paper"),
        "media-needed": Words("cần nạp giấy", "paper needed"),
        "media-low": Words("sắp hết giấy", "paper is low"),
        "input-tray-missing": Words("thiếu khay giấy", "paper tray is missing"),
        "output-area-full": Words("khay ra đã đầy", "output tray is full"),
        "cover-open": Words("nắp đang mở", "a cover is open"),
        "door-open": Words("cửa đang mở", "a door is open"),
        "interlock-open": Words("nắp an toàn đang mở", "an interlock is open"),
        "toner-empty": Words("hết mực", "out of toner"),
        "toner-low": Words("sắp hết mực", "toner is low"),
        "marker-supply-empty": Words("hết mực", "out of ink or toner"),
        "marker-supply-low": Words("sắp hết mực", "ink or toner is low"),
        "marker-supply-missing": Words("thiếu hộp mực", "a cartridge is missing"),
        "marker-waste-full": Words("hộp mực thải đã đầy", "the waste container is full"),
        "paused": Words("đang tạm dừng", "paused"),
        "moving-to-paused": Words("sắp tạm dừng", "about to pause"),
        "shutdown": Words("máy in đã tắt", "the printer is switched off"),
        "offline": Words("máy in ngoại tuyến", "the printer is offline"),
        "timed-out": Words("máy in không trả lời", "the printer does not answer"),
        "connecting-to-device": Words("đang nối với máy in", "connecting to the printer"),
        "spool-area-full": Words("hết chỗ cho việc in", "no room for jobs"),
        "other": Words("máy in báo sự cố khác", "the printer reports another problem"),
        "unreachable": Words("không liên lạc được với máy in", "the printer cannot be reached"),
        "job-canceled-by-user": Words("việc in đã bị hủy", "the job was cancelled"),
        "job-canceled-by-operator": Words("quản trị đã hủy việc in", "an operator cancelled the job"),
        "job-canceled-at-device": Words("việc in đã bị hủy tại máy in", "the job was cancelled at the printer"),
        "job-canceled": Words("việc in đã bị hủy", "the job was cancelled"),
        "printer-stopped": Words("máy in đang dừng", "the printer is stopped"),
        "aborted-by-system": Words("máy in đã bỏ việc in", "the printer gave the job up"),
        "document-format-error": Words("máy in không đọc được tài liệu", "the printer cannot read the document"),
        "unsupported-document-format": Words("máy in không nhận PDF", "the printer does not take PDF"),
        "job-completed-with-errors": Words("in xong nhưng có lỗi", "printed with errors"),
        "job-gone": Words("việc in không còn trong hàng đợi", "the job is no longer in the queue"),
        "no-answer": Words("hàng đợi in ngừng trả lời", "the print queue stopped answering"),
        "not-watched": Words("không theo dõi tiếp", "no longer watched"),
        "answer-lost": Words("mất câu trả lời khi gửi", "the answer was lost while sending"),
        "media-replaced": Words("in trên khổ giấy khác", "printed on another paper size"),
    }
)


def plain(reason: str) -> str:
    """The keyword without its severity (`media-empty-error` → `media-empty`)."""
    for severity in ("-error", "-warning", "-report"):
        if reason.endswith(severity) and reason not in _WORDS:
            return reason.removesuffix(severity)
    return reason


def words_of(reasons: Iterable[str]) -> tuple[Words, ...]:
    """The reasons for people, each sentence once; a keyword nobody wrote down stands for itself."""
    said: dict[Words, None] = {}
    for reason in reasons:
        name = plain(reason)
        said.setdefault(_WORDS.get(name, Words(name, name)))
    return tuple(said)


def stopper(reasons: Iterable[str], stopped: bool) -> str:
    """The fault that keeps paper from coming out now, or the empty text.

    A reason counts if the printer stands still or calls it an error: an empty second tray is only a warning.
    """
    named = [_STOPPERS[plain(r)] for r in reasons if plain(r) in _STOPPERS and (stopped or r.endswith("-error"))]
    if named:
        return named[0]
    return "PRINTER_STOPPED" if stopped else ""
