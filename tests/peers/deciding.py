"""What somebody decides of an exception, as a desk writes it down: the request and what was shown stand in it."""

from __future__ import annotations

from clerk_app.domain.dossier import Dossier, ExceptionDecided
from clerk_app.domain.exceptions import shown_of


def decided(state: Dossier, code: str, granted: bool = True, comment: str = "") -> ExceptionDecided:
    """The decision on the spot about the dossier as it stands."""
    asked = state.exceptions.get(code)
    request = asked.request if asked is not None else None
    return ExceptionDecided(code, granted, comment, "", request, shown_of(state, code), "spot", "password")
