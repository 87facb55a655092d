"""What stands on M02 to M07 and on the hand-over of the day's money: notices in the words of the catalogue."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from clerk_app.desk.ports import Station
from clerk_app.domain.calendar import day_in_words, format_day, in_hanoi
from clerk_app.domain.money import amount_vnd_in_words, format_vnd
from clerk_app.domain.notices import (
    About,
    Apology,
    CashHandover,
    ControlSlip,
    HandOver,
    Notice,
    Party,
    Punctuality,
    RefusalNotice,
    RegisterBook,
    RegisterLine,
    StopNotice,
    SupplementRequest,
    TrailReport,
)
from clerk_app.printing.fee_receipt import method_words
from clerk_app.printing.filled import Filled
from clerk_app.printing.frame import moment
from clerk_app.printing.labels import FormWords, cited
from clerk_app.printing.ruled import TICK

_NOTES_VND = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
_NEVER = "……"

Rows = tuple[tuple[str, ...], ...]


def filled(notice: Notice, station: Station, words: FormWords) -> Filled:
    """A notice as texts by the keys of its form."""
    match notice:
        case SupplementRequest():
            return _supplement(notice, words)
        case RefusalNotice():
            grounds = [_with_basis(ground.words.vi, ground.basis) for ground in notice.grounds]
            return _about(notice.about, words, {"reason": tuple(grounds)})
        case Apology():
            return _apology(notice, words)
        case StopNotice():
            return _stop(notice, words)
        case ControlSlip():
            return _control(notice, words)
        case RegisterBook():
            return _register(notice, words)
        case CashHandover():
            return _cash(notice, station)
        case TrailReport():
            return _trail(notice)
        case _:
            assert_never(notice)


def _about(
    about: About, words: FormWords, said: dict[str, tuple[str, ...]], rows: dict[str, Rows] | None = None
) -> Filled:
    """What every notice about a dossier says, and what only this one does. Empty texts are blanks."""
    party, matter = about.party, words.matter(about.procedure, about.case, about.new_class)
    common = {
        "submitter_name": party.name,
        "addressee": party.name,
        "owner": about.owner.name,
        "address": party.address,
        "phone": party.phone,
        "email": party.email,
        "content": matter,
        "field": matter,
        "dossier_code": about.code,
    }
    texts = {key: (text,) for key, text in common.items() if text} | said
    foreign = party.nationality != "VNM"
    return Filled(code=about.code, said=texts, rows=rows or {}, foreign=foreign, practice=about.practice)


def _with_basis(text: str, basis: str) -> str:
    return f"{text.rstrip('.')}; căn cứ {cited(basis)}." if basis else text


def _supplement(notice: SupplementRequest, words: FormWords) -> Filled:
    rows: list[tuple[str, ...]] = []
    for number, paper in enumerate(notice.papers, 1):
        ticks = [TICK if paper.kind == kind else "" for kind in ("original", "certified", "copy")]
        rows.append((str(number), words.paper(notice.about.case, paper.code, paper.name.vi), *ticks))
    for number, further in enumerate(notice.further, len(rows) + 1):
        rows.append((str(number), further.vi, "", "", ""))
    officer = notice.officer
    reasons = dict.fromkeys(_with_basis(paper.because.vi, paper.basis) for paper in notice.papers)
    said: dict[str, tuple[str, ...]] = {
        "reason": tuple(reasons),
        "contact": (officer.name, officer.phone or words.settings.get("contact_phone", ""), officer.extension),
    }
    if notice.until:
        said["until"] = (moment(notice.until),)
    return _about(notice.about, words, said, {"items": tuple(rows)})


def _apology(notice: Apology, words: FormWords) -> Filled:
    later = f"{moment(notice.new_due)} (chậm {notice.working_days} ngày làm việc)"
    said: dict[str, tuple[str, ...]] = {
        "address": (_reach(notice.about.party),),
        "received_date": (f"{in_hanoi(notice.received_at):%d/%m/%Y}",),
        "old_due": (moment(notice.old_due),),
        "reason": (notice.reason,),
        "new_due": (later,),
    }
    return _about(notice.about, words, said)


def _reach(party: Party) -> str:
    return ", ".join(text for text in (party.address, party.phone) if text)


def _stop(notice: StopNotice, words: FormWords) -> Filled:
    if not notice.fee_vnd:
        refund = "Chưa thu"
    else:
        how = "Hoàn trả" if notice.fee_returned else "Không hoàn trả"
        refund = f"{how} {format_vnd(notice.fee_vnd)} ({amount_vnd_in_words(notice.fee_vnd)})"
    said: dict[str, tuple[str, ...]] = {
        "reason": (notice.reason,),
        "refund": (refund,),
        "returned_papers": tuple(words.paper(notice.about.case, code) for code in notice.papers) or ("Không có",),
    }
    if notice.requested_by:
        said["request_ref"] = (notice.requested_by, _short(notice.requested_on))
    return _about(notice.about, words, said)


def _control(notice: ControlSlip, words: FormWords) -> Filled:
    said: dict[str, tuple[str, ...]] = {
        "book_no": (notice.book, notice.number),
        "received_at": (moment(notice.received_at),),
        "due_at": (moment(notice.due_at),),
        "lead_unit": (notice.lead_unit,),
        "partner_units": (", ".join(notice.partner_units),),
    }
    return _about(notice.about, words, said, {"steps": tuple(_step(step) for step in notice.steps)})


def _step(step: HandOver) -> tuple[str, ...]:
    times = f"Nhận: {_moment(step.taken_at)}\nGiao: {_moment(step.given_at)}"
    return (step.unit, times, punctual(step.result) if step.result else "", "", "", step.note)


def punctual(result: Punctuality) -> str:
    """Early, on time or late, as the control slip names it."""
    match result:
        case "early":
            return "Trước hạn"
        case "on_time":
            return "Đúng hạn"
        case "late":
            return "Quá hạn"
        case _:
            assert_never(result)


def _register(notice: RegisterBook, words: FormWords) -> Filled:
    rows = tuple(_line(number, line, words) for number, line in enumerate(notice.lines, 1))
    said = {"period": (format_day(notice.first), format_day(notice.last))}
    return Filled(said=said, rows={"lines": rows}, practice=notice.practice)


def _line(number: int, line: RegisterLine, words: FormWords) -> tuple[str, ...]:
    about, owner = line.about, line.about.owner
    return (
        str(number),
        about.code,
        words.matter(about.procedure, about.case, about.new_class),
        f"{line.sets:02d}",
        owner.name.upper(),
        owner.address,
        owner.phone or about.party.phone,
        _hour(line.received_at),
        _hour(line.due_at),
        _hour(line.delivered_at) if line.delivered_at else "",
        "",
        "",
        line.received_by,
        line.area,
        line.note,
    )


def _cash(notice: CashHandover, station: Station) -> Filled:
    numbers = sorted(notice.receipts)
    total = sum(vnd for _, _, vnd in notice.sums_vnd)
    sums = [(method_words(method), str(count), format_vnd(vnd)) for method, count, vnd in notice.sums_vnd]
    sums.append(("Tổng cộng", str(len(numbers)), format_vnd(total)))
    said: dict[str, tuple[str, ...]] = {
        "office": (station.office_name_vi,),
        "counter": (notice.counter, "", format_day(notice.on)),
        "collector": (notice.collector,),
        "receipts": (numbers[0], numbers[-1], str(len(numbers)), "") if numbers else ("không có", "không có", "0", ""),
        "total_words": (amount_vnd_in_words(total),),
    }
    counted = tuple((format_vnd(note), "", "") for note in _NOTES_VND)
    return Filled(
        said=said, rows={"sums": tuple(sums), "counted": (*counted, ("Tổng cộng", "", ""))}, practice=notice.practice
    )


def _trail(notice: TrailReport) -> Filled:
    rows = tuple(
        (str(row.number), row.at, row.who, row.station, row.code, row.done, row.changed, row.central, row.seal)
        for row in notice.rows
    )
    said: dict[str, tuple[str, ...]] = {
        "scope": (notice.scope,),
        "purpose": (notice.purpose,),
        "maker": notice.maker,
        "masked": (notice.masked,),
        "sealed": (notice.sealed,),
    }
    return Filled(said=said, rows={"lines": rows}, practice=notice.practice)


def _short(day_or_none: date | None) -> str:
    return format_day(day_or_none) if day_or_none else ""


def _moment(at: datetime | None) -> str:
    return moment(at) if at else f"{_NEVER} giờ {_NEVER} phút, ngày {_NEVER}"


def _hour(at: datetime) -> str:
    there = in_hanoi(at)
    return f"{there:%H:%M} {there:%d/%m/%Y}"


def dated(place: str, at: datetime) -> str:
    """Place and day, as official papers are dated."""
    return f"{place}, {day_in_words(in_hanoi(at).date())}"
