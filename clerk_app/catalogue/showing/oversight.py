"""The part of a day's page about what follows an acceptance: second looks, and how long a desk keeps its copies."""

from __future__ import annotations

from clerk_app.catalogue.showing.day import BASIS, CASES, CODE, SAYS, Day, row_of
from clerk_app.catalogue.showing.page import Section, Table, listed, same, yes_no
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import ReviewRow


def percent(share: int) -> str:
    """`5`, `2.5`: hundredths of a percent as people write them."""
    return f"{share / 100:g}"


def oversight(day: Day) -> Section:
    """Which dossiers get a second look, for which causes one finds something, and what a desk keeps how long."""
    rules = day.rules
    looks = tuple(
        row_of(
            one.rule,
            same(one.code),
            listed([same(name) for name in one.procedures]),
            _cases(day, one),
            yes_no(one.ordinary),
            same(f"{percent(one.share)} %"),
            one.rule.because,
        )
        for one in rules.reviews
    )
    causes = tuple(row_of(one.rule, same(one.code), one.name) for one in rules.review_causes.values())
    kept = tuple(
        row_of(one.rule, one.name, same(one.days)) for one in (*rules.retentions.values(), *rules.records.values())
    )
    given = tuple(
        row_of(one.rule, same(one.code), listed([same(name) for name in one.procedures]), same(one.value), one.words)
        for one in rules.handings
    )
    procedures, share = Words("Thủ tục", "Procedures"), Words("Tỉ lệ", "Share")
    ordinary = Words("Chỉ hồ sơ thường", "Ordinary ones only")
    tables = (
        Table(
            "reviews",
            Words("Kiểm tra lại theo mẫu", "Second looks by sampling"),
            (CODE, procedures, CASES, ordinary, share, SAYS, BASIS),
            looks,
        ),
        Table("review_causes", Words("Nguyên nhân", "Causes"), (CODE, SAYS, BASIS), causes),
        Table(
            "handings",
            Words("Trả kết quả", "Handing results over"),
            (CODE, procedures, Words("Giá trị", "Value"), SAYS, BASIS),
            given,
        ),
        Table(
            "retentions",
            Words("Lưu giữ tại quầy và trung tâm", "What desks and central keep"),
            (Words("Loại", "Kind"), Words("Số ngày giữ", "Days kept"), BASIS),
            kept,
        ),
    )
    title = Words("Kiểm tra lại và lưu giữ", "Second looks and retention")
    return Section("oversight", title, tuple(table for table in tables if table.rows))


def _cases(day: Day, row: ReviewRow) -> Words:
    cases = day.covers(row.scope)
    every = len(cases) == len(day.cases)
    return Words("mọi trường hợp", "every case") if every else listed([same(case.code) for case in cases])
