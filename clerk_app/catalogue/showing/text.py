"""A page as lines for a terminal: headings underlined, tables as paragraphs of `name: value`, doubts in brackets."""

from __future__ import annotations

from collections.abc import Iterator

from clerk_app.catalogue.showing.page import DOUBTS, Page, Row, Table


def text_of(page: Page, language: str) -> str:
    """The page in one language."""
    return "\n".join(_lines(page, language))


def _lines(page: Page, language: str) -> Iterator[str]:
    title = page.title.of(language)
    yield from (title, "=" * len(title), *(line.of(language) for line in page.intro))
    for section in page.sections:
        heading = section.title.of(language)
        yield from ("", heading, "-" * len(heading))
        for table in section.tables:
            yield from _table(table, language, heading)


def _table(table: Table, language: str, heading: str) -> Iterator[str]:
    title = table.title.of(language)
    if title != heading:
        yield f"\n{title}"
    if not table.picture:
        yield from (f"  {line.of(language)}" for line in table.intro)
    yield from (f"  • {_row(table, row, language)}" for row in table.rows)


def _row(table: Table, row: Row, language: str) -> str:
    """The first two cells say what it is; the others say their column."""
    cells = [cell.of(language) for cell in row.cells]
    columns = [column.of(language) for column in table.columns]
    said = " ".join(cell for cell in cells[:2] if cell)
    further = [f"{column}: {cell}" for column, cell in zip(columns[2:], cells[2:], strict=True) if cell]
    doubt = DOUBTS[row.verified].of(language)
    return "; ".join([said, *further]) + (f" [{doubt}]" if doubt else "")
