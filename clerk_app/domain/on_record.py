"""Papers that need not be asked for again because they are on record: which may be taken, of whom, and how old.

The same at the desk, which offers them, and at central, which looks at what was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from clerk_app.domain.calendar import day, in_hanoi
from clerk_app.domain.dossier import Dossier, PaperTaken
from clerk_app.domain.licensing import after_span
from clerk_app.domain.pages import Page
from clerk_app.domain.people import search_key
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import ReuseRow, Rules
from clerk_app.domain.withdrawn import brought

Why = Literal["", "not_allowed", "other_person", "not_accepted", "no_pages", "age_unknown", "too_old"]
"""What keeps a paper from being taken; nothing if it may be."""
_WORDS: Mapping[Why, Words] = {
    "not_allowed": Words("quy định không cho", "the rules do not allow it"),
    "other_person": Words("hồ sơ trước là của người khác", "the earlier dossier is another person's"),
    "not_accepted": Words("hồ sơ trước chưa được tiếp nhận", "the earlier dossier was not accepted"),
    "no_pages": Words("không phải các trang của hồ sơ trước", "these are not the earlier dossier's pages"),
    "age_unknown": Words("không rõ ngày của giấy tờ", "the paper's day is not known"),
    "too_old": Words("giấy tờ đã quá hạn dùng lại", "the paper is too old"),
}


def why_not(dossier: Dossier, earlier: Dossier, paper: str, case: str, rules: Rules, on: date) -> Why:
    """Whether a paper of an earlier dossier may stand for an item of this one on that day, and if not, why."""
    row = rules.reuse(case, paper, "dossier")
    if row is None:
        return "not_allowed"
    if not same_person(dossier, earlier):
        return "other_person"
    if earlier.submitted is None or earlier.practice != dossier.practice or earlier.id == dossier.id:
        return "not_accepted"
    if not pages_of(earlier, paper):
        return "no_pages"
    since = counted_from(row, earlier)
    if row.max_age is None:
        return ""
    if since is None:
        return "age_unknown"
    return "too_old" if on > after_span(since, row.max_age) else ""


def taken_wrongly(
    dossier: Dossier, taken: PaperTaken, earlier: Dossier | None, case: str, rules: Rules, on: date
) -> Why:
    """Why what was taken from record does not stand for its item on that day. `earlier` is the dossier it came from."""
    row = rules.reuse(case, taken.paper, taken.source)
    if row is None or row.state != taken.state:
        return "not_allowed"
    if taken.source != "dossier":
        return ""
    if earlier is None:
        return "not_accepted"
    why = why_not(dossier, earlier, taken.paper, case, rules, on)
    return why or ("" if taken.pages == pages_of(earlier, taken.paper) else "no_pages")


def said(paper: str, why: Why) -> Words:
    """The same in words."""
    words = _WORDS[why]
    return Words(f"Không dùng lại được giấy tờ {paper}: {words.vi}.", f"{paper} is not taken: {words.en}.")


def same_person(one: Dossier, other: Dossier) -> bool:
    """Whether both name the same applicant: number, name and birth, none of them empty."""
    for name in ("applicant.number", "applicant.name", "applicant.born"):
        mine, theirs = one.text(name), other.text(name)
        if not mine or not theirs or search_key(mine) != search_key(theirs):
            return False
    return True


def pages_of(dossier: Dossier, paper: str) -> tuple[Page, ...]:
    """The pages of an item that were handed over with this very dossier; what it took itself ages with another."""
    return tuple(page for page in brought(dossier) if page.paper == paper and not page.raw)


def counted_from(row: ReuseRow, earlier: Dossier) -> date | None:
    """The day from which a paper ages: what a field of its dossier says, or its reception."""
    if row.counted_from:
        return day(earlier.text(row.counted_from))
    return in_hanoi(earlier.submitted.received_at).date() if earlier.submitted is not None else None


def newest_first(dossiers: Iterable[Dossier]) -> list[Dossier]:
    """Accepted dossiers, the one that was received last at the front."""
    accepted = [(one.submitted.received_at, one) for one in dossiers if one.submitted is not None]
    return [one for _, one in sorted(accepted, key=lambda pair: pair[0], reverse=True)]
