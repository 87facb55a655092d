"""Sample views of the papers step beyond a few plain pages: what is wrong, set aside, read, offered; two hundred."""

from __future__ import annotations

from dataclasses import replace

from clerk_app.desk.views import Badge, FieldView, PageView, PapersView, ProposalView, ReuseOffer
from clerk_app.domain.refusals import Words
from tests.screens import sample_intake as sample

GOOD = Words("Nét · thẳng · 300 dpi · màu · A4", "Sharp · straight · 300 dpi · colour · A4")
BLURRED = Words("mờ", "blurred")
ONE, TWO = (Badge(Words(f"{count} trang", f"{count} pages"), "warn") for count in (1, 2))
WRONG_SIDE = Words("nhầm mặt", "wrong side")
CUT = Words("bị cắt mép", "cut off")
PROPOSALS = (
    ProposalView(
        "health.concluded", Words("Ngày kết luận", "Concluded on"), "18/11/2026", "98 %", False, (80, 250, 420, 24)
    ),
    ProposalView(
        "health.class", Words("Hạng theo kết luận", "Class"), "B", "71 %", True, (160, 610, 300, 24), True, "B2"
    ),
    ProposalView(
        "health.number",
        Words("Số giấy khám", "Certificate number"),
        "00001/GKSKLX/34001/24",
        "95 %",
        False,
        (80, 410, 380, 24),
    ),
)


def page(index: int, paper: str, **more: object) -> PageView:
    """A page as the desk shows it."""
    made = PageView(
        index, f"s{index}", paper, Words(f"Trang {index}", f"Page {index}"), 0, 827, 1169, "214 KB", facts=GOOD,
        original=f"o{index}", colour="colour", read=True,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def raw(index: int, paper: str) -> PageView:
    """One that has just arrived."""
    return page(index, paper, sheet=f"o{index}", original=f"o{index}", raw=True, facts=None, size="7,4 MB")


def view(pages: tuple[PageView, ...], tray: tuple[PageView, ...] = (), **more: object) -> PapersView:
    """The checklist with these pages, every item with its digit."""
    plain = sample.papers(0)
    lines = []
    for number, line in enumerate(plain.lines):
        count = sum(one.paper == line.code for one in pages)
        state = Badge(Words(f"{count} trang", f"{count} pages"), "good") if count else line.state
        key = str(number) if number else ""
        lines.append(replace(line, pages=count, done=line.done or count > 0, state=state, key=key))
    size = Badge(Words("1,3 / 8 MB", "1.3 / 8 MB"), "good")
    made = PapersView(tuple(lines), pages, bool(pages), False, "1,3 MB", tray, sum(one.raw for one in pages), size=size)
    return replace(made, **more)  # type: ignore[arg-type]


def changed(papers: PapersView, code: str, **more: object) -> PapersView:
    """The same with one item of the checklist otherwise."""
    lines = tuple(replace(line, **more) if line.code == code else line for line in papers.lines)  # type: ignore[arg-type]
    return replace(papers, lines=lines)


THREE = tuple(page(n, "GKSK") for n in range(3))
CARD = (page(3, "GPLX_CU", side="front"), page(4, "GPLX_CU", side="back"))
FIELDS = (
    FieldView("health.number", Words("Số giấy khám", "Certificate number"), "text", "", max_length=40),
    FieldView("health.class", Words("Hạng theo kết luận", "Class"), "text", "B2", max_length=4),
)
OFFERS = (
    ReuseOffer(
        "dossier:1",
        "dossier",
        Words(
            "Dùng lại từ hồ sơ G01.801.308-260612-0007 ngày 12/06/2026 (2 trang)",
            "Take it from dossier G01.801.308-260612-0007 of 12/06/2026 (2 pages)",
        ),
        2,
    ),
    ReuseOffer("register:1", "register", Words("Lấy từ CSDL GPLX", "Take it from the licence register"), 0),
)


def papers(state: str) -> PapersView:
    """One state of the step."""
    match state:
        case "scanning":
            return view((*THREE, raw(3, ""), raw(4, "")))
        case "flaws":
            flawed = (THREE[0], replace(THREE[1], flaws=(BLURRED,)), replace(THREE[2], flaws=(CUT, BLURRED)))
            return changed(
                view((*flawed, *CARD)),
                "GKSK",
                flawed=2,
                missing=Words("2 trang mờ hoặc bị cắt", "2 pages blurred or cut off"),
            )
        case "tray":
            blank = page(5, "GKSK", aside="blank")
            return view((*THREE, *CARD, page(6, "")), (blank, page(7, "", aside="clerk")), unassigned=1)
        case "accepted":
            done = view((*THREE, *CARD), can_undo=False)
            return replace(done, lines=tuple(replace(line, key="", can_scan=False) for line in done.lines))
        case "proposals":
            return view((replace(THREE[0], proposals=PROPOSALS), *THREE[1:], *CARD), fields=FIELDS)
        case "offers":
            missing = Words("Cần mặt trước và mặt sau", "Front and back are needed")
            return changed(view(THREE), "GPLX_CU", offers=OFFERS, waiver="possible", missing=missing)
        case "fronts":
            missing = Words("mặt trước đã có, còn thiếu mặt sau", "the front is here already, the back is missing")
            twice = (CARD[0], page(4, "GPLX_CU", side="front", flaws=(WRONG_SIDE,)))
            return changed(view((*THREE, *twice)), "GPLX_CU", done=False, flawed=1, missing=missing, state=TWO)
        case "one-side":
            missing = Words("thiếu mặt sau", "the back is missing")
            return changed(view((*THREE, CARD[0])), "GPLX_CU", done=False, missing=missing, state=ONE)
        case "unfit":
            unfit = Words("Giấy kết luận không đủ điều kiện sức khỏe", "The certificate says: not fit to drive")
            proposal = ProposalView(
                "health.conclusion",
                Words("Kết luận", "Conclusion"),
                "Không đủ điều kiện sức khỏe lái xe",
                "93 %",
                False,
                (80, 700, 420, 24),
            )
            read = replace(THREE[0], proposals=(proposal, *PROPOSALS))
            return changed(view((read, *THREE[1:], *CARD), fields=FIELDS), "GKSK", done=False, missing=unfit)
        case "heavy":
            told = Words("9,4 MB / 6,0 MB · 4 trang quá 400 KB", "9.4 MB / 6.0 MB · 4 pages above 400 KB")
            return view((*THREE, *CARD), size=Badge(told, "warn"))
        case "many":
            shown = tuple(page(n, ("GKSK", "GPLX_CU", "CC", "")[n * 4 // 200]) for n in range(200))
            heavy = Badge(Words("42,8 / 40 MB", "42.8 / 40 MB"), "warn")
            return view(shown, size=heavy)
        case _:
            raise ValueError(state)
