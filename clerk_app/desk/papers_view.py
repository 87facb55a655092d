"""Step 3 as ready values: the checklist of this very case, and the pages as they came."""

from __future__ import annotations

from clerk_app.desk import words
from clerk_app.desk.grounds import Grounds, paper_row
from clerk_app.desk.views import Badge, PageView, PaperLine, PapersView
from clerk_app.domain.conditions import explain
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.facts import paper_done
from clerk_app.domain.procedure import Decision, PaperNeeded
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import PaperRow


def size_words(size_bytes: int) -> str:
    """`14,2 MB`, `310 KB`: as people write it here."""
    if size_bytes >= 1_000_000:
        return f"{size_bytes / 1_000_000:.1f} MB".replace(".", ",")
    return f"{max(1, round(size_bytes / 1000)) if size_bytes else 0} KB"


def papers_view(dossier: Dossier, decision: Decision, grounds: Grounds) -> PapersView:
    """The checklist of a decision, and the pages."""
    names = {paper.code: paper.name for paper in decision.papers}
    count: dict[str, int] = {}
    pages = []
    for index, page in enumerate(dossier.pages):
        count[page.paper] = count.get(page.paper, 0) + 1
        number = count[page.paper]
        name = names.get(page.paper, Words(page.paper, page.paper))
        caption = Words(f"Trang {number} · {name.vi}", f"Page {number} · {name.en}")
        pages.append(
            PageView(
                index,
                page.sheet,
                page.paper,
                caption,
                page.turned,
                page.width,
                page.height,
                size_words(page.size_bytes),
            )
        )
    return PapersView(
        lines=tuple(_paper(dossier, paper, count.get(paper.code, 0), grounds) for paper in decision.papers),
        pages=tuple(pages),
        can_undo=bool(dossier.past_pages),
        can_redo=bool(dossier.future_pages),
        total_size=size_words(sum(page.size_bytes for page in dossier.pages)),
    )


def _paper(dossier: Dossier, paper: PaperNeeded, pages: int, grounds: Grounds) -> PaperLine:
    how = dossier.marks.get(paper.code, "")
    if pages:
        state = Badge(Words(f"{pages} trang", f"{pages} page{'s' if pages > 1 else ''}"), "good")
        detail = words.SCANNED
    elif paper.by_chip or how == "chip":
        state, detail = words.BY_CHIP, words.BY_CHIP_DETAIL
    elif paper.generated:
        state, detail = words.GENERATED, words.GENERATED_DETAIL
    elif how == "seen":
        state, detail = words.SEEN, words.SEEN_DETAIL
    else:
        state = words.MISSING if paper.required else words.OPTIONAL
        detail = words.CAN_BE_SEEN if paper.by_seeing else words.TO_SCAN
    row = paper_row(grounds, paper.code)
    return PaperLine(
        code=paper.code,
        name=paper.name,
        detail=detail,
        state=state,
        pages=pages,
        done=paper_done(dossier, paper),
        required=paper.required,
        why=Words(f"{paper.because.vi} ({paper.basis})", f"{paper.because.en} ({paper.basis})"),
        can_scan=dossier.status == "draft",
        can_mark=paper.by_seeing and dossier.status == "draft",
        condition=_only_if(paper, row),
        sources=_sources(row) if row is not None else None,
        whys=(grounds.why(paper.name, row.rule, paper.because, row.when),) if row is not None else (),
    )


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
    return Words(" · ".join(one.vi for one in said), " · ".join(one.en for one in said))
