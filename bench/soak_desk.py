"""The desk of soak in a process of its own: `python -m bench.soak_desk FOLDER CENTRAL DAYS DOSSIERS`.

It enrols with a code from standard input, works DAYS days without a line, DOSSIERS whole exchanges a day with scanned
pages, and prints one JSON line a day; then the line is back, and one more line tells how it was drained.
"""

from __future__ import annotations

import json
import re
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from bench.push_dossiers import exchange
from clerk_app.central.law import read_pack
from clerk_app.central.packs import catalogue_folder
from clerk_app.desk.counter import Counter
from clerk_app.desk.delivery import Delivery
from clerk_app.desk.ports import Station
from clerk_app.desk.queue import Queue
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import IdentityRead, Page, PagesArranged
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import Uplink
from clerk_app.wire import User

SHEETS, SHEET_BYTES = 2, 2_000
LOOKS = 15
_FAMILIES = ("NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "ĐẶNG", "BÙI", "ĐỖ", "HỒ", "NGÔ")
_MIDDLES = ("VĂN", "THỊ", "MINH", "ĐỨC", "NGỌC", "HỮU", "THU")
_GIVEN = (
    "AN",
    "BÌNH",
    "CHÂU",
    "DŨNG",
    "HÀ",
    "HẢI",
    "HƯƠNG",
    "LAN",
    "LONG",
    "MAI",
    "NAM",
    "QUÂN",
    "SƠN",
    "TRANG",
    "ĐẠT",
)


class Soaking:
    """One desk, its clock in the past, and what a day there is like."""

    def __init__(self, folder: Path, central: str, code: str, days: int, dossiers: int) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        seed = secrets.token_bytes(32)
        key = Ed25519PrivateKey.from_private_bytes(seed)
        self.uplink = Uplink(central, seed)
        enrolled = self.uplink.enrol(code)
        self.uplink.sign_in("clerk", "practice")
        self.now, self.offline = datetime.now(HANOI), True
        folder.mkdir(parents=True, exist_ok=True)
        self.store = Database(folder / "desk.db", secrets.token_bytes(32))
        self.journal = SealedJournal(self.store, enrolled.station, key.sign, key.public_key().public_bytes_raw())
        self.sheets = SheetStore(folder / "sheets", secrets.token_bytes(32), self.store, self.clock)
        self.pack = read_pack(catalogue_folder(), (), practice=True)
        offices = enrolled.office_name_vi, enrolled.office_name_en
        station = Station(
            enrolled.station, enrolled.counter, enrolled.office, *offices, enrolled.unit_code, True, central,
            enrolled.central_id,
        )  # fmt: skip
        clerk = User("clerk", "Nguyễn Thu Hà", ["clerk"], enrolled.office)
        self.queue = Queue(Counter(station, self.journal, self.sheets, self.pack, self.clock, clerk), tuple)
        self.delivery = Delivery(self.journal, self.sheets, self.uplink, self.clock)
        # Such an outage was prepared for: as many numbers as it needs, and a tenth more.
        for kind in ("dossier", "receipt"):
            self.journal.lend(self.uplink.lend(kind, days * dossiers * 11 // 10 + 1, uuid4()))
        self.announced: list[str] = []
        self.days, self.dossiers = days, dossiers
        self.dice = Random(420)

    def clock(self) -> datetime:
        return self.now if self.offline else datetime.now(HANOI)

    def day(self, number: int) -> dict[str, Any]:
        """Work one day; how quick the desk was in its evening, and how much it takes."""
        self.now = datetime.now(HANOI) - timedelta(days=self.days - number, seconds=self.dossiers)
        start = time.perf_counter()
        for _ in range(self.dossiers):
            self._citizen()
            self.now += timedelta(seconds=1)
            self._limits()
        worked_s = time.perf_counter() - start
        some = self.journal.find(limit=1)[0]
        return {
            "day": number + 1,
            "queue_ms": _median_ms(self.queue.today),
            "search_ms": _median_ms(
                lambda: self.queue.find(self.dice.choice(_FAMILIES)[:3] + " " + self.dice.choice(_GIVEN))
            ),
            "code_ms": _median_ms(lambda: self.queue.find(some.code)),
            "outbox_ms": _median_ms(self.queue.outbox),
            "take_ms": worked_s * 1000 / self.dossiers,
            "rss_mb": _memory_mb("VmRSS"),
            "peak_mb": _memory_mb("VmHWM"),
            "database_mb": self.store.path.stat().st_size / 1e6,
            "waiting": self.journal.outbox().waiting,
            "announced": self.announced,
        }

    def _citizen(self) -> None:
        dice = self.dice
        name = f"{dice.choice(_FAMILIES)} {dice.choice(_MIDDLES)} {dice.choice(_GIVEN)}"
        sheets = [self.sheets.put(dice.randbytes(SHEET_BYTES)) for _ in range(SHEETS)]
        done = exchange(self.journal, self.now, sheets[0])
        identity = done[1]
        assert isinstance(identity, IdentityRead)
        person = replace(identity.person, name=name, number=f"0010900{dice.randrange(10**5):05d}")
        done[1] = replace(identity, person=person)
        scanned = next(at for at, what in enumerate(done) if isinstance(what, PagesArranged))
        more = [Page(sheet, "", 10, 10, 300, SHEET_BYTES) for sheet in sheets[1:]]
        first = done[scanned]
        assert isinstance(first, PagesArranged)
        done[scanned] = replace(first, pages=(*first.pages, *more))
        dossier = uuid4()
        steps = [done[:2], done[2:4], done[4:scanned], done[scanned : scanned + 1], done[scanned + 1 : -2], done[-2:]]
        for step in steps:
            self.journal.append(dossier, step, "clerk", self.now)

    def _limits(self) -> None:
        """What the desk says about its limits, each once: for now how many of its numbers are used."""
        for state in self.journal.blocks():
            for share in (70, 90):
                said = f"{state.kind} numbers {share} %"
                if (state.size - state.left) * 100 >= share * state.size and said not in self.announced:
                    self.announced.append(said)

    def drain(self) -> dict[str, Any]:
        """The line is back: deliver everything; what the journal says afterwards."""
        self.offline = False
        waiting, start = self.journal.outbox(), time.perf_counter()
        reports = [self.delivery.once(lambda: False)]
        while reports[-1].state == "idle" and self.journal.outbox().waiting:
            reports.append(self.delivery.once(lambda: False))
        took_s = time.perf_counter() - start
        after, verified = self.journal.outbox(), self.journal.verify()
        last = reports[-1]
        return {
            "took_s": took_s,
            "entries": waiting.waiting,
            "sheets": waiting.waiting_sheets,
            "left": after.waiting + after.waiting_sheets,
            "refused": after.refused,
            "problems": list(verified.problems) + ([last.problem.code] if last.problem else []),
            "rss_mb": _memory_mb("VmRSS"),
            "peak_mb": _memory_mb("VmHWM"),
        }


def _median_ms(work: Callable[[], object]) -> float:
    times = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def _memory_mb(which: str) -> float:
    found = re.search(rf"{which}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


def main() -> None:
    """Work, and tell."""
    folder, central, days, dossiers = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    desk = Soaking(folder, central, sys.stdin.readline().strip(), days, dossiers)
    for number in range(days):
        print(json.dumps(desk.day(number)), flush=True)
    print(json.dumps(desk.drain()), flush=True)


if __name__ == "__main__":
    main()
