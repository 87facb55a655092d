"""What lacks in a dossier of what the citizen sent through the portal, as happenings of the portal's own station."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select

from clerk_app import wire
from clerk_app.central.database import entries
from clerk_app.central.online_files import Sent
from clerk_app.central.registers.submissions import BESIDE_THE_FORM
from clerk_app.central.rules import Law
from clerk_app.domain.dossier import Dossier, FieldsEntered, Happening, Opened, PagesArranged, arranged, sheets_of
from clerk_app.domain.facts import proven
from clerk_app.domain.online import BESIDE, BY_PORTAL, PAYMENT_CLAIM, awaited
from clerk_app.domain.registers import Submission
from clerk_app.domain.stepping import taking
from clerk_app.domain.withdrawn import FIELD, field_of

REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Begins:
    """How a dossier begins that is not written yet."""

    law: Law
    procedure: str
    office: str
    counter: str
    practice: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What the portal's station wrote into a dossier before: the last value of each field, and every sheet; of the
    sheets that it `brought` itself for which paper.
    """

    fields: Mapping[str, str]
    sheets: frozenset[str]
    brought: Mapping[str, str] = field(default_factory=dict)

    @property
    def opened(self) -> frozenset[str]:
        """Marks of the files whose pages are written, as they lay at the portal when something was last written."""
        return frozenset(self.fields.get("portal.files", "").split())

    @staticmethod
    def of(connection: Connection, dossier: UUID, station: str) -> Written:
        """As it was accepted."""
        mine = (entries.c.dossier == dossier) & (entries.c.station == station) & entries.c.accepted
        fields: dict[str, str] = {}
        sheets: set[str] = set()
        brought: dict[str, str] = {}
        for body in connection.execute(select(entries.c.body).where(mine).order_by(entries.c.n)).scalars():
            entry = wire.decode_entry(body)
            if isinstance(entry.what, FieldsEntered):
                fields |= entry.what.values
            if isinstance(entry.what, PagesArranged) and entry.what.changes is not None:
                new = entry.what.changes.touched
                brought |= {page.sheet: page.paper for page in entry.what.pages if page.sheet in new}
            sheets |= sheets_of(entry)
        return Written(fields, frozenset(sheets), brought)


def lacking(
    one: Submission, begins: Begins, state: Dossier, written: Written, sent: Sent, now: datetime
) -> tuple[list[Happening], bool]:
    """What lacks of what the submission says, in its order, and whether the dossier is closed to the rest.

    To an accepted one papers are added as long as a supplement is asked for, and what the portal claims of its payment
    always; its form stays what was accepted. What a chip proved stays, and what the citizen writes now stands beside.
    """
    said = _said(one, state, written, sent)
    fresh = {name: text for name, text in said.items() if written.fields.get(name, "") != text}
    new = tuple(page for page in sent.pages if page.sheet not in written.sheets)
    closed = False
    asked = awaited(state, begins.law.rules_of(state, now))
    if state.status != "draft":
        allowed = {name: text for name, text in fresh.items() if _allowed(name, state, asked)}
        kept = new if asked else ()
        left = any(name.startswith(BY_PORTAL) for name in fresh.keys() - allowed.keys()) or len(kept) < len(new)
        closed = left or (bool(fresh) and not allowed and not kept)
        fresh, new = allowed, kept
    found: list[Happening] = []
    if (fresh or new) and (state.status == "draft" or asked):
        # When the citizen last did something; also where they only added papers.
        fresh["portal.changed_at"] = one.changed_at.isoformat()
    if not state.entries:
        pack = begins.law.rules(now).version
        found.append(Opened(begins.procedure, "online", one.code, begins.office, begins.counter, pack, begins.practice))
    if new:
        found.append(arranged(state, (*state.pages, *new), "import"))
    if fresh:
        # Behind the pages: among it are the marks of the files whose pages are written.
        found.append(FieldsEntered(fresh, state.step, state.focus, source="portal"))
    if state.status == "draft" and not state.course.passed:
        begun = replace(state, procedure=begins.procedure, office=begins.office)
        found.append(taking(begun, REGISTER, begins.law.rules_of(begun, now), now))
    return found, closed


def _said(one: Submission, state: Dossier, written: Written, sent: Sent) -> dict[str, str]:
    """Every field as the portal says it now."""
    said = dict(one.fields) | {
        # The office's hours run from when it was sent first.
        "portal.sent_at": written.fields.get("portal.sent_at", one.sent_at.isoformat()),
        "portal.payment": one.payment,
        "portal.fee_vnd": str(one.fee_vnd) if one.fee_vnd else "",
        "portal.payment_reference": one.payment_reference,
        "portal.unread": " ".join(sent.unread),
        "portal.files": " ".join(sent.files),
        FIELD: field_of(_taken_back(written, sent)),
    }
    for name in BESIDE_THE_FORM:
        # The citizen took it back.
        said.setdefault(name, "")
    for name, text in written.fields.items():
        stated = state.fields.get(name)
        mine = stated is not None and stated.source == "portal" and not proven(state, name)
        if text and mine and not name.startswith(BY_PORTAL) and name not in one.fields:
            # The citizen took it back; what somebody at the counter wrote since then stays.
            said[name] = ""
    for name, text in one.fields.items():
        beside, chip = BESIDE + name, proven(state, name)
        if beside in written.fields or (chip and text != written.fields.get(name, "")):
            said[beside] = text
        if chip:
            del said[name]
    return said


def _taken_back(written: Written, sent: Sent) -> list[str]:
    """The sheets that were sent before and lie at the portal no more. Of a paper whose file was not opened once more
    nobody can say which of its pages are gone: those stay so that were, for a file that comes back is opened again.
    """
    there = {page.sheet for page in sent.pages}
    before = written.fields.get(FIELD, "").split()
    return [
        sheet
        for sheet, paper in written.brought.items()
        if sheet not in there and (paper not in sent.unopened or field_of([sheet]) in before)
    ]


def _allowed(name: str, state: Dossier, asked: bool) -> bool:
    """Whether a field that the portal tells may be added to a dossier that is no draft any more."""
    if state.erased is not None:
        return False
    return name in PAYMENT_CLAIM or (asked and name.startswith(BY_PORTAL))
