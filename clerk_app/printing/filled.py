"""A form filled in: what stands behind the keys of its fields, as texts that are not yet set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Filled:
    """Texts by key. A field that is absent stays blank for the pen.

    `said` holds one text for a value, several for a list or for the gaps of a sentence, the chosen values of a choice;
    `rows` the cells of a table. `code` is what the symbols carry, empty where the form has none.
    """

    code: str = ""
    said: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    rows: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    foreign: bool = False
    practice: bool = False

    def one(self, key: str) -> str:
        """The text of a field, empty where nobody knows it."""
        return next(iter(self.said.get(key, ())), "")
