"""catalogue: what the law adds to the start of a desk, and what one decision by it costs.

Loading verifies signature and digests, builds every row and the rules of one day; the floor reads and hashes the same
bytes and does nothing with them. A decision is one worked example of the pack, decided as desk and central do.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

from bench.run import alternated, row
from clerk_app.catalogue import signing
from clerk_app.catalogue.archive import archived
from clerk_app.catalogue.facts import facts_from_json
from clerk_app.catalogue.pack import Pack, load
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.procedure import Facts, decide
from clerk_app.domain.refusals import Refusal
from clerk_app.store.pack_shelf import PackShelf

FOLDER = Path(__file__).parents[1] / "resources" / "catalogue"
KEYS = [signing.read_key(FOLDER / signing.PUBLIC_KEY)]
DAY = date(2026, 11, 28)
RUNS = 40
TAKEN_IN = 7
ROUNDS = 20
MOST_ADDED_MS = 60.0
MOST_DECISION_MS = 2.0


def read_and_hashed() -> bytes:
    """The floor: every byte of the pack, and nothing of what it says."""
    total = hashlib.sha256()
    for path in (FOLDER / signing.MANIFEST, FOLDER / signing.SIGNATURE, *signing.packed_files(FOLDER)):
        total.update(path.read_bytes())
    return total.digest()


def in_force() -> Pack:
    """The pack as a desk has it once it is open: verified, built, and the rules of the day worked out."""
    pack = load(FOLDER, KEYS)
    pack.as_of(DAY)
    return pack


def examples(pack: Pack) -> list[Facts]:
    """The facts of every worked example that is a decision."""
    found = []
    for one in pack.examples:
        given = one.cells.get("facts")
        if isinstance(given, dict):
            asked = {"procedure": "licence-exchange", "channel": "counter", "applicant": {}, **given}
            try:
                found.append(facts_from_json(json.dumps(asked, default=date.isoformat).encode()))
            except Refusal:
                continue
    return found


def decisions_ms(pack: Pack, facts: list[Facts]) -> list[float]:
    """How long each decision took, over all examples several times, the rules of their days known.

    Time of this thread alone: one in a hundred is otherwise the one that another program interrupted.
    """
    for one in facts:
        decide(one, pack.as_of(in_hanoi(one.received_at).date()))
    times = []
    for _ in range(ROUNDS):
        for one in facts:
            start = time.thread_time()
            decide(one, pack.as_of(in_hanoi(one.received_at).date()))
            times.append((time.thread_time() - start) * 1000)
    return sorted(times)


def taken_in() -> None:
    """What a desk does once with a pack that came: unpack, verify, load, walk it with the linter, keep it."""
    with tempfile.TemporaryDirectory() as folder:
        PackShelf(Path(folder), KEYS).take_in(ARCHIVE, load(FOLDER, KEYS).manifest.digest)


ARCHIVE = archived(FOLDER, KEYS)


def _bound(name: str, ours: float, most: float, what: str, floor: float | None = None) -> dict[str, Any]:
    """A row whose goal is a time of its own, not a ratio; over the floor where there is one."""
    made = row(name, ours, floor=floor, against="floor", what=what)
    return made | {"goal": f"≤ {most:g} ms{' added' if floor else ''}", "met": ours - (floor or 0.0) <= most}


def run() -> list[dict[str, Any]]:
    """Loading against its floor, decisions by median and 99th percentile, and the taking in of a pack that came."""
    in_force()
    times = alternated({"ours": in_force, "floor": read_and_hashed}, RUNS)
    pack = in_force()
    facts = examples(pack)
    spent = decisions_ms(pack, facts)
    came = alternated({"ours": taken_in, "floor": read_and_hashed}, TAKEN_IN)
    size_kb = len(ARCHIVE) / 1000
    return [
        _bound(
            "catalogue load",
            times["ours"],
            MOST_ADDED_MS,
            f"the pack ({size_kb:.0f} kB) verified and built, and the rules of a day; floor: the same bytes hashed",
            times["floor"],
        ),
        _bound(
            "catalogue decision",
            statistics.median(spent),
            MOST_DECISION_MS,
            f"one of {len(facts)} worked examples, median of {len(spent)}",
        ),
        _bound(
            "catalogue decision p99",
            spent[int(len(spent) * 0.99)],
            MOST_DECISION_MS,
            "the same, 99th percentile",
        ),
        row(
            "catalogue taken in",
            came["ours"],
            floor=came["floor"],
            against="floor",
            what="a pack that came: verified, walked by the linter and kept with fsync, once, on the delivery's lane",
        ),
    ]
