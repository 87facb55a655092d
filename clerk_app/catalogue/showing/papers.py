"""The part of a day's page about papers: how they are scanned, and what may be taken from record instead."""

from __future__ import annotations

from clerk_app.catalogue.showing.day import BASIS, CASES, CODE, SAYS, Day, row_of, span_words
from clerk_app.catalogue.showing.page import Section, Table, listed, same
from clerk_app.domain.refusals import Words

SOURCES = {
    "feeder": Words("khay nạp", "feeder"),
    "glass": Words("mặt kính", "glass"),
    "camera": Words("máy ảnh", "camera"),
}
COLOURS = {
    "auto": Words("theo nội dung", "by content"),
    "colour": Words("màu", "colour"),
    "grey": Words("xám", "grey"),
}
CUTS = {
    "auto": Words("theo mép giấy", "to the paper"),
    "card": Words("theo thẻ", "to the card"),
    "none": Words("không", "not at all"),
}
RECORDS = {
    "dossier": Words("hồ sơ trước của cùng người", "an earlier dossier of the same person"),
    "register": Words("cơ sở dữ liệu giấy phép", "the licence register"),
}


def papers(day: Day) -> Section:
    """Profiles of the papers that the cases of the page ask for, and where those may be taken from."""
    asked = {row.code for row in day.rules.papers if day.covers(row.scope)}
    profiles = tuple(
        row_of(
            one.rule,
            same(one.paper),
            same(one.key or "–"),
            SOURCES[one.source],
            same(one.dpi),
            COLOURS[one.colour],
            CUTS[one.cut],
            same(one.sides),
            same(f"{one.pages_min}–{one.pages_max or '…'}"),
        )
        for one in day.rules.profiles.values()
        if one.paper in asked
    )
    reuses = tuple(
        row_of(
            one.rule,
            same(one.paper),
            RECORDS[one.source],
            listed([same(case.code) for case in day.covers(one.scope)]),
            span_words(one.max_age),
            one.rule.because,
        )
        for one in day.rules.reuses
        if one.paper in asked and day.covers(one.scope)
    )
    scanned = (
        *(CODE, Words("Phím", "Key"), Words("Nguồn", "Source"), same("dpi"), Words("Màu", "Colour")),
        *(Words("Cắt", "Cut"), Words("Số mặt", "Sides"), Words("Số trang", "Pages"), BASIS),
    )
    taken = (CODE, Words("Từ", "From"), CASES, Words("Không cũ hơn", "No older than"), SAYS, BASIS)
    tables = (
        Table("profiles", Words("Cách quét", "How papers are scanned"), scanned, profiles),
        Table("reuses", Words("Dùng lại thay vì quét", "Taken from record instead"), taken, reuses),
    )
    return Section("papers", Words("Giấy tờ", "Papers"), tuple(table for table in tables if table.rows))
