"""What a verification finds: which table, which row, and what became of it. Never what stood in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.refusals import Words

Kind = Literal["changed", "missing", "extra", "older"]
"""`older` is a copy of before that was put back; it is whole and proves itself, and still is not what was here last."""

_SAID = {
    "changed": Words("đã bị sửa", "changed"),
    "missing": Words("bị mất", "missing"),
    "extra": Words("thừa, không do chương trình ghi", "extra, not written by this program"),
    "older": Words("là bản cũ được đặt lại", "an older copy that was put back"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written. `table` may also name a file; `row` is an identity, or empty for all.

    `more` says in English how it was found.
    """

    table: str
    row: str
    kind: Kind
    more: str = ""

    def words(self) -> Words:
        """For people; the same in both languages."""
        said = _SAID[self.kind]
        row = f" [{self.row}]" if self.row else ""
        return Words(f"{self.table}{row}: {said.vi}", f"{self.table}{row}: {said.en}")

    def __str__(self) -> str:
        return f"{self.words().en}{f'; {self.more}' if self.more else ''}"
