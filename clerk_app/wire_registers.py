"""What a station and central say to each other about the State's registers; a part of `wire`, versioned with it.

Questions go in the body, because addresses end up in logs on the way. Answers carry domain values as they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from clerk_app.domain.registers import (
    Claimed,
    EarlierResults,
    HealthCertificates,
    IdentityCompared,
    PortalDossier,
    ViolationRecords,
)
from clerk_app.wire import LicencesFound

_Text = Annotated[str, msgspec.Meta(max_length=200, pattern=r"\A[^\x00]*\Z")]
_Named = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\A[^\x00]*\Z")]


class LicencesOf(msgspec.Struct, frozen=True, tag="licences", tag_field="of"):
    """Which licences: of the person with this number, or the one with this number of its own. One of both."""

    number: _Text = ""
    licence: _Text = ""

    def __post_init__(self) -> None:
        if bool(self.number) == bool(self.licence):
            raise ValueError("the number of a person or of a licence")


class ViolationsOf(msgspec.Struct, frozen=True, tag="violations", tag_field="of"):
    """Which sanctions are not settled, of this person or on these licences."""

    number: _Named
    licences: Annotated[list[_Text], msgspec.Meta(max_length=20)] = []


class IdentityOf(msgspec.Struct, frozen=True, tag="identity", tag_field="of"):
    """Whether somebody is who they say."""

    claimed: Claimed

    def __post_init__(self) -> None:
        if not self.claimed.number or any(len(getattr(self.claimed, name)) > 500 for name in self.claimed.given()):
            raise ValueError("a number, and texts that can be a person's")


class HealthOf(msgspec.Struct, frozen=True, tag="health", tag_field="of"):
    """Which driver-health certificates: of this person, or with this number of its own; with both it must be theirs."""

    number: _Text = ""
    certificate: _Text = ""

    def __post_init__(self) -> None:
        if not (self.number or self.certificate):
            raise ValueError("the number of a person or of a certificate")


class ResultsOf(msgspec.Struct, frozen=True, tag="results", tag_field="of"):
    """Which results of earlier procedures somebody has. `kinds`: code and number, the number may be empty."""

    owner: _Named
    asker: _Named
    asker_name: _Named
    procedure: _Named
    kinds: Annotated[list[tuple[_Named, _Text]], msgspec.Meta(max_length=50)] = []


class PortalOf(msgspec.Struct, frozen=True, tag="portal", tag_field="of"):
    """What the national portal has under this dossier code."""

    code: _Named


Question = LicencesOf | ViolationsOf | IdentityOf | HealthOf | ResultsOf | PortalOf
Outcome = Literal["answered", "kept", "unknown"]
System = Literal["licences", "violations", "identity", "health", "results", "portal"]


class RegisterAsked(msgspec.Struct, frozen=True):
    """`POST /v1/registers/ask`: one question, who asks it, what for, for which dossier.

    `purpose` is one of the law's `register_purposes`. With `live` an answer of before is no answer.
    """

    question: Question
    who: _Text
    purpose: _Text
    dossier: UUID | None = None
    live: bool = False


class RegisterSaid(msgspec.Struct, frozen=True):
    """The answer, in the field of its system.

    `outcome`: the register answered just now; an answer of before is `kept` because it is silent; or nobody knows.
    `at` is when the register said it (where nobody knows: when it was asked); `cause` why it said nothing just now.
    """

    system: System
    outcome: Outcome
    at: datetime
    cause: str = ""
    licences: LicencesFound | None = None
    violations: ViolationRecords | None = None
    identity: IdentityCompared | None = None
    health: HealthCertificates | None = None
    results: EarlierResults | None = None
    portal: PortalDossier | None = None
