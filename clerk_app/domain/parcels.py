"""What the post's own words mean for a result. Which words they are stands in the catalogue: nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

ENDS = ("delivered", "returned")
"""How a parcel's way ends."""
SETTINGS = ("post_delivered", "post_returned", "post_back")
"""The settings that say which of the post's words mean so; the last: which of those about a return is its end."""


def outcome_of(status: str, settings: Mapping[str, str]) -> Literal["delivered", "returned"] | None:
    """Whether by a word of the post it is with the citizen, or comes back. None for every other one."""
    if not status:
        return None
    if status in settings.get("post_delivered", "").split("|"):
        return "delivered"
    return "returned" if status in settings.get("post_returned", "").split("|") else None


def is_over(status: str, settings: Mapping[str, str]) -> bool:
    """Whether no other word of the post follows: one that is only on its way back may still be delivered, or get lost.

    A catalogue from before the two were told apart has every return for an end.
    """
    outcome = outcome_of(status, settings)
    back = settings.get("post_back", "")
    return outcome == "delivered" or (outcome == "returned" and (not back or status in back.split("|")))
