"""Changes as sentences, gathered by whom they are for, as text and as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from clerk_app.catalogue.changes.compared import Change, Difference
from clerk_app.catalogue.changes.decisions import Outcome
from clerk_app.catalogue.changes.described import CONDITION, SCOPE, Fact
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.showing.day import CHANNELS
from clerk_app.catalogue.showing.page import DOUBTS, listed
from clerk_app.domain.calendar import format_day
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Case

_NAMED = 3
_CLASSES = Words("Hạng giấy phép", "Licence classes")
_AREAS = {
    "classes": _CLASSES,
    "conversions": _CLASSES,
    "holidays": Words("Lịch làm việc", "The calendar"),
    "hours": Words("Lịch làm việc", "The calendar"),
    "settings": Words("Tùy chọn của đơn vị", "Settings of the office"),
    "states": Words("Các bước của hồ sơ", "The life of a dossier"),
    "steps": Words("Các bước của hồ sơ", "The life of a dossier"),
    "statuses": Words("Các bước của hồ sơ", "The life of a dossier"),
    "messages": Words("Tin gửi công dân", "Messages to citizens"),
    "printed": Words("Biểu mẫu in", "Printed forms"),
    "procedures": Words("Thủ tục", "Procedures"),
    "reviews": Words("Kiểm tra lại và lưu giữ", "Second looks and retention"),
    "review_causes": Words("Kiểm tra lại và lưu giữ", "Second looks and retention"),
    "handings": Words("Trả kết quả", "Handing results over"),
    "retentions": Words("Kiểm tra lại và lưu giữ", "Second looks and retention"),
}
_ELSEWHERE = Words("Danh mục khác", "Other lists")
_PLACES = frozenset((*_AREAS.values(), _ELSEWHERE))


@dataclass(frozen=True, slots=True)
class Told:
    """A change, whom it is for, and its sentence."""

    change: Change
    procedures: tuple[str, ...]
    cases: tuple[str, ...]
    heading: Words
    words: Words


def told(changes: Sequence[Change], before: Pack, after: Pack) -> tuple[Told, ...]:
    """The changes with their sentences: those for every case first, then those for fewer, then the rest."""
    found = [_told(change, before, after) for change in changes]
    order = {heading: number for number, heading in enumerate(dict.fromkeys(one.heading for one in found))}
    return tuple(sorted(found, key=lambda one: (one.heading in _PLACES, -len(one.cases), order[one.heading])))


def _told(change: Change, before: Pack, after: Pack) -> Told:
    # The last day of the change: its first may be before the first case.
    day = change.until or max(change.since, before.rule_days[-1], after.rule_days[-1])
    known = {case.code: case for pack in (before, after) for case in pack.as_of(day).cases}
    names = {code: one.name for pack in (before, after) for code, one in pack.as_of(day).procedures.items()}
    cases = [case for case in known.values() if _is_for(change, case)]
    procedures = sorted({code for case in cases for code in case.procedures})
    if change.table == "steps":
        procedures = sorted(code for code in names if change.value.of(code))
    heading = _AREAS.get(change.table, _ELSEWHERE)
    if cases and change.table not in _AREAS:
        if len(cases) == len(known):
            whom = Words("mọi trường hợp", "every case")
        elif len(cases) <= _NAMED:
            whom = listed([case.name for case in cases], "; ")
        else:
            codes = ", ".join(case.code for case in cases)
            whom = Words(f"{len(cases)} trường hợp ({codes})", f"{len(cases)} cases ({codes})")
        of = listed([names[code] for code in procedures if code in names], ", ")
        every = len(procedures) == len(names)
        heading = Words(
            f"{'Mọi thủ tục' if every else of.vi} – {whom.vi}", f"{'Every procedure' if every else of.en} – {whom.en}"
        )
    codes_ = tuple(case.code for case in cases)
    return Told(change, tuple(procedures), codes_, heading, sentence(change))


def _is_for(change: Change, case: Case) -> bool:
    """Whether a change can matter to somebody of this case."""
    value = change.value
    match change.table:
        case "cases":
            return bool(value.code == case.code)
        case "papers" | "refusals" | "exceptions" | "notices":
            return bool(value.scope.covers(case.code))
        case "limits":
            return bool(value.key == case.limit)
        case "fees":
            return bool(value.code == case.fee)
        case "classes" | "conversions":
            return case.classes in ("convert", "lower")
        case "expiry":
            return case.classes != "free"
        case _:
            return False


def sentence(change: Change) -> Words:
    """The change in a sentence of each language."""
    what = change.described.subject
    days = _days(change)
    match change.kind:
        case "new":
            said = listed([words for fact in change.described.facts if (words := _stated(fact)) is not None])
            more_vi, more_en = (f": {said.vi}", f": {said.en}") if said.vi else ("", "")
            vi, en = f"{days.vi} có {what.vi}{more_vi}", f"{days.en} there is {what.en}{more_en}"
        case "removed":
            vi, en = f"{days.vi} không còn {what.vi}", f"{days.en} {what.en} no longer applies"
        case "changed":
            said = listed([_becomes(one) for one in change.differences], "; ")
            colon = ":" if change.differences[0].label.en else ""
            vi, en = f"{days.vi}, {what.vi}{colon} {said.vi}", f"{days.en} {what.en}{colon} {said.en}"
        case "text":
            said = listed([_becomes(_quoted(one)) for one in change.differences], "; ")
            vi, en = f"Chỉ sửa chữ, {what.vi}: {said.vi}", f"Words only, {what.en}: {said.en}"
        case "confirmed":
            vi, en = f"{what.vi} nay đã được xác nhận", f"{what.en} is now confirmed"
        case "doubted":
            doubt = DOUBTS[change.described.verified]
            vi, en = f"{what.vi} nay chỉ còn là “{doubt.vi}”", f"{what.en} is now {doubt.en}"
        case "basis":
            old, new = (change.before.basis if change.before else ""), change.described.basis
            vi, en = f"{what.vi} nay căn cứ {new} thay cho {old}", f"{what.en} now rests on {new} instead of {old}"
        case "moved":
            vi, en = _moved(change, what)
    return Words(_sentence(vi + _where(change).vi), _sentence(en + _where(change).en))


def _moved(change: Change, what: Words) -> tuple[str, str]:
    if change.moved is None:
        raise ValueError("moved from no day")
    old, new = change.moved
    said = listed([fact.said for fact in change.described.facts if not fact.label.vi and not fact.text])
    more_vi, more_en = (f" ({said.vi})", f" ({said.en})") if said.vi else ("", "")
    vi = f"{what.vi}{more_vi} có hiệu lực từ {format_day(new)} thay cho {format_day(old)}"
    return vi, f"{what.en}{more_en} takes effect on {format_day(new)} instead of {format_day(old)}"


def _days(change: Change) -> Words:
    since = format_day(change.since)
    if change.until is None:
        return Words(f"Từ {since}", f"From {since}")
    until = format_day(change.until)
    return Words(f"Từ {since} đến {until}", f"From {since} to {until}")


def _where(change: Change) -> Words:
    if change.table != "fees" or change.kind not in ("new", "removed", "changed"):
        return Words("", "")
    if not change.channels:
        return Words(", ở mọi kênh", ", at every channel")
    said = listed([CHANNELS[channel] for channel in change.channels])
    return Words(f", {said.vi}", f", {said.en}")


def _stated(fact: Fact) -> Words | None:
    """What a new row says, without what goes without saying."""
    said = fact.said
    if fact.text or said.en in ("no", "–", "always"):
        return None
    if fact.label == SCOPE:
        return Words(f"cho trường hợp {said.vi}", f"in the cases {said.en}")
    if fact.label == CONDITION:
        return Words(f"khi {said.vi}", f"when {said.en}")
    return fact.label if said.en == "yes" else Words(f"{fact.label.vi} {said.vi}".strip(), f"{fact.label.en} {said.en}")


def _quoted(one: Difference) -> Difference:
    def quoted(words: Words) -> Words:
        return Words(f"“{words.vi}”", f"“{words.en}”")

    return replace(one, before=quoted(one.before), after=quoted(one.after))


def _becomes(one: Difference) -> Words:
    vi = f"{one.label.vi} {'nay ' if one.label.vi else ''}là {one.after.vi} thay cho {one.before.vi}".strip()
    if one.before.vi == one.after.vi:
        vi = f"{one.label.vi} được sửa trong bản tiếng Anh".strip()
    if one.before.en == one.after.en:
        return Words(vi, f"{one.label.en} changes in Vietnamese only".strip())
    if not one.label.en:
        return Words(vi, f"becomes {one.after.en} instead of {one.before.en}")
    return Words(vi, f"{one.label.en} now {one.after.en} instead of {one.before.en}")


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}".rstrip(".") + "."


def text_of(found: Sequence[Told], outcomes: Sequence[Outcome], before: Pack, after: Pack, language: str) -> str:
    """Everything as lines for a terminal."""
    return "\n".join(_lines(found, outcomes, before, after, language))


def _lines(
    found: Sequence[Told], outcomes: Sequence[Outcome], before: Pack, after: Pack, language: str
) -> Iterator[str]:
    title = Words(f"Gói {before.version} → {after.version}", f"Pack {before.version} → {after.version}")
    yield title.of(language)
    if not found:
        yield Words("Không có quy định nào thay đổi.", "No rule changes.").of(language)
    heading = None
    for one in found:
        if one.heading != heading:
            heading = one.heading
            yield f"\n{heading.of(language)}"
        yield f"  • {one.words.of(language)}"
    if outcomes:
        yield "\n" + Words("Ví dụ có kết quả khác", "Examples that come out otherwise").of(language)
    for outcome in outcomes:
        said = "; ".join(_becomes(one).of(language) for one in outcome.differences)
        named = ", ".join(f"“{name}”" for name in outcome.examples[:_NAMED])
        more = len(outcome.examples) - _NAMED
        rest = Words(f" và {more} ví dụ nữa", f" and {more} more").of(language) if more > 0 else ""
        yield f"  • {named}{rest}: {said}."


def document_of(
    found: Sequence[Told], outcomes: Sequence[Outcome], before: Pack, after: Pack, language: str
) -> dict[str, object]:
    """Everything as one JSON document; words in one language."""

    def differences(of: Sequence[Difference]) -> list[dict[str, str]]:
        return [{"field": one.name, "before": one.before.of(language), "after": one.after.of(language)} for one in of]

    return {
        "from": before.version,
        "to": after.version,
        "changes": [
            {
                "table": one.change.table,
                "kind": one.change.kind,
                "name": one.change.described.name,
                "since": one.change.since.isoformat(),
                "until": one.change.until.isoformat() if one.change.until else None,
                "procedures": list(one.procedures),
                "cases": list(one.cases),
                "channels": list(one.change.channels),
                "fields": differences(one.change.differences),
                "words": one.words.of(language),
                "words_vi": one.words.vi,
                "words_en": one.words.en,
            }
            for one in found
        ],
        "decisions": [{"examples": list(one.examples), "fields": differences(one.differences)} for one in outcomes],
    }
