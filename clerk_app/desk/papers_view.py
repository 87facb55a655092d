"""Step 3 as ready values: the checklist of this very case, and the pages as they came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from clerk_app.desk import page_words, words
from clerk_app.desk.grounds import Grounds, paper_row
from clerk_app.desk.lacking import lacks, twice, unassigned
from clerk_app.desk.reuse import offers, waivable
from clerk_app.desk.views import Badge, PageView, PaperLine, PapersView
from clerk_app.domain.conditions import explain
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import exception_of, paper_done, taken_of, waived, waiver
from clerk_app.domain.pages import Page, Wish
from clerk_app.domain.procedure import Decision, PaperNeeded
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import PaperRow, Rules
from clerk_app.domain.withdrawn import brought, is_withdrawn, withdrawn

DOSSIER_BUDGET_KB, PAGE_BUDGET_KB = 6000, 400
"""What a dossier and a page of it should not weigh more than, where the catalogue says nothing."""


def size_words(size_bytes: int) -> str:
    """`14,2 MB`, `310 KB`: as people write it here."""
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB".replace(".", ",")
    return f"{max(1, round(size_bytes / 1000)) if size_bytes else 0} KB"


def papers_view(dossier: Dossier, decision: Decision, grounds: Grounds, earlier: Sequence[Dossier] = ()) -> PapersView:
    """The checklist of a decision, and the pages. `earlier` are accepted dossiers of the same person."""
    kept = brought(dossier)
    views = _pages(dossier, decision, grounds.rules)
    can_waive = waivable(dossier, grounds.facts, decision, grounds.rules)
    return PapersView(
        lines=tuple(_paper(dossier, paper, paper.code in can_waive, grounds, earlier) for paper in decision.papers),
        pages=tuple(view for view in views if not view.aside),
        can_undo=bool(dossier.past_pages),
        can_redo=bool(dossier.future_pages),
        total_size=size_words(sum(page.size_bytes for page in kept)),
        tray=tuple(view for view in views if view.aside),
        raw=sum(page.raw for page in dossier.pages),
        unassigned=unassigned(dossier),
        size=_weight(kept, grounds.rules),
        taken=tuple(_taken(dossier, decision)),
    )


# ---- pages -------------------------------------------------------------------------------------------------------


def _pages(dossier: Dossier, decision: Decision, rules: Rules) -> list[PageView]:
    """All pages by their place in the whole list; numbered within their item, those in the tray by themselves."""
    names = {paper.code: paper.name for paper in decision.papers} | {"": page_words.UNASSIGNED}
    count: dict[tuple[str, bool], int] = {}
    wrong = _wrong_sides(dossier, rules)
    found = []
    for index, page in enumerate(dossier.pages):
        item = page.paper, bool(page.aside)
        count[item] = count.get(item, 0) + 1
        caption = page_words.caption(page, count[item], names.get(page.paper, Words(page.paper, page.paper)))
        if is_withdrawn(dossier, page.sheet):
            caption = page_words.listed([caption, page_words.TAKEN_BACK])
        found.append(_page(page, index, caption, index in wrong))
    return found


def _wrong_sides(dossier: Dossier, rules: Rules) -> set[int]:
    """The places of pages that are the same side of a card once more."""
    found: set[int] = set()
    for paper, profile in rules.profiles.items():
        if profile.sides == 2:
            mine = ((at, page) for at, page in enumerate(dossier.pages) if page.paper == paper and not page.aside)
            places = [at for at, page in mine if not is_withdrawn(dossier, page.sheet)]
            found |= {places[at] for at in twice([dossier.pages[place] for place in places])}
    return found


def _taken(dossier: Dossier, decision: Decision) -> Iterator[PageView]:
    """The pages of papers that were taken from an earlier dossier."""
    for paper in decision.papers:
        taken = taken_of(dossier, paper.code)
        for number, page in enumerate(taken.pages if taken is not None else (), 1):
            yield _page(page, -1, page_words.caption(page, number, paper.name))


def _page(page: Page, index: int, caption: Words, wrong_side: bool = False) -> PageView:
    return PageView(
        index=index,
        sheet=page.sheet,
        paper=page.paper,
        caption=caption,
        turned=page.turned,
        width=page.width,
        height=page.height,
        size=size_words(page.size_bytes),
        raw=page.raw,
        aside=page.aside,
        facts=page_words.facts(page),
        flaws=page_words.flaws(page) + ((page_words.FLAWS["wrong_side"],) if wrong_side else ()),
        original=page.original,
        side=page.side,
        colour=page.made.colour if page.made is not None else "",
        why_here=page_words.why_here(page),
        corners=page.made.corners if page.made is not None else (),
        wish=page.wish or Wish(),
    )


def _weight(pages: Sequence[Page], rules: Rules) -> Badge:
    """The weight of the dossier against its budget, and which pages are heavy by themselves."""
    budget = _kilobytes(rules, "dossier_budget_kb", DOSSIER_BUDGET_KB)
    total = sum(page.size_bytes for page in pages if not page.raw)
    most = _kilobytes(rules, "page_budget_kb", PAGE_BUDGET_KB)
    heavy = sum(1 for page in pages if page.size_bytes > most and not page.raw)
    said = f"{size_words(total)} / {size_words(budget)}"
    vi = f"{said} · {heavy} trang quá {size_words(most)}" if heavy else said
    en = f"{said} · over {size_words(most)}: {heavy}" if heavy else said
    return Badge(Words(vi, en), "warn" if total > budget else "good")


def _kilobytes(rules: Rules, name: str, default: int) -> int:
    text = rules.settings.get(name, "")
    return 1000 * (int(text) if text.isascii() and text.isdecimal() else default)


# ---- the checklist -----------------------------------------------------------------------------------------------


def _paper(
    dossier: Dossier, paper: PaperNeeded, can_waive: bool, grounds: Grounds, earlier: Sequence[Dossier]
) -> PaperLine:
    pages = [page for page in brought(dossier) if page.paper == paper.code]
    gone = sum(page.paper == paper.code for page in withdrawn(dossier))
    found = lacks(dossier, paper.code, grounds.rules)
    problems = [lack.words for lack in found] + ([page_words.taken_back(gone)] if gone else [])
    state, detail = _state(dossier, paper, len(pages), any(lack.blocking for lack in found))
    row, profile = paper_row(grounds, paper.code), grounds.rules.profiles.get(paper.code)
    draft = dossier.status == "draft"
    taken = taken_of(dossier, paper.code)
    offered = () if paper.generated else offers(dossier, paper.code, earlier, grounds.facts, grounds.rules)
    return PaperLine(
        code=paper.code,
        name=paper.name,
        detail=detail,
        state=state,
        pages=len(pages),
        done=paper_done(dossier, paper) and not any(lack.blocking for lack in found),
        required=paper.required,
        why=Words(f"{paper.because.vi} ({paper.basis})", f"{paper.because.en} ({paper.basis})"),
        can_scan=draft,
        can_mark=paper.by_seeing and draft,
        condition=_only_if(paper, row),
        sources=_sources(row) if row is not None else None,
        whys=(grounds.why(paper.name, row.rule, paper.because, row.when),) if row is not None else (),
        missing=page_words.listed(problems, "; ") if problems else None,
        offers=tuple(offer for offer, _ in offered),
        waiver=_waiver(dossier, paper, can_waive),
        flawed=sum(bool(page.flaws) for page in pages),
        key=profile.key if profile is not None and draft and not paper.generated else "",
        taken=taken.source if taken is not None else "",
    )


def _state(dossier: Dossier, paper: PaperNeeded, pages: int, lacking: bool) -> tuple[Badge, Words]:
    """How an item stands, in a word, and how it came to that."""
    how, taken = dossier.marks.get(paper.code, ""), taken_of(dossier, paper.code)
    if pages:
        said = Words(f"{pages} trang", f"{pages} page{'s' if pages > 1 else ''}")
        return Badge(said, "warn" if lacking else "good"), words.SCANNED
    if paper.by_chip:
        return words.BY_CHIP, words.BY_CHIP_DETAIL
    if paper.generated:
        return words.GENERATED, words.GENERATED_DETAIL
    if paper.by_seeing and how == "seen":
        return words.SEEN, words.SEEN_DETAIL
    if taken is not None:
        place = words.TAKEN_FROM[taken.source]
        return words.TAKEN, Words(f"{place.vi} {taken.reference}".strip(), f"{place.en} {taken.reference}".strip())
    if waived(dossier, paper.code):
        return words.WAIVED, words.WAIVED_DETAIL
    state = words.MISSING if paper.required else words.OPTIONAL
    return state, words.CAN_BE_SEEN if paper.by_seeing else words.TO_SCAN


def _waiver(
    dossier: Dossier, paper: PaperNeeded, possible: bool
) -> Literal["", "possible", "asked", "granted", "refused"]:
    asked = exception_of(dossier, waiver(paper.code))
    if asked is None:
        return "possible" if possible and dossier.status == "draft" else ""
    return "asked" if asked.granted is None else "granted" if asked.granted else "refused"


def _only_if(paper: PaperNeeded, row: PaperRow | None) -> Words | None:
    """What must be so before this paper is asked for; nothing for one that is needed, or never demanded."""
    if paper.required or row is None or not row.required:
        return None
    return Words(f"nếu {explain(row.when, 'vi')}", f"if {explain(row.when, 'en')}")


def _sources(row: PaperRow) -> Words:
    """Where a paper may come from."""
    said = [words.FROM_DATA] if row.generated else []
    said += [words.FROM_CHIP] if row.by_chip else []
    said += [words.FROM_SEEING] if row.by_seeing else []
    said += [] if row.generated else [words.FROM_SCAN]
    said += [row.reuse] if row.reuse.vi and not row.generated else []
    return page_words.listed(said)
