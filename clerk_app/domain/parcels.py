"""What the post's own words mean for a result. Which words they are stands in the catalogue: nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

ENDS = ("delivered", "returned")
"""How a parcel's way ends."""
SETTINGS = ("post_delivered", "post_returned")
"""The settings that say which of the post's words mean so."""


def outcome_of(status: str, settings: Mapping[str, str]) -> Literal["delivered", "returned"] | None:
    """Whether a word of the post ends its way: with the citizen, or back here. None for every other one."""
    if not status:
        return None
    if status in settings.get("post_delivered", "").split("|"):
        return "delivered"
    return "returned" if status in settings.get("post_returned", "").split("|") else None
