"""A new station in the place of a lost one: which dossiers came back, and what stayed with the machine that is gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clerk_app.desk.ports import Central, Journal, Sheets
from clerk_app.desk.rejoining import fetch
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import sheets_of
from clerk_app.domain.refusals import Refusal, Words


@dataclass(frozen=True, slots=True)
class Returned:
    """An open dossier of the lost station: its code, the pages that came back, and those to scan again."""

    dossier: UUID
    code: str
    pages: int
    to_scan: int


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What came back of the lost station; central never got anything of it after entry `last_n`."""

    lost: str
    last_n: int
    heard: datetime | None
    dossiers: tuple[Returned, ...]


def take_over(
    lost: str, last_n: int, heard: datetime | None, journal: Journal, sheets: Sheets, central: Central
) -> TakenOver:
    """Fetch the pages of every draft of the lost station; its entries came with the first delivery.

    Raises `Refusal` of the line; doing it again fetches only what is still missing.
    """
    drafts = [one for one in journal.dossiers_of(lost) if journal.dossier(one).status == "draft"]
    return TakenOver(lost, last_n, heard, tuple(_returned(one, journal, sheets, central) for one in drafts))


def _returned(dossier: UUID, journal: Journal, sheets: Sheets, central: Central) -> Returned:
    state = journal.dossier(dossier)
    wanted = frozenset().union(*(sheets_of(entry) for entry in journal.entries(dossier)))
    here = sum(_here(digest, sheets) or fetch(digest, dossier, sheets, central) for digest in sorted(wanted))
    raw = sum(page.raw for page in state.pages)
    return Returned(dossier, state.code or state.local_code or str(dossier), here, len(wanted) - here + raw)


def _here(digest: str, sheets: Sheets) -> bool:
    try:
        sheets.get(digest)
    except Refusal:
        return False
    return True


def told(taken: TakenOver) -> tuple[Words, ...]:
    """What the clerk should hear."""
    when = f"{in_hanoi(taken.heard):%H:%M %d/%m/%Y}" if taken.heard else "—"
    after_vi, after_en = f"các mục sau n={taken.last_n} không ai biết", f"entries after n={taken.last_n} are unknown"
    if not taken.last_n:
        after_vi, after_en = "chưa nhận được mục nào của máy đó", "none of its entries ever reached central"
    lines = [
        Words(
            f"Trung tâm nghe {taken.lost} lần cuối lúc {when}; {after_vi}.",
            f"{taken.lost} last heard {when}; {after_en}.",
        )
    ]
    for one in taken.dossiers:
        again_vi = f", {one.to_scan} trang phải quét lại" if one.to_scan else ""
        again_en = f", {one.to_scan} to scan again" if one.to_scan else ""
        lines.append(
            Words(
                f"Hồ sơ {one.code} đã về: {one.pages} trang{again_vi}.",
                f"Dossier {one.code} came back: {one.pages} pages{again_en}.",
            )
        )
    return tuple(lines)
