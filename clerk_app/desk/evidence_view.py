"""How the desk shows what is known about the applicant: where each value came from, what was proven, who disagrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from clerk_app.desk import face_words, words
from clerk_app.desk.views import Badge, CheckLine, DifferenceView, SourceValue, Tone
from clerk_app.domain.calendar import day, format_day, in_hanoi
from clerk_app.domain.differences import DATES, NAME, NUMBER, UNSAID, Difference, Said, differences
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.evidence import PRACTICE_FILE, STATED, Evidence, Verdict, names_in_latin, proves, worth
from clerk_app.domain.facts import IDENTITY_WEAK, evidence_of, level_of, speaks_against
from clerk_app.domain.forms import FormField
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rules


def moment(at: datetime) -> str:
    """`12:00 · 30/11/2026`."""
    local = in_hanoi(at)
    return f"{local:%H:%M} · {local:%d/%m/%Y}"


def same(text: str) -> Words:
    """A text that is the same in both languages."""
    return Words(text, text)


# ---- the panel -----------------------------------------------------------------------------------------------------


def speaking(dossier: Dossier) -> Evidence | None:
    """The evidence that speaks for or against the applicant: a chip found altered, else how they were identified.

    A good chip that was not taken was somebody else's when it was read. That its number was typed later fills nothing.
    """
    against = speaks_against(dossier)
    if against is not None and worth(against, dossier.practice) != "chip":
        return against
    return evidence_of(dossier)


def badge_of(dossier: Dossier) -> Badge | None:
    """What the identification is worth, in a word."""
    evidence = speaking(dossier)
    if evidence is None:
        return None
    level = worth(evidence, dossier.practice)
    if evidence.source == "chip" and level != "chip":
        return words.CHIP_BAD if level == "manual" else words.CHIP_UNPROVEN
    if evidence.device == PRACTICE_FILE:
        return words.BY_FILE if level == "chip" else words.LEVELS[level]
    return words.LEVELS[level]


def prompt(dossier: Dossier) -> tuple[Words, Words | None]:
    """What is to be done to know the applicant; of a chip that does not say enough, what it lacks and the remedy."""
    badge = badge_of(dossier)
    if badge == words.CHIP_BAD:
        return words.PROMPT_BAD_CHIP, words.BAD_CHIP_REMEDY
    if badge == words.CHIP_UNPROVEN:
        if _lacks_a_key_alone(speaking(dossier)):
            return words.PROMPT_PERHAPS_COPY, words.PERHAPS_COPY_REMEDY
        return words.PROMPT_UNPROVEN_CHIP, words.UNPROVEN_CHIP_REMEDY
    return (words.PROMPT_CARD if dossier.text(NUMBER) else words.PROMPT), None


def _lacks_a_key_alone(evidence: Evidence | None) -> bool:
    """Whether all is proven but that the chip is the one that was issued; reading it again changes nothing."""
    if evidence is None:
        return False
    with_key = tuple(
        replace(one, state="yes") if (one.name, one.state) == ("genuine", "unsupported") else one
        for one in evidence.verdicts
    )
    return with_key != evidence.verdicts and proves(replace(evidence, verdicts=with_key))


def checks(dossier: Dossier, differing: tuple[DifferenceView, ...]) -> tuple[CheckLine, ...]:
    """That sources disagree, one line per verdict and the face, then by what and when it was read."""
    evidence = speaking(dossier)
    lines = _verdicts(evidence)
    if dossier.face is not None and evidence is not None and evidence.source == "chip":
        lines = (*lines[:-1], face_words.check_line(dossier.face), *lines[-1:])
    return (*_apart(differing), *lines)


def _apart(differing: tuple[DifferenceView, ...]) -> tuple[CheckLine, ...]:
    if any(one.tone == "bad" for one in differing):
        return (CheckLine(words.TWO_PERSONS, words.TWO_PERSONS_REMEDY, "bad", "✗"),)
    if not differing:
        return ()
    fields = Words("; ".join(one.label.vi for one in differing), "; ".join(one.label.en for one in differing))
    return (CheckLine(words.SOURCES_DIFFER, fields, "warn", "!"),)


def _verdicts(evidence: Evidence | None) -> tuple[CheckLine, ...]:
    if evidence is None:
        return ()
    if evidence.source != "chip":
        problems = (words.QR_PROBLEMS[code] for code in evidence.problems if code in words.QR_PROBLEMS)
        doubts = tuple(CheckLine(words.SOURCES[evidence.source], said, "warn", "!") for said in problems)
        return (words.QR_PROVES_NOTHING if evidence.source == "qr" else words.TYPED_PROVES_NOTHING, *doubts)
    lines = []
    for verdict in evidence.verdicts:
        title = words.VERDICTS.get(verdict.name)
        if title is not None:
            tone, sign, detail = words.verdict_line(verdict)
            lines.append(CheckLine(title, detail, tone, sign, brief=tone == "good"))
    opened = " · ".join(part for part in (evidence.device, evidence.access) if part)
    lines.append(CheckLine(words.READ_BY, same(f"{opened}\n{moment(evidence.at)}".strip()), "calm", "i"))
    return tuple(lines)


def took(dossier: Dossier) -> Words | None:
    """How long the chip took: `2,1 giây`, `2.1 s`."""
    evidence = speaking(dossier)
    if evidence is None or not evidence.ms:
        return None
    seconds = f"{evidence.ms / 1000:.1f}"
    return Words(f"{seconds.replace('.', ',')} giây", f"{seconds} s")


def weaknesses(dossier: Dossier) -> tuple[Words, ...]:
    """What exactly was not proven about who the applicant is: what a supervisor decides on. Nothing if all was."""
    if level_of(dossier) == "chip":
        return ()
    evidence = speaking(dossier)
    lines = (words.TYPED_PROVES_NOTHING,) if evidence is None else _verdicts(evidence)
    return tuple(_sentence(line) for line in lines if line.tone != "good" and line.sign != "i")


def asked_for_less(before: Dossier, after: Dossier) -> bool:
    """Whether a weak identity that was asked for or granted is another one now: another number, or, where it was
    granted, more that is not proven.
    """
    state = after.exceptions.get(IDENTITY_WEAK)
    if state is None or state.granted is False or level_of(after) == "chip":
        return False
    if before.text("applicant.number") != after.text("applicant.number"):
        return True
    return bool(state.granted and set(weaknesses(after)) - set(weaknesses(before)))


def _sentence(line: CheckLine) -> Words:
    vi, en = (f"{line.sign} {line.title.of(one)}: {_low(line.detail.of(one))}" for one in ("vi", "en"))
    return Words(vi, en)


def _low(text: str) -> str:
    """The sentence as it goes on after a colon; an abbreviation keeps its letters."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


# ---- one field -----------------------------------------------------------------------------------------------------


def source_of(dossier: Dossier, name: str) -> tuple[Words | None, Tone, Words | None]:
    """Where a value came from, how sure it is, and the whole story: by whom or what, when, what was proven."""
    value = dossier.fields.get(name)
    if value is None or not value.text or (value.source, name) in UNSAID:
        return None, "calm", None
    source = words.SOURCES[value.source]
    if value.evidence is None:
        when = f" · {moment(value.at)}" if value.at else ""
        who = f" · {value.who}" if value.who else ""
        told = Words(
            f"{_high(source.vi)}{who}{when}. Chưa được chứng minh.", f"{_high(source.en)}{who}{when}. Not proven."
        )
        return source, "calm", told
    proven = value.source == "chip" and worth(value.evidence, dossier.practice) == "chip"
    told = _told(source, value.evidence, proven)
    if proven and name == unfinished(dossier):
        bare = words.NAME_WITHOUT_MARKS
        return source, "warn", Words(f"{told.vi} {bare.vi}", f"{told.en} {bare.en}")
    return source, "good" if proven else "warn", told


def unfinished(dossier: Dossier) -> str:
    """The field that a document filled in part: the name as a chip's zone has it, where somebody writes the marks."""
    value = dossier.fields.get(NAME)
    bare = value is not None and value.evidence is not None and names_in_latin(value.evidence)
    return NAME if bare else ""


def _told(source: Words, evidence: Evidence, proven: bool) -> Words:
    parts = [evidence.device, moment(evidence.at)]
    where = " · ".join(part for part in parts if part)
    start = Words(f"{_high(source.vi)} · {where}.", f"{_high(source.en)} · {where}.")
    if evidence.source == "qr":
        detail = words.QR_PROVES_NOTHING.detail
        return Words(f"{start.vi} {detail.vi}", f"{start.en} {detail.en}")
    named = _titles(evidence, good=proven)
    if proven:
        return Words(f"{start.vi} Đã chứng minh: {named.vi}.", f"{start.en} Proven: {named.en}.")
    if not named.vi:
        return Words(f"{start.vi} Chưa được chứng minh.", f"{start.en} Not proven.")
    return Words(f"{start.vi} Chưa chứng minh: {named.vi}.", f"{start.en} Not proven: {named.en}.")


def _titles(evidence: Evidence, good: bool) -> Words:
    found = [
        words.VERDICTS[verdict.name]
        for verdict in evidence.verdicts
        if verdict.name in words.VERDICTS and _is_good(verdict) == good
    ]
    return Words("; ".join(_low(one.vi) for one in found), "; ".join(_low(one.en) for one in found))


def _is_good(verdict: Verdict) -> bool:
    return words.verdict_line(verdict)[0] == "good"


def _high(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---- differences ---------------------------------------------------------------------------------------------------


def difference_views(dossier: Dossier, rules: Rules) -> tuple[DifferenceView, ...]:
    """Every field about which sources disagree, with every value and what it means."""
    definition = rules.forms.get(dossier.procedure)
    fields = {field.name: field for field in definition.fields} if definition else {}
    return tuple(_difference(one, fields.get(one.field)) for one in differences(dossier))


def _difference(found: Difference, field: FormField | None) -> DifferenceView:
    return DifferenceView(
        field=found.field,
        label=field.label if field else words.FIELD,
        values=tuple(_value(found.field, one, field) for one in found.said),
        tone="bad" if found.kind == "persons" else "warn",
        words=explained(found),
    )


def explained(found: Difference) -> Words:
    """What a difference means and what to do about it."""
    match found.kind:
        case "persons":
            return words.TWO_PERSONS_REMEDY
        case "register" if found.field == NAME:
            return words.NAME_DIFFERS_REGISTER
        case "register" | "documents":
            return words.DOCUMENTS_DIFFER
        case "typed":
            return words.TYPED_DIFFERS
        case _:
            assert_never(found.kind)


def _value(name: str, said: Said, field: FormField | None) -> SourceValue:
    if not said.text:
        return SourceValue(words.CHIP_TEXT_PART, words.OTHER_PERSONS, words.CHIP_BAD, used=False)
    if said.source == "register":
        level = words.SAID_BY_REGISTER
    elif said.source in STATED:
        level = words.TYPED
    else:
        level = words.PROVEN if said.source == "chip" and said.level == "chip" else words.UNPROVEN
    return SourceValue(words.SOURCES[said.source], shown(name, said.text, field), level, said.used)


def shown(name: str, text: str, field: FormField | None) -> Words:
    on = day(text) if name in DATES else None
    if on is not None:
        return same(format_day(on))
    if name == NUMBER:
        return same(text)
    return dict(field.choices).get(text, same(text)) if field else same(text)
