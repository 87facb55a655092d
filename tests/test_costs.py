"""What a guess at a password costs in earnest, and that what was kept at another price is read all the same."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal
from clerk_app.store import keys, schema
from clerk_app.store.database import Database
from clerk_app.store.known_users import KnownUsers
from clerk_app.wire import SignedIn, User

ROOT = Path(__file__).parents[1]
MORNING = datetime(2026, 11, 23, 8, 30, tzinfo=HANOI)
LAN = SignedIn(User("lan", "Nguyễn Thị Lan", ["clerk"], "PC08"), 7, MORNING)
IN_EARNEST = """
import json, sys
from datetime import datetime, UTC
from pathlib import Path
import sqlalchemy as sa
from clerk_app import wire
from clerk_app.central import people
from clerk_app.store import keys, schema
from clerk_app.store.database import Database
from clerk_app.store.known_users import KnownUsers

folder, now = Path(sys.argv[1]), datetime.now(UTC)
keys.create(folder, "a passphrase")
database = Database(folder / "desk.db", b"k" * 32)
users = KnownUsers(database)
users.remember(wire.SignedIn(wire.User("lan", "", ["clerk"], "PC08"), 7, now), "a password")
users.set_pin("lan", "905172", now)
with database.read() as connection:
    row = connection.execute(sa.select(schema.users)).one()
kept = [row.verifier.decode(), row.pin_verifier.decode(), people.verifier("a password")]
print(json.dumps([json.loads((folder / keys.FILE).read_text())["cost"], *kept]))
"""


def test_what_a_guess_costs(tmp_path: Path) -> None:
    run = [sys.executable, "-c", IN_EARNEST, str(tmp_path)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True)
    cost, password, pin, central = json.loads(done.stdout)
    assert cost == {"memory_kib": 65536, "passes": 3, "lanes": 4}, "RFC 9106, section 4, the second choice"
    assert password.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert pin.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert central.startswith("$argon2id$v=19$m=38912,t=2,p=1$")
    # What was made in earnest is read by a process that would make it cheaper.
    assert keys.COST["memory_kib"] < 65536
    keys.unwrap(tmp_path, "a passphrase")
    with pytest.raises(Refusal, match="KEY_WRONG"):
        keys.unwrap(tmp_path, "another")


def test_verifiers_from_before_they_said_their_cost_count(tmp_path: Path) -> None:
    database = Database(tmp_path / "desk.db", b"k" * 32)
    users = KnownUsers(database)
    users.remember(LAN, "a password")
    users.set_pin("lan", "905172", MORNING)

    def earlier(secret: bytes, salt: bytes) -> bytes:
        return Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=65536).derive(secret)

    with database.write() as connection:
        row = connection.execute(sa.select(schema.users)).one()
        former = {"verifier": earlier(b"a password", row.salt), "pin_verifier": earlier(b"905172", row.pin_salt)}
        connection.execute(schema.users.update(), former)
    assert users.check("lan", "a password", MORNING) == LAN
    assert users.check_pin("lan", "905172", MORNING).user == LAN.user
    with pytest.raises(Refusal, match="SIGN_IN_WRONG_PASSWORD"):
        users.check("lan", "another", MORNING)
    with pytest.raises(Refusal, match="PIN_WRONG"):
        users.check_pin("lan", "271905", MORNING)
    database.close()
