"""How we know: where a value came from and what was proven about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["chip", "qr", "camera", "register", "read", "portal", "manual"]
"""`portal` is what the citizen stated online, `read` the print of a scanned paper that a clerk confirmed. Neither
proves anything."""
STATED: tuple[Source, ...] = ("portal", "manual")
"""What somebody only says: the citizen online, or to a clerk who types it."""
Level = Literal["chip", "qr", "manual"]
State = Literal["yes", "no", "unknown", "unsupported", "untrusted"]

PRACTICE_FILE = "practice file"
"""The device of evidence that a file of facts gave in training."""

PROVEN = (
    "applicant.number",
    "applicant.name",
    "applicant.born",
    "applicant.sex",
    "applicant.nationality",
    "applicant.expires",
    "applicant.residence",
    "applicant.issued",
)
"""What a verified chip says of its holder; nobody types over that."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question answered about a document, and why it was not a plain yes.

    `name` of a chip's verdicts, in this order: hashes, signature, chain, in_force, not_revoked, genuine, access (only
    when somebody changed what the card offers), consistent (only when the chip speaks of two persons), expired (ICAO
    9303-11 §4.2, §5.1, §6; `expired` is good when it is `no`). Entries of shape 1 have one verdict `signed` in the
    place of signature, chain and in_force. `reason` is one code or several, each perhaps with a parameter.
    """

    name: str
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One act of identification: by what means, on which device, when, and every verdict with its reason.

    `level` is what the act is worth: `chip` only if the data were signed by a trusted authority, unaltered and
    not expired; otherwise `qr` or `manual`. `ms` is how long the reading took (0: unknown); `portrait` and `files`
    (name, digest) are sheets, the latter only where the catalogue says that chip files are kept. `shape` 1 is a chip of
    an entry from before signature and signer were told apart; no later entry can be of it (`wire.UPCASTERS`).
    """

    source: Source
    level: Level
    verdicts: tuple[Verdict, ...]
    device: str
    at: datetime
    access: str = ""
    portrait: str = ""
    problems: tuple[str, ...] = ()
    ms: int = 0
    files: tuple[tuple[str, str], ...] = ()
    shape: Literal[1, 2] = 2


_PROOF = {"hashes": "yes", "signature": "yes", "chain": "yes", "in_force": "yes", "genuine": "yes", "expired": "no"}
_PROOF_ONCE = {"hashes": "yes", "signed": "yes", "expired": "no"}
_ALTERED = frozenset({("hashes", "no"), ("signature", "no"), ("genuine", "no")})
_DISPROOF = ("not_revoked", "genuine", "access", "consistent")


MIXED = "DG13_DIFFERS"
"""A reading's problem: one part of the chip is of another person than the rest."""

_LATIN_ONLY = frozenset({"DG13_MISSING", "DG13_UNREADABLE", MIXED})


def names_in_latin(evidence: Evidence) -> bool:
    """Whether the name comes from a machine readable zone alone, which knows no marks (ICAO 9303-3 §6): no DG13."""
    return evidence.source == "chip" and not _LATIN_ONLY.isdisjoint(evidence.problems)


def proves(evidence: Evidence) -> bool:
    """Whether its own verdicts say what level `chip` claims.

    Read from a chip that is no copy, unaltered, signed by a believed authority in force, not expired, and nothing known
    against signer or opening: that a signer was not revoked cannot always be found out. Entries from before these were
    told apart are judged as they were then.
    """
    found = _answers(evidence)
    if evidence.source != "chip" or found is None:
        return False
    wanted = _PROOF_ONCE if evidence.shape == 1 else _PROOF
    return all(found.get(name) == state for name, state in wanted.items()) and all(
        found.get(name) != "no" for name in _DISPROOF
    )


def bears_out(evidence: Evidence, level: Level) -> bool:
    """Whether source and verdicts carry this level: a chip carries `qr` when its data are unaltered, for they are at
    least what the printed code says; a code, as long as nothing was found against it; other sources prove nothing.
    """
    if level == "manual":
        return True
    if level == "chip":
        return proves(evidence)
    found = _answers(evidence)
    if found is None or disproves(evidence):
        return False
    if evidence.source == "chip":
        return found.get("hashes") == "yes" and found.get("signed") != "no"
    return evidence.source == "qr" and all(state != "no" for name, state in found.items() if name != "expired")


def worth(evidence: Evidence, practice: bool = False) -> Level:
    """What an identification is worth, by source and verdicts and not by its word, which only makes it less: only a
    chip proves like one, only a chip or a code says what a code says.

    In training (`practice`) a file of facts may stand in for either.
    """
    if bears_out(evidence, evidence.level):
        return evidence.level
    from_file = evidence.source == "manual" and evidence.device == PRACTICE_FILE
    return evidence.level if practice and from_file else "manual"


def _answers(evidence: Evidence) -> dict[str, State] | None:
    """What was answered to each question; None where one has two answers."""
    found = {verdict.name: verdict.state for verdict in evidence.verdicts}
    return found if len(found) == len(evidence.verdicts) else None


def disproves(evidence: Evidence) -> bool:
    """Whether it says that the chip was altered, forged or copied: more than that something could not be found out."""
    found = {(verdict.name, verdict.state) for verdict in evidence.verdicts}
    return evidence.source == "chip" and not found.isdisjoint(_ALTERED)


def weaker(level: str, wanted: str) -> bool:
    """Whether evidence of `level` is worth less than `wanted`."""
    order = ("manual", "qr", "chip")
    return order.index(level) < order.index(wanted)
