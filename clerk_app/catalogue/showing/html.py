"""A page as one HTML file: no script, nothing fetched, readable by a screen reader, on paper and without colour."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Literal

from clerk_app.catalogue.showing.page import DOUBTS, Page, Row, Section, Table
from clerk_app.domain.refusals import Words

Language = Literal["vi", "en", "both"]

_STYLE = """
:root { color-scheme: light; --ink: #1b2733; --soft: #55636f; --line: #c9d1d8; --tint: #f3f6f8; --doubt: #7a4b00; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; color: var(--ink); background: #fff;
  font: 15px/1.5 "Be Vietnam Pro", "Segoe UI", "Noto Sans", Arial, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; padding-bottom: .25rem; border-bottom: 2px solid var(--ink); }
h3 { font-size: 1rem; margin: 1.4rem 0 .35rem; }
p { margin: .25rem 0; }
.en { color: var(--soft); }
.both .en { display: block; font-size: .92em; }
nav ol { columns: 2; padding-left: 1.4rem; margin: .8rem 0; }
a { color: #0b4f8a; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .4rem 0; }
caption { text-align: left; position: absolute; left: -999rem; }
th, td { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
thead th { background: var(--tint); font-weight: 600; }
tbody th { font-weight: 600; }
td { overflow-wrap: break-word; }
tr.doubtful > :first-child { border-left: 4px solid var(--doubt); }
.doubt { color: var(--doubt); font-weight: 600; }
.doubt::before { content: "? "; }
svg.steps { max-width: 100%; height: auto; display: block; margin: .6rem 0; }
@media print {
  body { max-width: none; padding: 0; font-size: 9pt; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  tr, svg { break-inside: avoid; }
  svg.steps { max-height: 175mm; }
  thead { display: table-header-group; }
  @page { size: A4 landscape; margin: 12mm; }
}
""".strip()


def html_of(page: Page, language: Language) -> str:
    """The file, UTF-8. With `both` every text stands in Vietnamese, then in English."""
    return "\n".join(_lines(page, language)) + "\n"


def _said(words: Words, language: Language) -> str:
    if language != "both":
        return escape(words.of(language))
    if words.vi == words.en:
        return escape(words.vi)
    return f'<span lang="vi">{escape(words.vi)}</span> <span lang="en" class="en">{escape(words.en)}</span>'


def _lines(page: Page, language: Language) -> Iterator[str]:
    lang = "en" if language == "en" else "vi"
    yield f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(page.title.of(lang))}</title>\n<style>\n{_STYLE}\n</style>\n</head>"
    yield f'<body class="{language}">\n<header><h1>{_said(page.title, language)}</h1>'
    yield from (f"<p>{_said(line, language)}</p>" for line in page.intro)
    contents = Words("Mục lục", "Contents")
    yield f'</header>\n<nav aria-label="{escape(contents.of(lang))}"><ol>'
    for section in page.sections:
        yield f'<li><a href="#{escape(section.anchor)}">{_said(section.title, language)}</a></li>'
    yield "</ol></nav>\n<main>"
    for section in page.sections:
        yield from _section(page, section, language)
    yield "</main>\n</body>\n</html>"


def _section(page: Page, section: Section, language: Language) -> Iterator[str]:
    anchor = escape(section.anchor)
    yield f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{_said(section.title, language)}</h2>'
    for table in section.tables:
        yield from _table(page, table, language, table.title != section.title)
    yield "</section>"


def _table(page: Page, table: Table, language: Language, headed: bool) -> Iterator[str]:
    if headed:
        yield f'<h3 id="{escape(table.anchor)}">{_said(table.title, language)}</h3>'
    yield from (f"<p>{_said(line, language)}</p>" for line in table.intro)
    if table.picture:
        vietnamese, english = page.pictures[table.picture]
        yield english if language == "en" else vietnamese
    if table.rows:
        head = "".join(f'<th scope="col">{_said(column, language)}</th>' for column in table.columns)
        caption = f"<caption>{_said(table.title, language)}</caption>"
        yield f'<div class="wide"><table>{caption}<thead><tr>{head}</tr></thead><tbody>'
        yield from (_row(row, language) for row in table.rows)
        yield "</tbody></table></div>"


def _row(row: Row, language: Language) -> str:
    cells = [_said(cell, language) for cell in row.cells]
    if row.verified != "yes":
        cells[-1] += f' <span class="doubt">{_said(DOUBTS[row.verified], language)}</span>'
    first, *others = cells
    mark = ' class="doubtful"' if row.verified != "yes" else ""
    return f'<tr{mark}><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
