"""outages: fleets of real desks and centrals to which everything happens; how many runs break a promise.

A bounded number here; `python -m tests.outages --runs 500 [--database postgres] [--blobs s3]` is the full size.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from bench.run import row

RUNS = 25


def run() -> list[dict[str, Any]]:
    """One row: runs in which something was lost, doubled, refused by mistake or did not verify."""
    from tests.outages.run import Harness

    with Harness() as harness:
        outcomes = [harness.run(seed) for seed in range(1, RUNS + 1)]
    violated = [outcome.seed for outcome in outcomes if outcome.violations]
    counted = sum((outcome.counted for outcome in outcomes), Counter[str]())
    return [
        row(
            "outages",
            float(len(violated)),
            unit="runs",
            what=f"runs with a violation, of {RUNS}: {counted['entries']} entries and {counted['sheets']} sheets each "
            f"once {f'but for seeds {violated}' if violated else 'in all of them'}",
        )
        | {"goal": "none", "met": not violated}
    ]
