"""The shelf of an office: which places there are, and which is the next free one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

RACKS, SLOTS = "shelf_racks", "shelf_slots"
"""Settings of the catalogue: names of the racks with | between them, and how many places each has."""
MOST_SLOTS = 9999


def places(settings: Mapping[str, str]) -> Iterator[str]:
    """Every place of the shelf in its order, as `A-017`; none where the settings name no shelf."""
    racks = [one.strip() for one in settings.get(RACKS, "").split("|") if one.strip()]
    slots = settings.get(SLOTS, "")
    count = min(int(slots), MOST_SLOTS) if slots.isascii() and slots.isdigit() else 0
    width = max(3, len(str(count)))
    for rack in racks:
        for slot in range(1, count + 1):
            yield f"{rack}-{slot:0{width}d}"


def next_free(taken: Collection[str], settings: Mapping[str, str]) -> str:
    """The first place that nothing lies at; empty where the shelf is full."""
    return next((place for place in places(settings) if place not in taken), "")
