"""What a damaged desk got back and what it lost, told by dossier; kept as one note of this desk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clerk_app.desk.ports import Journal
from clerk_app.domain.refusals import Refusal, Words

NOTE = "salvage"
"""The fact under which the record lies; empty where this desk was never damaged."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """One salvage. `lost` are entries of this desk that are nowhere here: (running number, dossier or None).

    `after` is the running number up to which the chain here is surely whole; None once central was asked about
    the rest. `sheets` are pages that entries here mention and that are gone. `numbers_closed`: lent numbers were given
    up, because nobody can say any more which of them stand on paper. `tail_unsure`: nothing was left that could tell
    whether newer entries were lost as well.
    """

    at: datetime
    entries: int
    lost: tuple[tuple[int, UUID | None], ...]
    sheets: tuple[tuple[str, UUID], ...]
    numbers_closed: bool
    tail_unsure: bool
    after: int | None
    back: int = 0

    def noted(self) -> str:
        """The text that `read` reads."""
        return json.dumps(
            {
                "at": self.at.isoformat(),
                "entries": self.entries,
                "lost": [[n, dossier.hex if dossier else ""] for n, dossier in self.lost],
                "sheets": [[digest, dossier.hex] for digest, dossier in self.sheets],
                "numbers_closed": self.numbers_closed,
                "tail_unsure": self.tail_unsure,
                "after": self.after,
                "back": self.back,
            }
        )

    def by_dossier(self) -> tuple[tuple[UUID | None, int], ...]:
        """How many entries of which dossier are lost; None for those of which nobody can say it."""
        counted = Counter(dossier for _, dossier in self.lost)
        return tuple(sorted(counted.items(), key=lambda one: (one[0] is None, str(one[0]))))


def read(note: str) -> Salvaged | None:
    """The record in a note; None where there is none."""
    if not note:
        return None
    told = json.loads(note)
    return Salvaged(
        datetime.fromisoformat(told["at"]),
        told["entries"],
        tuple((n, UUID(hex=dossier) if dossier else None) for n, dossier in told["lost"]),
        tuple((digest, UUID(hex=dossier)) for digest, dossier in told["sheets"]),
        told["numbers_closed"],
        told["tail_unsure"],
        told["after"],
        told["back"],
    )


def told(record: Salvaged, journal: Journal) -> tuple[Words, ...]:
    """What a person should hear: one line on the whole, one for each dossier by its code."""
    codes = dict(_named(record, journal))
    lines = [
        Words(
            f"Giữ lại được {record.entries} mục; nhận lại {record.back} mục từ trung tâm; mất {len(record.lost)} mục.",
            f"{record.entries} entries saved, {record.back} taken back from central, {len(record.lost)} lost.",
        )
    ]
    for dossier, count in record.by_dossier():
        lines.append(
            Words(f"{count} mục của hồ sơ chưa rõ.", f"{count} entries of dossiers that are not known.")
            if dossier is None
            else Words(
                f"Hồ sơ {codes[dossier]}: mất {count} mục; mở hồ sơ, xem lại và nhập bù.",
                f"Dossier {codes[dossier]}: {count} entries lost; open it, look it over, enter them again.",
            )
        )
    for dossier, count in sorted(Counter(dossier for _, dossier in record.sheets).items()):
        lines.append(
            Words(
                f"Hồ sơ {codes[dossier]}: mất {count} trang; quét lại giấy tờ.",
                f"Dossier {codes[dossier]}: {count} pages lost; scan the papers again.",
            )
        )
    if record.after is not None:
        lines.append(
            Words(
                "Chưa hỏi được trung tâm: khi có mạng, phần trung tâm đã nhận sẽ tự về máy này.",
                "Central could not be asked yet: what it has comes back by itself when the line is up.",
            )
        )
    if record.tail_unsure:
        lines.append(
            Words(
                "Không còn gì cho biết có mục mới hơn bị mất hay không; đối chiếu với sổ và giấy hẹn trong ngày.",
                "Nothing is left that tells whether newer entries were lost; compare with the day's receipts.",
            )
        )
    if record.numbers_closed:
        lines.append(
            Words(
                "Các dải số đã mượn được khóa lại; máy sẽ mượn dải mới khi có mạng.",
                "The lent numbers were closed; new ones are borrowed when the line is up.",
            )
        )
    return tuple(lines)


def _named(record: Salvaged, journal: Journal) -> Iterator[tuple[UUID, str]]:
    """The codes of the dossiers in the record; where all of one is lost, its identity stands for it."""
    for dossier in {*(one for _, one in record.lost if one), *(one for _, one in record.sheets)}:
        try:
            state = journal.dossier(dossier)
        except Refusal:
            yield dossier, str(dossier)
        else:
            yield dossier, state.code or state.local_code or str(dossier)


def still_damaged() -> Refusal:
    """The file opened, and still it cannot be trusted."""
    return Refusal(
        "SALVAGE_FAILED",
        Words("Không lập lại được kho dữ liệu.", "The store could not be made anew."),
        Words("Kiểm tra ổ đĩa; tệp hỏng vẫn được giữ nguyên.", "Check the disk; the damaged file is kept as it is."),
    )
