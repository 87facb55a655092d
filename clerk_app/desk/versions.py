"""Two versions of one dossier in people's words: what this desk wanted, and what central has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from clerk_app.desk.counter import Counter
from clerk_app.desk.evidence_view import moment, shown
from clerk_app.desk.ports import RefusedEntry
from clerk_app.desk.views import ShelfView, VersionLine, VersionPage, WayView
from clerk_app.domain.dossier import Discarded, Dossier, FeeTaken, Page, Submitted, Way
from clerk_app.domain.merging import Thing, said_by
from clerk_app.domain.money import format_vnd
from clerk_app.domain.pages import in_force
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules
from clerk_app.domain.settling import Record, ways_out

WAYS: tuple[Way, ...] = ("central", "ours", "new")
_OPEN: Mapping[Way, Words] = {
    "central": Words(
        "Các mục bị từ chối được để riêng, hồ sơ như ở trung tâm.",
        "What was refused is set aside; the dossier is as central has it.",
    ),
    "ours": Words(
        "Giá trị của quầy được ghi lại lên bản của trung tâm, theo quyết định này.",
        "This desk's values are entered anew on top of central's, by this decision.",
    ),
    "new": Words(
        "Nội dung của quầy thành một hồ sơ mới; hồ sơ cũ như ở trung tâm.",
        "This desk's version becomes a dossier of its own; the old one is as central has it.",
    ),
}
_SHUT: Mapping[Way, Words] = {
    "central": Words("", ""),
    "ours": Words(
        "Không nhập lại được: hồ sơ đã đóng ở trung tâm hoặc việc này chỉ làm được một lần.",
        "It cannot be entered again: the dossier is closed at central, or this can be done only once.",
    ),
    "new": Words("Không có nội dung nào để lập hồ sơ mới.", "Nothing was entered that a new dossier could be made of."),
}
_OWN = Words(
    "Bạn đã nhập các mục này: lãnh đạo khác quyết định.", "You entered this yourself: another supervisor decides."
)
_STATUS = {
    "draft": Words("chưa tiếp nhận", "not accepted yet"),
    "submitted": Words("đã tiếp nhận", "accepted"),
    "discarded": Words("đã hủy", "discarded"),
}
_KINDS = {
    "mark": Words("Đối chiếu {name}", "{name} marked"),
    "taken": Words("Dùng lại {name}", "{name} from record"),
    "asked": Words("Ngoại lệ {name}", "Exception {name}"),
    "law": Words("Danh mục áp dụng", "Rules in force"),
}
_MARKS = {
    "seen": Words("đã xem bản gốc", "the original was seen"),
    "chip": Words("lấy từ chip", "taken from the chip"),
    "generated": Words("tự lập", "made by the program"),
    "unmarked": Words("chưa đối chiếu", "not marked"),
}
_DECIDED = {
    True: Words("chấp thuận · {who}", "granted · {who}"),
    False: Words("không chấp thuận · {who}", "not granted · {who}"),
}


def shelf_view(
    counter: Counter,
    first: RefusedEntry,
    records: Sequence[Record],
    refused: Sequence[Record],
    mine: Dossier,
    central: Dossier,
    own: bool,
) -> ShelfView:
    """Both versions. `first` is the entry that was refused first, `refused` all that the decision covers; not `own`:
    another desk of this office wrote it."""
    rules = counter.rules_of(central if central.opened_at else mine)
    possible = ways_out(refused, central)
    if not own and any(isinstance(one.entry.what, FeeTaken) for one in refused):
        possible = ("central",)
    known = central if central.opened_at else mine
    ours, theirs = in_force(mine.pages), in_force(central.pages)
    return ShelfView(
        dossier=first.entry.dossier,
        station=first.station,
        code=known.code or known.local_code,
        name=mine.text("applicant.name") or central.text("applicant.name"),
        problem=first.code,
        words=Words(first.words_vi, first.words_en),
        remedy=Words(first.remedy_vi, first.remedy_en),
        refused=len(refused),
        who=first.entry.who,
        at=moment(first.entry.at),
        lines=tuple(_lines(records, refused, mine, central, rules)),
        our_pages=_pages(ours, theirs, rules) if ours != theirs else (),
        central_pages=_pages(theirs, ours, rules) if ours != theirs else (),
        ways=_ways(counter, possible, refused),
    )


def _ways(counter: Counter, possible: Sequence[Way], refused: Sequence[Record]) -> tuple[WayView, ...]:
    """What whoever sits here may decide; nothing for who decides nothing of the kind."""
    if not counter.may("shelf.decide"):
        return ()
    own = counter.who().id in {one.entry.who for one in refused}
    ways = []
    for way in WAYS:
        if way not in possible:
            ways.append(WayView(way, False, _SHUT[way]))
        elif own and way != "central":
            ways.append(WayView(way, False, _OWN))
        else:
            ways.append(WayView(way, True, _OPEN[way]))
    return tuple(ways)


def _lines(
    records: Sequence[Record], refused: Sequence[Record], mine: Dossier, central: Dossier, rules: Rules
) -> Iterable[VersionLine]:
    accepted = [one for one in records if one.number]
    things = dict.fromkeys(thing for one in refused for thing in said_by(one.entry.what))
    for thing in things:
        if thing[0] in ("page", "order"):
            continue
        ours, theirs = _said(mine, thing, rules), _said(central, thing, rules)
        by = next((one for one in reversed(accepted) if thing in said_by(one.entry.what)), None)
        yield VersionLine(_label(thing, rules), ours, theirs, _told(by), ours != theirs)
    kinds = [one.entry.what for one in refused]
    if any(isinstance(what, FeeTaken) for what in kinds):
        by = next((one for one in reversed(accepted) if isinstance(one.entry.what, FeeTaken)), None)
        yield VersionLine(Words("Lệ phí", "Fee"), _fee(mine), _fee(central), _told(by), _fee(mine) != _fee(central))
    if any(isinstance(what, Submitted | Discarded) for what in kinds) or central.status != "draft":
        by = next((one for one in reversed(accepted) if isinstance(one.entry.what, Submitted | Discarded)), None)
        ours, theirs = _standing(mine), _standing(central)
        yield VersionLine(Words("Tình trạng", "State"), ours, theirs, _told(by), ours != theirs)


def _label(thing: Thing, rules: Rules) -> Words:
    kind, name = thing
    if kind == "field":
        fields = (field for form in rules.forms.values() for field in form.fields if field.name == name)
        return next((field.label for field in fields), Words(name, name))
    return Words(
        _KINDS[kind].vi.format(name=_paper(name, rules).vi), _KINDS[kind].en.format(name=_paper(name, rules).en)
    )


def _paper(code: str, rules: Rules) -> Words:
    return next((paper.name for paper in rules.papers if paper.code == code), Words(code, code))


def _said(state: Dossier, thing: Thing, rules: Rules) -> Words:
    """What one version says of a thing, as people read it."""
    kind, name = thing
    if kind == "field":
        return _value(name, state.text(name), rules)
    if kind == "mark":
        return _MARKS[state.marks.get(name, "unmarked")]
    if kind == "taken":
        return _same(state.taken[name].reference if name in state.taken else "")
    if kind == "law":
        return _same(state.pack)
    asked = state.exceptions.get(name)
    if asked is None or asked.granted is None:
        return _same(asked.reason if asked is not None else "")
    return _DECIDED[asked.granted].filled(who=asked.decided_by)


def _value(name: str, text: str, rules: Rules) -> Words:
    case = rules.case(text) if name == "case" else None
    if case is not None:
        return case.name
    field = next((one for form in rules.forms.values() for one in form.fields if one.name == name), None)
    return shown(name, text, field) if text else _same("")


def _same(text: str) -> Words:
    return Words(text, text)


def _told(by: Record | None) -> Words:
    """Who wrote it, when, at which desk."""
    if by is None:
        return Words("", "")
    return _same(f"{by.station} · {by.entry.who} · {moment(by.entry.at)}")


def _fee(state: Dossier) -> Words:
    return _same(f"{format_vnd(state.fee.fee_vnd)} · {state.fee.receipt}" if state.fee else "")


def _standing(state: Dossier) -> Words:
    words = _STATUS[state.status]
    return Words(f"{words.vi} · {state.code}", f"{words.en} · {state.code}") if state.code else words


def _pages(pages: Sequence[Page], others: Sequence[Page], rules: Rules) -> tuple[VersionPage, ...]:
    same = set(others)
    return tuple(
        VersionPage(
            page.sheet, page.turned, _paper(page.paper, rules) if page.paper else Words("–", "–"), page not in same
        )
        for page in pages
    )
