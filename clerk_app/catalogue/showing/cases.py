"""The part of a day's page about procedures: their cases, with what each needs, and the steps of a dossier."""

from __future__ import annotations

from clerk_app.catalogue.showing.day import (
    BASIS,
    BEGINNING,
    CASES,
    CHANNEL,
    CHANNELS,
    CLOCK_WORDS,
    CODE,
    WAYS,
    WHEN,
    Day,
    amount_words,
    fee_words,
    limit_words,
    marked,
    row_of,
    when_of,
)
from clerk_app.catalogue.showing.page import Row, Section, Table, listed, same, yes_no
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Case, PaperRow
from clerk_app.domain.steps import BEGIN, Step


def procedures(day: Day) -> Section:
    rows = [
        row_of(
            one.rule, same(one.code), one.name, listed([c.name for c in day.cases if one.code in c.procedures], "; ")
        )
        for one in day.procedures
    ]
    title = Words("Thủ tục", "Procedures")
    columns = (CODE, Words("Tên", "Name"), CASES, BASIS)
    return Section("procedures", title, (Table("procedures-table", title, columns, tuple(rows)),) if rows else ())


def cases(day: Day) -> Section:
    title = Words("Các trường hợp", "The cases")
    if not day.cases:
        return Section("cases", title, ())
    rules = day.rules
    cases = [
        row_of(one.rule, same(one.code), one.name, limit_words(rules, one.limit), fee_words(rules, one.fee))
        for one in day.cases
    ]
    keys = {case.limit for case in day.cases} | {"SUPPLEMENT"}
    limits = [
        row_of(limit.rule, same(limit.key), limit_words(rules, limit.key), same(limit.hours))
        for limit in rules.limits.values()
        if limit.key in keys
    ]
    fees = [
        row_of(fee.rule, same(fee.code), fee.name, CHANNELS[fee.channel], amount_words(fee.amount_vnd))
        for fee in rules.fees
    ]
    limit, fee_, hours = Words("Thời hạn", "Time limit"), Words("Lệ phí", "Fee"), Words("Giờ", "Hours")
    name = Words("Tên", "Name")
    tables = (
        Table("cases-table", Words("Tất cả", "All of them"), (CODE, name, limit, fee_, BASIS), tuple(cases)),
        *(_case(day, case) for case in day.cases),
        Table("limits", Words("Thời hạn giải quyết", "Time limits"), (CODE, limit, hours, BASIS), tuple(limits)),
        Table("fees", Words("Phí, lệ phí", "Fees"), (CODE, name, CHANNEL, fee_, BASIS), tuple(fees)),
    )
    return Section("cases", title, tuple(table for table in tables if table.rows or table.intro))


def _case(day: Day, case: Case) -> Table:
    rules = day.rules
    exceptions = [row for row in rules.exceptions if row.scope.covers(case.code)]
    granted = listed(
        [
            Words(f"{row.code}: {day.granted(row.code).vi}", f"{row.code}: {day.granted(row.code).en}")
            for row in exceptions
            if rules.grants(row.code)
        ],
        "; ",
    )
    row = rules.limits.get(case.limit)
    limit = marked(limit_words(rules, case.limit), row.rule if row else None)
    charged = rules.fee(case.fee, "counter")
    fee = marked(fee_words(rules, case.fee), charged.rule if charged else None)
    way = WAYS[case.classes]
    intro = (
        case.rule.because,
        Words(
            f"Thời hạn: {limit.vi}. Lệ phí: {fee.vi}. Hạng mới: {way.vi}. {case.old_card.vi}",
            f"Time limit: {limit.en}. Fee: {fee.en}. New class: {way.en}. {case.old_card.en}",
        ),
        Words(f"Ngoại lệ do ai duyệt – {granted.vi}.", f"Exceptions and who grants them – {granted.en}."),
    )
    papers = tuple(_paper(row) for row in rules.papers if row.scope.covers(case.code))
    columns = (CODE, Words("Giấy tờ", "Paper"), Words("Bắt buộc", "Required"), WHEN, Words("Cách nộp", "How"), BASIS)
    title = Words(f"{case.name.vi} ({case.code})", f"{case.name.en} ({case.code})")
    return Table(f"case-{case.code}", title, columns, papers, intro)


def _paper(row: PaperRow) -> Row:
    ways = [
        words
        for asked, words in (
            (row.generated, Words("in từ dữ liệu", "made by the program")),
            (row.by_chip, Words("lấy từ chip", "taken from the chip")),
            (row.by_seeing, Words("xuất trình", "shown")),
        )
        if asked
    ]
    how = listed(ways) if ways else Words("nộp, quét", "handed in, scanned")
    return row_of(row.rule, same(row.code), row.name, yes_no(row.required), when_of(row.when), how)


def steps(day: Day) -> Section:
    columns = (
        *(Words("Số", "No."), Words("Bước", "Step"), Words("Từ", "From"), Words("Đến", "To"), Words("Ai", "Who")),
        *(Words("Đồng hồ", "Clock"), Words("Mẫu", "Form"), Words("Mã cổng", "Portal code"), BASIS),
    )
    tables = []
    for one in day.procedures:
        rows = tuple(_step(day, number, step) for number, step in enumerate(day.steps_of(one.code), 1))
        if rows:
            intro = Words(
                "Nét liền: thời hạn được tính; nét đứt: tạm dừng; nét chấm: dừng. Khung đậm: kết thúc.",
                "Full line: the time limit runs; dashes: paused; dots: stopped. Heavy frame: an end.",
            )
            title = Words(f"{one.name.vi}: các bước", f"{one.name.en}: the steps")
            tables.append(Table(f"steps-{one.code}", title, columns, rows, (intro,), one.code))
    return Section("steps", Words("Các bước của hồ sơ", "The life of a dossier"), tuple(tables))


def _step(day: Day, number: int, step: Step) -> Row:
    def named(code: str) -> Words:
        return BEGINNING if code == BEGIN else day.rules.states[code].name if code in day.rules.states else same(code)

    status = day.rules.states[step.to].status if step.to in day.rules.states else ""
    return row_of(
        step.rule,
        same(number),
        step.name,
        listed([named(start) for start in step.start], "; "),
        named(step.to),
        day.roles.get(step.by, same(step.by)),
        CLOCK_WORDS[step.clock],
        same(step.form or "–"),
        same(status),
    )
