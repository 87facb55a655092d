"""The page of a day put together: what the rules say then, in the order in which a counter asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.showing import cases, law, oversight, papers
from clerk_app.catalogue.showing.day import BASIS, Day
from clerk_app.catalogue.showing.diagram import steps_svg
from clerk_app.catalogue.showing.page import Page, Row, Section, Table, listed, same
from clerk_app.domain.calendar import format_day
from clerk_app.domain.refusals import Words


def page_of(pack: Pack, on: date, procedure: str = "") -> Page:
    """Everything that holds on a day, or what of it a procedure needs. Raises `Refusal` `PROCEDURE_UNKNOWN`."""
    day = Day(pack, on, procedure)
    rules = day.rules
    until = Words("khi có thay đổi", "further notice")
    if rules.until:
        until = same(format_day(rules.until))
    sections = [cases.procedures(day), cases.cases(day), cases.steps(day), papers.papers(day)]
    sections += [law.classes(day), law.refusals(day), law.calendar(day), law.settings(day)]
    sections.append(oversight.oversight(day))
    found = tuple(section for section in sections if any(table.rows or table.picture for table in section.tables))
    doubts = _doubts(found)
    total = sum(len(table.rows) for table in doubts.tables)
    intro = [
        Words(
            f"Gói {pack.version}, bên phát hành: {pack.manifest.publisher}. Bộ quy định {rules.rule_set or '–'}, "
            f"không thay đổi từ {format_day(rules.since)} đến {until.vi}.",
            f"Pack {pack.version}, published by {pack.manifest.publisher}. Rule set {rules.rule_set or '–'}, "
            f"unchanged from {format_day(rules.since)} until {until.en}.",
        ),
        Words(
            f"{total} nội dung chưa được xác nhận đầy đủ; mỗi nội dung đều có ghi chú.",
            f"{total} items are not fully confirmed; each of them is marked.",
        ),
    ]
    if not rules.cases:
        intro.append(Words("Gói này không có quy định cho ngày này.", "This pack has no rules for this day."))
    title = Words(f"Quy định áp dụng ngày {format_day(on)}", f"What holds on {format_day(on)}")
    pictures = {
        one.code: (_picture(day, one.code, "vi"), _picture(day, one.code, "en"))
        for one in day.procedures
        if day.steps_of(one.code)
    }
    return Page(title, tuple(intro), (*found, doubts) if total else found, pictures)


def _picture(day: Day, procedure: str, language: str) -> str:
    name = day.rules.procedures[procedure].name
    return steps_svg(f"{procedure}-{language}", name, day.rules.states, day.steps_of(procedure), language)


def _doubts(sections: Iterable[Section]) -> Section:
    rows = tuple(_doubtful(sections))
    title = Words("Nội dung chưa được xác nhận đầy đủ", "What is not fully confirmed")
    columns = (Words("Phần", "Part"), Words("Nội dung", "Item"), BASIS)
    return Section("doubts", title, (Table("doubts-table", title, columns, rows),))


def _doubtful(sections: Iterable[Section]) -> Iterator[Row]:
    told: set[tuple[Words, Words]] = set()
    for section in sections:
        for table in section.tables:
            for row in table.rows:
                cells = row.cells[:2] if not table.picture else row.cells[1:2]
                item = listed([cell for cell in cells if cell.vi], " – ")
                if row.verified != "yes" and (section.title, item) not in told:
                    told.add((section.title, item))
                    yield Row((section.title, item, same(row.basis)), row.basis, row.verified)
