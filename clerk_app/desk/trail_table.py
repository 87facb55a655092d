"""The trail as a table for a file: CSV by RFC 4180 that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from clerk_app.desk.telling_names import NONE
from clerk_app.desk.trail_views import TrailLine
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Words

HEADS = (
    Words("Số thứ tự", "Row"),
    Words("Thời điểm", "Moment"),
    Words("Người thực hiện", "Person"),
    Words("Vai trò hiện nay", "Roles today"),
    Words("Đăng nhập", "Signed in"),
    Words("Máy trạm", "Station"),
    Words("Hồ sơ", "Dossier"),
    Words("Loại", "Kind"),
    Words("Việc đã làm", "What was done"),
    Words("Trước và sau", "Before and after"),
    Words("Trung tâm", "Central"),
    Words("Số trong nhật ký", "Number in the journal"),
    Words("Mã mục", "Entry"),
    Words("Dấu niêm phong (SHA-256)", "Seal (SHA-256)"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that a spreadsheet reads as a formula; full-width signs are taken for the plain ones."""


def harmless(text: str) -> str:
    """The text so that it stays a text in a spreadsheet: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.lstrip(" '\"").startswith(_FORMULA) else text


def cells(number: int, line: TrailLine, language: str) -> tuple[str, ...]:
    """One entry as the cells of its row."""
    return (
        str(number),
        line.at.isoformat(timespec="seconds"),
        line.who,
        line.roles.of(language),
        line.session.of(language),
        line.station,
        line.code,
        line.kind,
        line.sentence.of(language),
        changes_text(line, language, "; "),
        line.central.of(language),
        str(line.n),
        str(line.entry),
        line.digest,
    )


def changes_text(line: TrailLine, language: str, between: str, arrow: str = "→") -> str:
    """`Điện thoại: *******678 → *******321`, one after the other; what was nothing before is said alone."""
    said = []
    for change in line.changes:
        label, before, now = (one.of(language) for one in (change.label, change.before, change.after))
        said.append(f"{label}: {now}" if before == NONE.vi else f"{label}: {before} {arrow} {now}")
    return between.join(said)


def csv_of(lines: Sequence[TrailLine], language: str) -> bytes:
    """A CSV file (RFC 4180, UTF-8 with a byte order mark, CRLF), one row for each entry."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([head.of(language) for head in HEADS])
    writer.writerows(_row(cells(number, line, language)) for number, line in enumerate(lines, 1))
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _row(texts: Iterable[str]) -> list[str]:
    return [harmless(nfc(text)) for text in texts]
