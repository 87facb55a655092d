"""What a citizen is told by a message: when, by which way, in which words, and by what right.

The rows are the catalogue's (`message_rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from string import Formatter
from typing import TYPE_CHECKING, Literal

from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.collecting import arrival_step
from clerk_app.domain.contact import ContactGiven, Language, contact_of, mailbox, mobile
from clerk_app.domain.course import ACCEPT, StepTaken
from clerk_app.domain.dossier import Dossier, Entry, Submitted
from clerk_app.domain.handing import CardArrived, CardShelved, CollectionReminded, PostTold
from clerk_app.domain.message_rows import ANYWHERE, GROUNDS, WAYS, MessageRow, Way
from clerk_app.domain.refusals import Words
from clerk_app.domain.sms import without_marks

if TYPE_CHECKING:
    from clerk_app.domain.rules import Rules

State = Literal["queued", "sent", "delivered", "failed", "unknown", "not_allowed", "no_address", "pointless"]
STATES: tuple[State, ...] = (
    *("queued", "sent", "delivered", "failed", "unknown", "not_allowed", "no_address", "pointless"),
)
"""`unknown`: it may have gone out, and nobody can say; it is not sent again by itself. `pointless`: overtaken by what
happened since."""
CARD_HERE, POSTED, BROUGHT_BACK, REMINDED = "result-here", "result-posted", "result-back", "result-reminded"
"""What is told of that is no step."""
REMINDED_BY = "NHAC"
"""The counter at which central itself writes reminders down."""
HAPPENED: frozenset[str] = frozenset({CARD_HERE, POSTED, BROUGHT_BACK, REMINDED})
PORTAL, OWN = "portal", "own"
"""The slots of what must be told: at the portal, and to the citizen's own telephone or address."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One message that follows from an entry: by which row and way, to whom, and in which state it begins.

    `slot` is its place among those of the entry: whatever becomes of the way, there is one for each.
    """

    row: MessageRow
    slot: str
    way: Way
    language: Language
    state: State
    cause: str
    address: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)


def may_tell(entry: Entry) -> bool:
    """Whether a citizen may be told of something by an entry of this kind."""
    return isinstance(entry.what, Submitted | StepTaken | CardArrived | CardShelved | PostTold | CollectionReminded)


def trigger_of(entry: Entry, dossier: Dossier) -> str:
    """What a citizen may be told of by an entry, which `dossier` has counted already: the step that it takes, or what
    becomes of the result; else empty. Of a result that the post brings back once it lies on the shelf again.
    """
    match entry.what:
        case Submitted():
            return ACCEPT
        case StepTaken() as taken:
            return taken.step
        case CardArrived():
            return CARD_HERE
        case PostTold(outcome="sent"):
            return POSTED
        case CardShelved() if dossier.handing.back_at == entry.at:
            return BROUGHT_BACK
        case CollectionReminded(way="message"):
            return REMINDED
        case _:
            return ""


def wanted(entry: Entry, dossier: Dossier, rules: Rules, office: Words, marks: bool = True) -> tuple[Wanted, ...]:
    """The messages that follow from an entry, which `dossier` has counted already.

    `marks`: text messages keep the marks of the letters. Each slot is given once. A card whose arrival is a step is
    told of by that step.
    """
    caused = trigger_of(entry, dossier)
    if caused == CARD_HERE and arrival_step(dossier, rules):
        return ()
    rows = [row for row in rules.messages if caused and row.trigger == caused and row.of(dossier.procedure)]
    contact = contact_of(dossier)
    found: list[Wanted] = []
    for ground in GROUNDS:
        by_way = {way: row for row in reversed(rows) if row.ground == ground for way in row.ways}
        for slot, way in _ways(by_way, dossier, contact):
            place = slot if ground == "duty" else f"{slot}:{by_way[way].code}"
            found.append(_wanted(by_way[way], place, way, entry, dossier, rules, office, contact, marks))
    return tuple(found)


def reaches(trigger: str, dossier: Dossier, rules: Rules) -> bool:
    """Whether a message that must be told of this would reach the citizen: a row with a basis, and a way to them."""
    contact = contact_of(dossier)
    rows = [row for row in rules.messages if row.trigger == trigger and row.of(dossier.procedure)]
    by_way = {way: row for row in reversed(rows) if row.ground == "duty" and row.rule.basis for way in row.ways}
    return any(_address(way, dossier, contact) for _, way in _ways(by_way, dossier, contact))


def _ways(offered: Mapping[Way, MessageRow], dossier: Dossier, contact: ContactGiven) -> Iterator[tuple[str, Way]]:
    """An online dossier is told at the portal; besides, one of telephone and e-mail: as the citizen wishes, else
    whichever there is, the telephone first."""
    if "portal" in offered and dossier.channel == "online":
        yield PORTAL, "portal"
    own: list[Way] = [way for way in WAYS if way != "portal" and way in offered]
    wished = [way for way in own if way == contact.wish]
    reachable = [way for way in own if _address(way, dossier, contact)]
    if own:
        yield OWN, (wished or reachable or own)[0]


def _address(way: Way, dossier: Dossier, contact: ContactGiven) -> str:
    match way:
        case "sms":
            return mobile(contact.phone)
        case "email":
            return mailbox(contact.email)
        case "portal":
            return dossier.portal_code


def _wanted(
    row: MessageRow,
    slot: str,
    way: Way,
    entry: Entry,
    dossier: Dossier,
    rules: Rules,
    office: Words,
    contact: ContactGiven,
    marks: bool,
) -> Wanted:
    facts = facts_of(entry, dossier, rules, office, contact.language)
    text = filled(_in(row.text, contact.language), facts)
    if way == "sms" and not marks:
        text = without_marks(text)
    subject = "" if way == "sms" else filled(_in(row.subject, contact.language), facts)
    address = _address(way, dossier, contact)
    state: State = "queued"
    cause = ""
    if not row.rule.basis:
        state, cause = "not_allowed", "NO_BASIS"
    elif row.ground == "consent" and contact.extras != "yes":
        state, cause = "not_allowed", "NO_CONSENT" if contact.extras == "" else "REFUSED"
    elif not address:
        state, cause = "no_address", "MISSING" if not _said(way, contact) else "NO_SUCH"
    return Wanted(row, slot, way, contact.language, state, cause, address, subject, text)


def _said(way: Way, contact: ContactGiven) -> str:
    return contact.phone if way == "sms" else contact.email


def overtaken(row_within: Iterable[str], hours: int, taken_at: datetime, dossier: Dossier, now: datetime) -> str:
    """Why there is no point in a message any more: STATE where the dossier went on, LATE where it is too old; else
    empty."""
    within = tuple(row_within)
    if ANYWHERE not in within and dossier.course.state not in within:
        return "STATE"
    if hours and now - taken_at > timedelta(hours=hours):
        return "LATE"
    return ""


# ---- words


def facts_of(entry: Entry, dossier: Dossier, rules: Rules, office: Words, language: Language) -> dict[str, str]:
    """What may stand in the text, in the words of one language; what is not known is empty."""
    what = entry.what
    procedure, state = rules.procedures.get(dossier.procedure), rules.states.get(dossier.course.state)
    due, submitted = dossier.course.due_at, dossier.submitted
    papers = {row.code: _in(row.name, language) for row in rules.papers}
    items = what.items if isinstance(what, StepTaken) else ()
    return {
        "code": dossier.code or dossier.local_code,
        "office": _in(office, language),
        "procedure": _in(procedure.name, language) if procedure is not None else "",
        "state": _in(state.name, language) if state is not None else "",
        "received": f"{in_hanoi(submitted.received_at):%H:%M %d/%m/%Y}" if submitted is not None else "",
        "due": f"{in_hanoi(due):%H:%M %d/%m/%Y}" if due is not None else "",
        "due_day": f"{in_hanoi(due):%d/%m/%Y}" if due is not None else "",
        "basis": what.basis if isinstance(what, StepTaken) else "",
        "fee": f"{submitted.fee_vnd:,}".replace(",", ".") if submitted is not None else "",
        "name": dossier.text("applicant.name"),
        "name_masked": _initials(dossier.text("applicant.name")),
        "number_masked": _ends(dossier.text("applicant.number")),
        "reason": what.reason if isinstance(what, StepTaken) else "",
        "items": "; ".join(papers.get(one, one) for one in items),
        "parcel": dossier.handing.item,
        "here_since": f"{in_hanoi(here):%d/%m/%Y}" if (here := dossier.handing.arrived_at) is not None else "",
    }


def filled(text: str, facts: Mapping[str, str]) -> str:
    """A text with its places filled in. Raises `KeyError` for a place that nobody fills; the catalogue's check finds
    those before. What stands in a place is never read for places again."""
    return text.format_map(facts)


def places(text: str) -> set[str]:
    """The names of the places in a text. Raises `ValueError` for what is no text with places."""
    return {place for _, place, _, _ in Formatter().parse(text) if place is not None}


def _in(said: Words, language: Language) -> str:
    return said.vi if language == "vi" else said.en


def _initials(name: str) -> str:
    """`Nguyễn Văn An` as `Nguyễn V. A.`"""
    first, *rest = name.split() or [""]
    return " ".join([first, *(f"{one[0]}." for one in rest)])


def _ends(number: str) -> str:
    """`001088012345` as `001***345`."""
    return f"{number[:3]}***{number[-3:]}" if len(number) >= 9 else "***" if number else ""
