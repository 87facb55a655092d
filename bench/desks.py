"""What the benches of the delivery share: servers in processes of their own, and a desk on the real store."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from clerk_app.desk.delivery import Delivery
from clerk_app.domain.calendar import HANOI
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import Uplink

_CENTRAL = """
import sys
from pathlib import Path
from clerk_app.central.server import serve
serve("127.0.0.1", 0, Path(sys.argv[1]), practice=True)
"""


def now() -> datetime:
    """The time at the desks."""
    return datetime.now(HANOI)


@contextmanager
def process(*arguments: str) -> Iterator[str]:
    """A Python server in a process of its own that prints {"listening": url}; its address."""
    server = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())["listening"]
    finally:
        server.terminate()
        server.wait(timeout=20)
        if server.stdout is not None:
            server.stdout.close()


@contextmanager
def central_process(room: Path) -> Iterator[str]:
    """A practice central in `room`; its address."""
    with process("-c", _CENTRAL, str(room / "central")) as url:
        yield url


@contextmanager
def raw_process(room: Path) -> Iterator[str]:
    """The raw floor; its address."""
    with process("-m", "bench.raw_central", str(room / "raw.db")) as url:
        yield url


@dataclass(frozen=True, slots=True)
class Desk:
    """One enrolled desk, with a clerk who signed in."""

    station: str
    uplink: Uplink
    journal: SealedJournal
    sheets: SheetStore
    delivery: Delivery
    database: Database

    def delivered(self) -> int:
        """Deliver everything that waits; bytes sent. Raises `RuntimeError` where anything is left or was refused."""
        report = self.delivery.once(lambda: False)
        outbox = self.journal.outbox()
        if outbox.waiting or outbox.waiting_sheets or outbox.refused:
            raise RuntimeError(f"{outbox.waiting} entries and {outbox.waiting_sheets} sheets wait: {report.problem}")
        return report.bytes_sent

    def close(self) -> None:
        self.uplink.close()
        self.database.close()


def open_desk(room: Path, central: str, line: str = "") -> Desk:
    """A new desk that has its numbers and has read what others did. `line` is the address it uses after enrolment."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from clerk_app.central.database import database_url, open_database
    from clerk_app.central.stations import new_code

    station = f"Q01-{secrets.token_hex(4)}"
    beside = open_database(database_url(room / "central"))
    code = new_code(beside, station, now()).code
    beside.close()
    seed = secrets.token_bytes(32)
    uplink = Uplink(central, seed)
    uplink.enrol(code)
    uplink.sign_in("clerk", "practice")
    if line:
        uplink.close()
        uplink = Uplink(line, seed, station, uplink.central_id)
    key = Ed25519PrivateKey.from_private_bytes(seed)
    store = Database(room / f"{station}.db", secrets.token_bytes(32))
    journal = SealedJournal(store, station, key.sign, key.public_key().public_bytes_raw())
    sheets = SheetStore(room / f"{station}-sheets", secrets.token_bytes(32), store, now)
    desk = Desk(station, uplink, journal, sheets, Delivery(journal, sheets, uplink, now), store)
    # Numbers are borrowed and what other stations did is pulled before any clock starts.
    desk.delivered()
    return desk
