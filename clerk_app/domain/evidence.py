"""How we know: where a value came from and what was proven about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["chip", "qr", "camera", "register", "manual"]
Level = Literal["chip", "qr", "manual"]
State = Literal["yes", "no", "unknown", "unsupported", "untrusted"]

PRACTICE_FILE = "practice file"
"""The device of evidence that a file of facts gave in training."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question answered about a document. `name` is one of hashes, signed, genuine, expired, authority."""

    name: str
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One act of identification: by what means, on which device, when, and every verdict with its reason.

    `level` is what the act is worth: `chip` only if the data were signed by a trusted authority, unaltered and
    not expired; otherwise `qr` or `manual`. `ms` is how long the reading took (0: unknown); `portrait` and `files`
    (name, digest) are sheets, the latter only where the catalogue says that chip files are kept.
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


def proves(evidence: Evidence) -> bool:
    """Whether its own verdicts say what level `chip` claims: read from a chip, unaltered, signed and not expired."""
    found = {verdict.name: verdict.state for verdict in evidence.verdicts}
    wanted = {"hashes": "yes", "signed": "yes", "expired": "no"}
    return evidence.source == "chip" and all(found.get(name) == state for name, state in wanted.items())


def weaker(level: str, wanted: str) -> bool:
    """Whether evidence of `level` is worth less than `wanted`."""
    order = ("manual", "qr", "chip")
    return order.index(level) < order.index(wanted)
