"""Messages at the national portal: the step of the dossier with its words, which the citizen reads there."""

from __future__ import annotations

from uuid import UUID

from clerk_app.central.officers import NOBODY
from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.messaging import Failed, Letter, Nowhere, Taken, Unsent
from clerk_app.central.registers.ordering import Absent, Done, Rejected
from clerk_app.central.registers.portal import HttpPortal
from clerk_app.wire_orders import PortalStep

MOST = 500
"""Characters of NoiDungXuLy."""


class PortalMessages:
    """The portal as a carrier: what it has, the citizen can read."""

    answers = True
    compares = True

    def __init__(self, portal: HttpPortal) -> None:
        self._portal = portal

    def send(self, reference: str, letter: Letter) -> Taken | Failed | Unsent | Unknown:
        """Tell the step."""
        match self._portal.send(reference, self._body(reference, letter)):
            case Done():
                return Taken(delivered=True)
            case Rejected(cause):
                return Failed(cause)
            case Unknown() as unknown:
                return unknown

    def look(self, reference: str, letter: Letter) -> Taken | Failed | Nowhere | Unknown:
        """Whether the portal has the step."""
        match self._portal.look(reference, self._body(reference, letter)):
            case Done():
                return Taken(delivered=True)
            case Absent():
                return Nowhere()
            case Unknown() as unknown:
                return unknown

    def _body(self, reference: str, letter: Letter) -> bytes:
        return self._portal.message(UUID(reference), step_of(letter))[1]


def step_of(letter: Letter) -> PortalStep:
    """The step at the portal that a message is."""
    assert letter.at is not None
    return PortalStep(
        dossier_code=letter.to,
        officer=letter.officer,
        title=letter.title or NOBODY,
        unit=letter.unit,
        words=letter.text[:MOST],
        status=letter.status,
        at=letter.at,
        due_at=letter.due_at,
    )
