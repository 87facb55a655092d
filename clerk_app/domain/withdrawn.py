"""Pages that the citizen sent through the portal and took back there: they stay in the journal, and count for nothing.

The portal's own station writes which; nobody else may (`BY_PORTAL`).
"""

from __future__ import annotations

from collections.abc import Iterable

from clerk_app.domain.dossier import Dossier
from clerk_app.domain.pages import Page, in_force

FIELD = "portal.withdrawn"
"""The field that names them, each by the beginning of its digest."""
_MARK = 16


def field_of(sheets: Iterable[str]) -> str:
    """What the field says for these sheets."""
    return " ".join(sorted({sheet[:_MARK] for sheet in sheets}))


def is_withdrawn(dossier: Dossier, sheet: str) -> bool:
    """Whether the citizen took the page of this sheet back."""
    return sheet[:_MARK] in dossier.text(FIELD).split()


def brought(dossier: Dossier) -> tuple[Page, ...]:
    """The pages of the dossier that stand for its papers: in force, and not taken back."""
    gone = frozenset(dossier.text(FIELD).split())
    return tuple(page for page in in_force(dossier.pages) if page.sheet[:_MARK] not in gone)


def withdrawn(dossier: Dossier) -> tuple[Page, ...]:
    """The pages in force that the citizen took back."""
    gone = frozenset(dossier.text(FIELD).split())
    return tuple(page for page in in_force(dossier.pages) if page.sheet[:_MARK] in gone)
