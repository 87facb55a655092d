"""The three lines on the back of a card, typed, scanned or photographed: they fill in the keys of the chip."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.exceptions import asked_again
from clerk_app.desk.identified import of_somebody_else, other_person
from clerk_app.desk.ports import Codes, ZonePictures
from clerk_app.desk.views import IntakeView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier, FieldsEntered, Happening, IdentityRead
from clerk_app.domain.evidence import Evidence, Source, Verdict
from clerk_app.domain.facts import evidence_of, proven
from clerk_app.domain.people import Person

ParseZone = Callable[[str, date], Person]
"""Takes a TD1 zone apart; the date is today's. Raises `Refusal` naming what is wrong."""


class Zones:
    """Takes the machine readable zone of a citizen card into a draft. Everybody can read it: it proves nothing."""

    def __init__(
        self,
        counter: Counter,
        shown: Callable[[Dossier], IntakeView],
        parse: ParseZone,
        pictures: ZonePictures,
        codes: Codes,
        is_identity: Callable[[str], bool],
        take_qr: Callable[[UUID, str], IntakeView],
    ) -> None:
        """`is_identity` tells the QR code of a citizen card from others; `take_qr` is `Intake.take_qr`."""
        self._counter = counter
        self._shown = shown
        self._parse = parse
        self._pictures = pictures
        self._codes = codes
        self._is_identity = is_identity
        self._take_qr = take_qr

    def take(self, dossier: UUID, text: str) -> IntakeView:
        """Fill in what a typed or scanned zone says: number, birth date, sex, expiry. The name in it has no marks.

        Raises `Refusal` naming every check digit that does not fit; the draft stays as it was.
        """
        return self._taken(dossier, text, "manual")

    def take_picture(self, dossier: UUID, picture: bytes) -> IntakeView:
        """The same from a picture of the card's back. Raises `DeviceFault` as `ZonePictures.read` does.

        Cards of 2024 have their QR code beside the zone: where one is seen it is taken instead, for it says more and is
        read at once. Otherwise blocks for some seconds.
        """
        self._counter.demand("dossier.take", dossier)
        code = next(filter(self._is_identity, self._codes.qr_texts(picture)), None)
        if code is not None:
            return self._take_qr(dossier, code)
        return self._taken(dossier, self._pictures.read(picture), "camera")

    def _taken(self, dossier: UUID, text: str, source: Literal["manual", "camera"]) -> IntakeView:
        counter = self._counter
        who = counter.demand("dossier.take", dossier).id
        now = counter.clock()
        person = self._parse(text, in_hanoi(now).date())
        with counter.journal.together():
            before = state = counter.draft(dossier)
            known = evidence_of(state)
            if state.person and state.person.number == person.number and known and known.source != source:
                # A chip or a QR code said more already; the keys that were missing are entered beside it.
                happened = _missing(state, person, source)
            elif known and known.level == "chip":
                raise other_person()
            else:
                verdicts = (Verdict("signed", "unsupported"), Verdict("genuine", "unsupported"))
                evidence = Evidence(source, "manual", verdicts, device="", at=now)
                happened = (*of_somebody_else(state, person.number), IdentityRead(person, evidence))
            state = counter.write(dossier, *happened, who=who) if happened else state
            state = asked_again(counter, before, state, who)
        return self._shown(state)


def _missing(state: Dossier, person: Person, source: Source) -> tuple[Happening, ...]:
    said = {
        "applicant.born": person.born.isoformat() if person.born else "",
        "applicant.expires": person.expires.isoformat() if person.expires else "",
    }
    values = {name: text for name, text in said.items() if text and not proven(state, name) and not state.text(name)}
    return (FieldsEntered(values, state.step, state.focus, source),) if values else ()
