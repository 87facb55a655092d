"""Where a scanner takes its paper from, by one set of names whatever its driver calls them, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from clerk_app.domain.refusals import Words

Kind = Literal["glass", "feeder", "both_sides"]

GLASS = "Glass"
FEEDER = "Feeder"
BOTH_SIDES = "Feeder both sides"
"""The sources of the drivers that do not take over a device's own words for them."""

_WORDS: dict[Kind, Words] = {
    "glass": Words("Mặt kính", "Glass"),
    "feeder": Words("Khay nạp", "Feeder"),
    "both_sides": Words("Khay nạp, hai mặt", "Feeder, both sides"),
}


def kind_of(source: str) -> Kind:
    """What a source of that name is; a name that says nothing is a glass, which gives one page."""
    name = source.lower()
    if any(word in name for word in ("duplex", "both sides")):
        return "both_sides"
    return "feeder" if any(word in name for word in ("feeder", "adf")) else "glass"


def known(source: str) -> bool:
    """Whether the name says what the source is; no name is the glass."""
    name = source.lower()
    return not name or kind_of(source) != "glass" or any(word in name for word in ("glass", "flatbed", "platen"))


def feeds(source: str) -> bool:
    """Whether a source of this name draws sheets until it is empty."""
    return kind_of(source) != "glass"


def words_of(source: str) -> Words:
    """A source as people call it."""
    return _WORDS[kind_of(source)]


def preferred(sources: Sequence[str], wanted: Kind) -> str:
    """The source of that kind, else the scanner's first; empty where it has only one that needs no name."""
    return next((source for source in sources if kind_of(source) == wanted), sources[0] if sources else "")
