"""The command line as a person or a script meets it: a process, its exit code, what it said."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from clerk_app.__main__ import clerk as door

ROOT = Path(__file__).parents[2]
_REFUSED = re.compile(r"[A-Z][A-Z0-9_]+: \S.*\.( \S.*[.:])?")


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout."""
        return json.loads(self.out)

    @property
    def refusal(self) -> str:
        """The code of the one refusal it ended in: `code: words. remedy` on one line of stderr, and no traceback."""
        assert self.code == 1, self
        (line,) = self.err.strip().splitlines()
        assert _REFUSED.fullmatch(line), line
        return line.partition(":")[0]


KNOWN = {
    "CLERK_LANGUAGE": "en",
    "CLERK_USER": "clerk",
    "CLERK_PASSWORD": "practice",
    "CLERK_PASSPHRASE": "practice",
    "CLERK_KEY_STORE": "none",
}


def here(*arguments: str | Path, profile: Path | None = None, **environment: str) -> Said:
    """The same command inside this process: for the many ways in which one can be refused."""
    if profile is not None:
        environment["CLERK_PROFILE"] = str(profile)
    done = CliRunner().invoke(door, [str(one) for one in arguments], env=KNOWN | environment)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


def clerk(*arguments: str | Path, profile: Path | None = None, **environment: str) -> Said:
    """`clerk …` in English as the practice clerk, on `profile`."""
    known = KNOWN | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    if profile is not None:
        known["CLERK_PROFILE"] = str(profile)
    done = subprocess.run(
        [sys.executable, "-m", "clerk_app", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **known, **environment},
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Said(done.returncode, done.stdout, done.stderr)
