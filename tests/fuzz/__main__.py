"""Coverage-guided fuzzing of what comes from outside: `python -m tests.fuzz TARGET [libFuzzer options] [CORPUS…]`.

`./clerk test` runs each target for a bounded number of inputs; by hand it may run for as long as one likes:

    .venv/bin/python -m tests.fuzz chip -max_total_time=3600 /tmp/corpus
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import atheris

ROOMS = ["clerk_app.carried", "clerk_app.catalogue", "clerk_app.devices", "clerk_app.domain", "clerk_app.imaging"]
with atheris.instrument_imports(include=ROOMS):
    from tests.fuzz import targets

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> None:
    """Fuzz one target; the process ends with libFuzzer's exit code."""
    name, *options = arguments
    target: Callable[[bytes], None] = targets.TARGETS[name].run
    atheris.Setup([f"fuzz-{name}", *options], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
