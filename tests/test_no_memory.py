"""A computer that lacks the memory to check a password says so: in words, with a code, and guesses nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RUN = """
import re, resource, sys
from datetime import datetime, UTC
from pathlib import Path
from clerk_app import wire
from clerk_app.central import people
from clerk_app.central.database import open_database
from clerk_app.domain.refusals import Refusal
from clerk_app.store import keys
from clerk_app.store.database import Database
from clerk_app.store.known_users import KnownUsers

now, folder = datetime.now(UTC), Path(sys.argv[1])
central = open_database(f"sqlite:///{folder}/central.db", practice=True)
people.seed_practice(central)
users = KnownUsers(Database(folder / "desk.db", b"k" * 32))
known = wire.SignedIn(wire.User("clerk", "", ["clerk"], "PC08-HN"), 7, now)
users.remember(known, "practice")
keys.create(folder / "profile", "a passphrase")
asked = wire.SignInAsked("clerk", "practice")
works = {
    "central's sign-in": lambda: people.sign_in(central, asked, "Q01", "PC08-HN", now),
    "central's new user": lambda: people.add_user(central, "ha", "", ["clerk"], "PC08-HN", "a password"),
    "a desk's sign-in": lambda: users.check("clerk", "practice", now),
    "a desk that remembers": lambda: users.remember(known, "practice"),
    "a desk that opens": lambda: keys.unwrap(folder / "profile", "a passphrase"),
}
for work in list(works.values())[::2]:
    work()
held = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (held + 16 * 2**20, resource.RLIM_INFINITY))
for name, work in works.items():
    try:
        work()
    except Refusal as refusal:
        print(name, refusal.code, bool(refusal.words.vi and refusal.remedy.vi), sep=": ")
resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
users.check("clerk", "practice", now)
print("and again when there is memory")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a process is given less memory by its address space")
def test_whoever_lacks_the_memory_to_check_a_password_says_so(tmp_path: Path) -> None:
    run = [sys.executable, "-c", RUN, str(tmp_path)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.returncode) == (
        [
            "central's sign-in: CENTRAL_NO_MEMORY: True",
            "central's new user: CENTRAL_NO_MEMORY: True",
            "a desk's sign-in: DESK_NO_MEMORY: True",
            "a desk that remembers: DESK_NO_MEMORY: True",
            "a desk that opens: DESK_NO_MEMORY: True",
            "and again when there is memory",
        ],
        0,
    ), done.stderr
