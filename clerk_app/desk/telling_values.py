"""What was said about a person, in the trail: typed fields, documents that were read, the register's answer."""

from __future__ import annotations

from datetime import datetime

from clerk_app.desk import words
from clerk_app.desk.evidence_view import moment, shown
from clerk_app.desk.telling_names import LEVELS, NONE, SOURCES, Naming
from clerk_app.desk.telling_parts import Change, Told
from clerk_app.domain.calendar import day, format_day
from clerk_app.domain.dossier import Dossier, FieldsEntered, IdentityRead, PageRead, RegisterAnswered
from clerk_app.domain.licence import Licence
from clerk_app.domain.online import BESIDE
from clerk_app.domain.people import said_of
from clerk_app.domain.private import Part, Private, PrivateKind, Sentence, listed, same, say
from clerk_app.domain.refusals import Words

_BY_END: dict[str, PrivateKind] = {
    "number": "number",
    "old_number": "number",
    "phone": "phone",
    "email": "email",
    "residence": "address",
    "address": "address",
    "name": "name",
    "born": "born",
}
_BY_NAME: dict[str, PrivateKind] = {"licence.number": "licence", "licences": "licence", "health.number": "detail"}
_BY_NAME |= {"portal.licence": "licence"}
_PEOPLE = ("applicant", "submitter", "owner", "holder", "health")
"""What stands in fields of these about somebody is private whatever it is called."""
_PLAIN = frozenset(
    {
        *("received_at", "case", "wanted_class", "result_place", "pledge", "force_majeure"),
        *("licence.regime", "licence.class", "licence.issued", "licence.expires", "licence.restriction"),
        *("foreign.kind", "foreign.altered", "foreign.earned_abroad", "foreign.residence_months"),
        *("portal.licence_class", "portal.sent_at", "portal.changed_at", "portal.payment", "portal.fee_vnd"),
        *("portal.unread", "portal.withdrawn", "portal.files", "assisted.by", "assisted.at"),
    }
)
"""Facts of the matter. What is in no list is taken for a free text."""
_SANCTIONS = {
    "clear": Words("không có vi phạm chưa xử lý", "no unsettled violation"),
    "blocked": Words("có vi phạm chưa xử lý", "an unsettled violation"),
    "unknown": Words("không rõ vi phạm", "violations unknown"),
}
_CHECKED = {"yes": Words("có", "yes"), "no": Words("không", "no")}


def kind_of(name: str) -> PrivateKind | None:
    """What a field holds of a person; None for a fact of the matter."""
    name = name.removeprefix(BESIDE)
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name in _PLAIN:
        return None
    whose, _, what = name.rpartition(".")
    if what in _BY_END:
        return _BY_END[what]
    return "detail" if whose in _PEOPLE else "note"


def value(name: str, text: str, naming: Naming) -> Part:
    """What a field holds, as people read it; private where it is about somebody."""
    if not text:
        return NONE
    kind = kind_of(name)
    field = next((one for form in naming.rules.forms.values() for one in form.fields if one.name == name), None)
    if kind is not None:
        on = day(text) if kind in ("born", "detail") else None
        said = shown(name, text, field)
        return Private(kind, format_day(on) if on is not None else text, said if said != same(text) else None)
    if name == "case":
        return naming.case(text)
    if name == "received_at":
        return _moment(text)
    if field is not None and field.kind == "check":
        return _CHECKED.get(text, same(text))
    return shown(name, text, field)


def _moment(text: str) -> Part:
    """As people read it; what is no moment is taken for a free text."""
    try:
        return same(moment(datetime.fromisoformat(text)))
    except ValueError:
        return Private("note", text)


def fields_entered(what: FieldsEntered, before: Dossier, naming: Naming) -> Told:
    """Every field that changed, from what it held to what it holds."""
    names = listed([naming.label(name) for name in what.values])
    step = words.STEPS.get(what.step, same(what.step))
    changes = tuple(
        Change(naming.label(name), value(name, before.text(name), naming), value(name, text, naming))
        for name, text in what.values.items()
    )
    if not changes:
        return Told(say("chuyển sang bước {step}", "went to the step {step}", step=step))
    if what.source == "manual":
        return Told(
            say("nhập ở bước {step}: {names}", "entered in the step {step}: {names}", step=step, names=names), changes
        )
    source = SOURCES[what.source]
    sentence = say(
        "ghi theo {source} ở bước {step}: {names}",
        "entered by {source} in the step {step}: {names}",
        source=source,
        step=step,
        names=names,
    )
    return Told(sentence, changes)


def identity_read(what: IdentityRead, before: Dossier, naming: Naming) -> Told:
    """Whose document, by what means, what it is worth, what it changed, and each verdict."""
    evidence, said = what.evidence, said_of(what.person)
    source = SOURCES[evidence.source]
    who = listed(
        [Private("name", what.person.name)] * bool(what.person.name)
        + [Private("number", what.person.number)] * bool(what.person.number)
    )
    parts: dict[str, Part | str] = {
        "source": source,
        "who": who,
        "level": LEVELS[evidence.level],
        "device": same(_by(evidence.device, evidence.access)),
    }
    if what.taken:
        sentence = say(
            "đọc danh tính từ {source}{device}: {who}; {level}",
            "read the identity from {source}{device}: {who}; {level}",
            **parts,
        )
    else:
        sentence = say(
            "đọc {source}{device} nhưng không dùng: {who}; {level}",
            "read {source}{device} and did not use it: {who}; {level}",
            **parts,
        )
    changes = [
        Change(naming.label(name), value(name, before.text(name), naming), value(name, text, naming))
        for name, text in said.items()
        if what.taken and before.text(name) != text
    ]
    changes += [
        Change(words.VERDICTS.get(one.name, same(one.name)), NONE, words.verdict_line(one)[2])
        for one in evidence.verdicts
    ]
    if evidence.portrait:
        changes.append(Change(Words("Ảnh chân dung", "Portrait"), NONE, Words("đã lưu", "kept")))
    if evidence.problems:
        changes.append(Change(Words("Vướng mắc", "Problems"), NONE, same(", ".join(evidence.problems))))
    return Told(sentence, tuple(changes))


def _by(device: str, access: str) -> str:
    inside = " · ".join(part for part in (device, access) if part)
    return f" ({inside})" if inside else ""


def register_answered(what: RegisterAnswered, before: Dossier, naming: Naming) -> Told:
    """What the licence register said, or that it did not."""
    if not what.answered:
        problem = same(f" ({what.problem})" if what.problem else "")
        return Told(
            say(
                "tra cứu giấy phép lái xe nhưng chưa được trả lời{problem}: chưa rõ, không phải là không có",
                "asked the licence register and got no answer{problem}: unknown, which is not clear",
                problem=problem,
            )
        )
    sentence = say(
        "tra cứu giấy phép lái xe ({source}): {count} giấy phép, {sanctions}",
        "asked the licence register ({source}): {count} licences, {sanctions}",
        source=what.source or "–",
        count=str(len(what.licences)),
        sanctions=_SANCTIONS[what.sanctions],
    )
    old = before.register
    earlier = {one.number: one for one in old.licences} if old is not None and old.answered else {}
    changes = [
        Change(
            Words("Giấy phép", "Licence"),
            _licence(earlier[one.number]) if one.number in earlier else NONE,
            _licence(one),
        )
        for one in what.licences
        if earlier.get(one.number) != one
    ]
    if what.holder is not None:
        born = format_day(what.holder.born) if what.holder.born else "–"
        whose = listed([Private("name", what.holder.name), Private("born", born)])
        changes.append(Change(Words("Người có giấy phép", "Holder"), NONE, whose))
    return Told(sentence, tuple(changes))


def _licence(one: Licence) -> Sentence:
    state = words.LICENCE_STATES[one.status].words
    until = format_day(one.expires) if one.expires else "–"
    return say(
        "{number} hạng {code}, {state}, đến {until}",
        "{number} class {code}, {state}, until {until}",
        number=Private("licence", one.number),
        code=one.code,
        state=Words(state.vi.lower(), state.en.lower()),
        until=until,
    )


def page_read(what: PageRead, before: Dossier, naming: Naming) -> Told:
    """What print proposes, before anybody took it."""
    paper = naming.paper(what.paper)
    if what.settled and not what.proposals:
        names = listed([naming.label(name) for name in what.settled])
        return Told(
            say(
                "quyết định về giá trị đọc trên {paper}: {names}",
                "settled what was read on {paper}: {names}",
                paper=paper,
                names=names,
            )
        )
    changes = tuple(
        Change(naming.label(one.field), NONE, value(one.field, one.text, naming))
        for one in what.proposals
        if one.field not in what.settled
    )
    sentence = say(
        "đọc chữ trên một trang của {paper}: {count} giá trị được đề xuất",
        "read the print of a page of {paper}: {count} values proposed",
        paper=paper,
        count=str(len(changes)),
    )
    return Told(sentence, changes)
