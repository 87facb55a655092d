"""Identity steps as the real desk shows them: dossiers replayed from entries, one per state of the evidence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from uuid import UUID

from clerk_app.desk.intake_view import intake_view
from clerk_app.desk.views import ApplicationView, IdentityView
from clerk_app.domain.dossier import Entry, FieldsEntered, Happening, IdentityRead, Opened, RegisterAnswered, replay
from clerk_app.domain.evidence import Evidence, Level, State, Verdict
from clerk_app.domain.licence import Holder, Licence
from clerk_app.domain.people import Person
from tests.peers.pack import training_pack

AT = datetime(2026, 11, 23, 9, 12, 0, tzinfo=timezone(timedelta(hours=7)))
DOSSIER = UUID("019ab0c0-0000-7000-8000-000000000002")
PERSON = Person(
    "001090012345",
    "TRẦN MINH QUÂN",
    date(1990, 8, 14),
    "M",
    residence="Số 12, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
    issued=date(2021, 5, 4),
    expires=date(2030, 8, 14),
)
OTHER = Person("001185067890", "LÊ THỊ HƯƠNG", nationality="")
LICENCE = Licence("old", "B2", "010167012345", date(2016, 12, 20), date(2026, 12, 20), "valid", "Sở GTVT Hà Nội", 12)
STATES = (
    "good",
    "qr-only",
    "typed-only",
    "altered",
    "unknown-signer",
    "expired-card",
    "copied-card",
    "differences",
    "two-persons",
)
_READER = "ACS ACR39U ICC Reader 00 00"


UNKNOWN_SIGNER: dict[str, tuple[State, str]] = {
    "chain": ("untrusted", "SIGNER_UNKNOWN"),
    "in_force": ("unknown", "CSCA_UNKNOWN"),
    "not_revoked": ("unknown", "NO_CRL"),
}


def chip(level: Level = "chip", **verdicts: tuple[State, str]) -> Evidence:
    """A reading whose verdicts are all good but those named."""
    names = ("hashes", "signature", "chain", "in_force", "not_revoked")
    said: dict[str, tuple[State, str]] = dict.fromkeys(names, ("yes", ""))
    said |= {"genuine": ("yes", "CHIP_AUTHENTICATION"), "expired": ("no", "")} | verdicts
    found = tuple(Verdict(name, *answer) for name, answer in said.items())
    return Evidence("chip", level, found, _READER, AT, "PACE", ms=2130)


def qr() -> Evidence:
    """A QR code, a little earlier."""
    verdicts = (Verdict("signed", "unsupported"), Verdict("genuine", "unsupported"))
    return Evidence("qr", "qr", verdicts, "", AT - timedelta(seconds=40))


def typed(**values: str) -> FieldsEntered:
    """What the clerk typed about the applicant."""
    return FieldsEntered(MappingProxyType({f"applicant.{name}": text for name, text in values.items()}), "identity")


def happenings(state: str) -> tuple[Happening, ...]:
    """What led to one state of the evidence."""
    scanned = IdentityRead(replace(PERSON, expires=None), qr())
    match state:
        case "good":
            return scanned, IdentityRead(PERSON, chip())
        case "qr-only":
            return (scanned,)
        case "typed-only":
            return (typed(number=PERSON.number, name=PERSON.name, born="1990-08-14", sex="M"),)
        case "altered":
            bad = chip("manual", hashes=("no", "DG1_ALTERED"))
            return scanned, IdentityRead(replace(PERSON, name="TRẦN MINH QUÝ"), bad, taken=False)
        case "unknown-signer":
            return scanned, IdentityRead(PERSON, chip("qr", **UNKNOWN_SIGNER))
        case "expired-card":
            old = replace(PERSON, expires=date(2025, 8, 14))
            return scanned, IdentityRead(old, chip("qr", expired=("yes", "")))
        case "copied-card":
            return scanned, IdentityRead(PERSON, chip("manual", genuine=("no", "COPY_WITHOUT_KEY")), taken=False)
        case "differences":
            moved = replace(PERSON, name="Trần Minh Quan", residence="Số 5, phố Huế, phường Hai Bà Trưng, Hà Nội")
            return (
                typed(number=PERSON.number, born="1990-08-04"),
                IdentityRead(replace(moved, expires=None), qr()),
                IdentityRead(PERSON, chip()),
            )
        case _:
            return scanned, IdentityRead(PERSON, chip()), IdentityRead(OTHER, qr(), taken=False)


def shown(state: str) -> tuple[IdentityView, ApplicationView]:
    """The first two steps of a dossier in that state, as the desk hands them to the window."""
    holder = Holder("Trần Minh Quang" if state == "differences" else PERSON.name, PERSON.born)
    pack = training_pack()
    told: tuple[Happening, ...] = (
        Opened("licence-exchange", "counter", "Q04-261123-0039", "PC08-HN", "Q04", pack.version, practice=True),
        *happenings(state),
        RegisterAnswered(True, (LICENCE,), "clear", "CSGT", holder=holder),
    )
    entries = (Entry(UUID(int=number), DOSSIER, what, "lan", AT) for number, what in enumerate(told))
    view = intake_view(replay(entries), pack.as_of(AT.date()), AT)
    portrait = "p0" if view.identity.badge is not None and state in ("good", "differences", "two-persons") else ""
    return replace(view.identity, portrait=portrait), view.application
