"""Runs of the harness: each from a seed, each with its proof; a run that fails is told as shortly as it can be."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self

from tests.outages.ground import Grounds
from tests.outages.plan import Event, Size, plan
from tests.outages.proof import violations
from tests.outages.world import Enrolled, World
from tests.outages.zygote import Zygote

_SHORTENINGS = 16
"""How often a failing run is tried again with less of its plan."""


@dataclass
class Outcome:
    """One run: what was violated, what really happened, and how much of everything."""

    seed: int
    violations: list[str]
    story: list[str]
    counted: Counter[str]

    @property
    def told(self) -> str:
        return "\n".join([f"seed {self.seed}:", *self.story, *(f"VIOLATED: {one}" for one in self.violations)])


@dataclass
class Harness:
    """Makes the fleet once and runs any number of plans on copies of it."""

    size: Size = field(default_factory=Size)
    database: str = "sqlite"
    blobs: str = "folder"
    _closing: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        # Where the tests of this run have theirs, if it is one of tests.
        beside = os.environ.get("PYTEST_DEBUG_TEMPROOT")
        self._folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory(prefix="outages-", dir=beside)))
        self._grounds = Grounds(self.database, self.blobs, self._closing, self._folder / "template")
        self._zygote = Zygote(self._folder / "zygote")
        self._closing.callback(self._zygote.close)
        self._enrolled = Enrolled.make(self._folder / "fleet", self._grounds.template, self._zygote, self.size.desks)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def run(self, seed: int, events: Sequence[Event] | None = None) -> Outcome:
        """One run of a seed's plan, or of these events of it."""
        folder = self._folder / "run"
        world = World(folder, self._enrolled, None, self._zygote, self.size, Random(f"world {seed}"))  # type: ignore[arg-type]
        found: list[str] = []
        ground = None
        try:
            world.disk("central", folder / "central", 96)
            world.ground = ground = self._grounds.fresh(folder / "central", folder / "copy")
            with world:
                for event in events if events is not None else plan(seed, self.size):
                    world.happen(event)
                if stuck := world.calm():
                    found.append(stuck)
                world.end()
                problems, amounts = violations(world)
                found += problems
                world.counted |= amounts
        finally:
            if ground is not None:
                ground.database.close()
            shutil.rmtree(folder, ignore_errors=True)
        counted = Counter(world.counted)
        for line in world.lines:
            counted.update(f"line: {kind}" for kind in line.met)
        return Outcome(seed, found, world.story, counted)

    def shortened(self, failed: Outcome) -> Outcome:
        """The same violation with fewer events, as far as a few tries find it."""
        best, events, part = failed, list(plan(failed.seed, self.size)), 2
        for _ in range(_SHORTENINGS):
            length = max(1, len(events) // part)
            for start in range(0, len(events), length):
                fewer = events[:start] + events[start + length :]
                outcome = self.run(failed.seed, fewer)
                if outcome.violations:
                    best, events = outcome, fewer
                    break
            else:
                part *= 2
                if length == 1 or part > 8:
                    break
        return best
