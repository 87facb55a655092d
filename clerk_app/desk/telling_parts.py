"""What the sentences of the trail are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clerk_app.domain.private import Part, Private, Sentence, privates
from clerk_app.domain.refusals import Words


@dataclass(frozen=True, slots=True)
class Change:
    """What a thing was, and what it is since."""

    label: Words
    before: Part
    after: Part


@dataclass(frozen=True, slots=True)
class Told:
    """A happening as a sentence without its subject, and what it changed."""

    sentence: Sentence
    changes: tuple[Change, ...] = ()

    def privates(self) -> Iterator[Private]:
        """Everything it says about persons."""
        yield from privates(self.sentence)
        for change in self.changes:
            yield from privates(change.before)
            yield from privates(change.after)
