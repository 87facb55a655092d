"""The full size: `python -m tests.outages --runs 500 --seed 1 [--database postgres] [--blobs s3]`.

Each run is a fleet of real desks and centrals to which everything happens that can happen to a line, a process, a disk
or a clock. Seeds count up from `--seed`, so any run is repeated by `--runs 1 --seed N`. One line sums it up; the exit
code is 0 only if nothing was violated.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from time import monotonic

from tests.outages.plan import Size
from tests.outages.run import Harness, Outcome


def main(arguments: list[str]) -> int:
    """Run the seeds, tell what failed as shortly as it can be told."""
    parser = argparse.ArgumentParser(prog="outages", description="Exactly once, whatever happens.")
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--desks", type=int, default=Size().desks)
    parser.add_argument("--centrals", type=int, default=Size().centrals)
    parser.add_argument("--events", type=int, default=Size().events)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--blobs", choices=("folder", "s3"), default="folder")
    parser.add_argument("--whole-story", action="store_true", help="do not look for a shorter one")
    options = parser.parse_args(arguments)
    began, failed, counted = monotonic(), list[Outcome](), Counter[str]()
    size = Size(options.desks, options.centrals, options.events)
    with Harness(size, options.database, options.blobs) as harness:
        for seed in range(options.seed, options.seed + options.runs):
            outcome = harness.run(seed)
            counted += outcome.counted
            if outcome.violations:
                failed.append(outcome)
                print((outcome if options.whole_story else harness.shortened(outcome)).told, flush=True)
            elif (seed - options.seed + 1) % 25 == 0:
                print(f"… {seed - options.seed + 1} runs, {len(failed)} violated", file=sys.stderr, flush=True)
    for what, times in sorted(counted.items()):
        print(f"  {times:7} {what}")
    print(
        f"{options.runs} runs from seed {options.seed} on {options.database} and {options.blobs}, "
        f"{options.desks} desks, {options.centrals} centrals, {options.events} events each: "
        f"{len(failed)} violated {[one.seed for one in failed]}, "
        f"{counted['entries']} entries and {counted['sheets']} sheets each once, {monotonic() - began:.0f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
