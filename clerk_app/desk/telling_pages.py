"""What was done to pages, in the trail: which came, went, moved, were turned or given to another item."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence

from clerk_app.desk.page_words import FLAWS
from clerk_app.desk.telling_names import NONE, Naming
from clerk_app.desk.telling_parts import Change, Told
from clerk_app.domain.dossier import (
    Act,
    ArchiveMade,
    Dossier,
    PageArrived,
    PageMade,
    PagesArranged,
    PaperMarked,
    PaperTaken,
)
from clerk_app.domain.page_changes import with_changes
from clerk_app.domain.pages import Page
from clerk_app.domain.private import listed, same, say
from clerk_app.domain.refusals import Words

MOST = 40
"""Changes of pages that are told one by one."""
ACTS: Mapping[Act, Words] = {
    "scan": Words("quét trang", "scanned pages"),
    "import": Words("đưa trang vào từ tệp", "brought pages from files"),
    "replace": Words("quét lại trang", "scanned pages anew"),
    "remake": Words("xử lý lại trang", "made pages anew"),
    "move": Words("đổi chỗ trang", "moved pages"),
    "assign": Words("xếp trang vào mục khác", "gave pages to another item"),
    "split": Words("tách trang sang mục khác", "split pages off to another item"),
    "join": Words("ghép các mục", "joined items"),
    "pair": Words("ghép mặt trước và mặt sau", "paired front and back"),
    "interleave": Words("ghép hai lượt quét", "put two piles together"),
    "interleave_anyway": Words("ghép hai lượt quét dù còn nghi ngờ", "put two piles together in spite of doubts"),
    "rotate": Words("xoay trang", "turned pages"),
    "delete": Words("bỏ trang", "took pages out"),
    "aside": Words("để trang ra khay", "set pages aside"),
    "back": Words("lấy trang từ khay về", "brought pages back from the tray"),
    "keep": Words("giữ trang dù có nhược điểm", "kept pages in spite of flaws"),
    "undo": Words("hoàn tác việc sắp xếp trang", "undid an arrangement of pages"),
    "redo": Words("làm lại việc sắp xếp trang", "did an arrangement of pages again"),
}
HOW = {
    "scan": Words("từ máy quét", "from the scanner"),
    "import": Words("từ tệp", "from a file"),
    "camera": Words("từ máy chụp tài liệu", "from the document camera"),
    "folder": Words("từ thư mục theo dõi", "from the watched folder"),
}
_ASIDE = {
    "": Words("trong hồ sơ", "in the dossier"),
    "blank": Words("khay (trang trắng)", "tray (blank)"),
    "clerk": Words("khay (cán bộ để ra)", "tray (by the clerk)"),
}
_MARKS = {
    "seen": Words("đã xem bản chính", "the original was seen"),
    "chip": Words("lấy từ chip", "taken from the chip"),
    "generated": Words("tự lập", "made by the program"),
    "unmarked": Words("chưa đối chiếu", "not marked"),
}
_RECORDS = {
    "dossier": Words("hồ sơ trước", "an earlier dossier"),
    "register": Words("cơ sở dữ liệu giấy phép", "the licence register"),
    "chip": Words("chip căn cước", "the chip of the ID card"),
}
_Key = tuple[str, int]


def arranged(what: PagesArranged, before: Dossier, naming: Naming) -> Told:
    """The act, and each page that it changed."""
    now = what.pages if what.changes is None else with_changes(before.pages, what.pages, what.changes)
    changes = page_changes(before.pages, now, naming)
    sentence = say(
        "{act}: {count} trang có thay đổi, hồ sơ còn {left} trang",
        "{act}: {count} pages changed, the dossier has {left} pages",
        act=ACTS[what.act],
        count=str(len(changes)),
        left=str(len(now)),
    )
    return Told(sentence, _few(changes))


def arrived(what: PageArrived, before: Dossier, naming: Naming) -> Told:
    how, paper = HOW[what.how], naming.paper(what.page.paper)
    if what.instead:
        old = next((one for one in before.pages if one.sheet == what.instead), None)
        place = next((n for n, one in enumerate(before.pages, 1) if one.sheet == what.instead), 0)
        sentence = say(
            "nhận một trang {how} cho {paper}, thay trang {place}",
            "received a page {how} for {paper}, in the place of page {place}",
            how=how,
            paper=paper,
            place=str(place or "–"),
        )
        was = _item(old, naming) if old is not None else NONE
        return Told(sentence, (Change(_label(place), was, _item(what.page, naming)),))
    sentence = say("nhận một trang {how} cho {paper}", "received a page {how} for {paper}", how=how, paper=paper)
    return Told(sentence, (Change(_label(len(before.pages) + 1), NONE, _item(what.page, naming)),))


def made(what: PageMade, before: Dossier, naming: Naming) -> Told:
    """What was made of a sheet, and what is wrong with it."""
    place = next((n for n, one in enumerate(before.pages, 1) if one.sheet == what.original), 0)
    changes = []
    for page in what.pages:
        flaws = [FLAWS[flaw] for flaw in page.flaws]
        said = listed(flaws) if flaws else Words("rõ", "sound")
        changes.append(Change(naming.paper(page.paper), NONE, said))
    sentence = say(
        "xử lý trang {place}: được {count} trang",
        "made page {place}: {count} pages came of it",
        place=str(place or "–"),
        count=str(len(what.pages)),
    )
    return Told(sentence, tuple(changes))


def taken(what: PaperTaken, before: Dossier, naming: Naming) -> Told:
    paper, source = naming.paper(what.paper), _RECORDS[what.source]
    old = before.taken.get(what.paper)
    was = same(old.reference) if old is not None and old.reference else NONE
    if not what.state:
        return Told(
            say("thôi dùng lại giấy tờ đã có cho {paper}", "no longer takes {paper} from record", paper=paper),
            (Change(paper, was, NONE),),
        )
    sentence = say(
        "dùng lại {paper} từ {source}: {count} trang",
        "took {paper} from {source}: {count} pages",
        paper=paper,
        source=source,
        count=str(len(what.pages)),
    )
    return Told(sentence, (Change(paper, was, same(what.reference or "–")),))


def marked(what: PaperMarked, before: Dossier, naming: Naming) -> Told:
    paper = naming.paper(what.paper)
    was, now = _MARKS.get(before.marks.get(what.paper, "unmarked"), NONE), _MARKS[what.how]
    return Told(
        say("đối chiếu {paper}: {now}", "marked {paper}: {now}", paper=paper, now=now), (Change(paper, was, now),)
    )


def archived(what: ArchiveMade, before: Dossier, naming: Naming) -> Told:
    paper = naming.paper(what.paper)
    old = before.archive.get(what.paper)
    was = same(f"SHA-256 {old.sheet[:12]}…") if old is not None else NONE
    change = Change(paper, was, same(f"SHA-256 {what.sheet[:12]}…"))
    if what.signed_by:
        sentence = say(
            "ký bản lưu trữ của {paper} bằng chứng thư {certificate}…",
            "signed the archive copy of {paper} with the certificate {certificate}…",
            paper=paper,
            certificate=what.signed_by[:12],
        )
        return Told(sentence, (change,))
    sentence = say(
        "lập bản lưu trữ của {paper}: {count} trang",
        "set the archive copy of {paper}: {count} pages",
        paper=paper,
        count=str(len(what.pages)),
    )
    return Told(sentence, (change,))


def page_changes(before: Sequence[Page], now: Sequence[Page], naming: Naming) -> tuple[Change, ...]:
    """Each page that came, went, moved or is otherwise, by the place where it stands (or stood)."""
    old, new = _keyed(before), _keyed(now)
    there, here = {key: n for n, key in enumerate(old, 1)}, {key: n for n, key in enumerate(new, 1)}
    moved = _moved(old, new)
    changes = []
    for key, page in new.items():
        label = _label(here[key])
        if key not in old:
            changes.append(Change(label, NONE, _item(page, naming)))
            continue
        if key in moved:
            changes.append(Change(label, _place(there[key]), _place(here[key])))
        changes += _otherwise(label, old[key], page, naming)
    for key, page in old.items():
        if key not in new:
            changes.append(Change(_label(there[key]), _item(page, naming), Words("đã bỏ", "taken out")))
    return tuple(changes)


def _otherwise(label: Words, old: Page, page: Page, naming: Naming) -> list[Change]:
    found = []
    if old.paper != page.paper:
        found.append(Change(label, naming.paper(old.paper), naming.paper(page.paper)))
    if old.turned != page.turned:
        found.append(Change(label, same(f"{old.turned}°"), same(f"{page.turned}°")))
    if old.aside != page.aside:
        found.append(Change(label, _ASIDE[old.aside], _ASIDE[page.aside]))
    if old.looked_at != page.looked_at:
        kept, open_ = Words("giữ dù có nhược điểm", "kept in spite of flaws"), Words("chưa xem", "not looked at")
        found.append(Change(label, kept if old.looked_at else open_, kept if page.looked_at else open_))
    if old.wish != page.wish or old.side != page.side:
        how = Words("cách xử lý trước", "as it was made"), Words("cách xử lý khác", "made otherwise")
        found.append(Change(label, *how))
    return found


def _few(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    if len(changes) <= MOST:
        return changes
    more = len(changes) - MOST
    return (*changes[:MOST], Change(Words("Trang khác", "Other pages"), NONE, same(f"+ {more}")))


def _keyed(pages: Sequence[Page]) -> dict[_Key, Page]:
    count: Counter[str] = Counter()
    keyed = {}
    for page in pages:
        keyed[page.sheet, count[page.sheet]] = page
        count[page.sheet] += 1
    return keyed


def _moved(old: Mapping[_Key, Page], new: Mapping[_Key, Page]) -> frozenset[_Key]:
    """The fewest pages that must have been moved: all but a longest rising run of those that stayed."""
    places = {key: n for n, key in enumerate(old)}
    kept = [key for key in new if key in old]
    tails: list[int] = []
    ends: list[_Key] = []
    before: dict[_Key, _Key | None] = {}
    for key in kept:
        at = bisect_left(tails, places[key])
        before[key] = ends[at - 1] if at else None
        tails[at : at + 1] = [places[key]]
        ends[at : at + 1] = [key]
    still: set[_Key] = set()
    one = ends[-1] if ends else None
    while one is not None:
        still.add(one)
        one = before[one]
    return frozenset(kept) - still


def _label(place: int) -> Words:
    return Words(f"Trang {place}", f"Page {place}")


def _place(place: int) -> Words:
    return Words(f"chỗ {place}", f"place {place}")


def _item(page: Page, naming: Naming) -> Words:
    return naming.paper(page.paper)
