"""One desk as a process: the encrypted store, the journal, delivery and the uplink as they are, told what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from time import time
from typing import Any
from uuid import UUID

import jwt  # noqa: F401 - imported late by the program, and here before the first fork
import requests  # noqa: F401
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clerk_app import uplink as uplink_room
from clerk_app.catalogue.pack import Pack
from clerk_app.desk.delivery import Delivery
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.refusals import Refusal
from clerk_app.store.database import Database
from clerk_app.store.journal import SealedJournal
from clerk_app.store.sheets import SheetStore
from clerk_app.uplink import Uplink
from tests.outages.work import Clerks
from tests.peers.pack import training_pack

KEY = b"k" * 32
SHEETS_KEY = b"s" * 32
TIMEOUT_S = 10.0


@dataclass
class Room:
    """The store of one desk, opened by its process or, when all is over, by whoever counts."""

    folder: Path
    station: str
    seed: bytes
    clock: Callable[[], datetime]

    def __post_init__(self) -> None:
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.database = Database(self.folder / "desk.db", KEY)
        self.journal = SealedJournal(self.database, self.station, key.sign, key.public_key().public_bytes_raw())
        self.sheets = SheetStore(self.folder / "sheets", SHEETS_KEY, self.database, self.clock)


class Desk:
    """What its process does with the orders it gets. What the store said it has is told at once."""

    def __init__(self, line: Connection, about: dict[str, Any]) -> None:
        self._line = line
        self._ahead = timedelta(seconds=about["ahead_s"])
        uplink_room.time = lambda: time() + self._ahead.total_seconds()  # type: ignore[attr-defined]
        self.room = Room(Path(about["folder"]), about["station"], bytes.fromhex(about["seed"]), self.clock)
        self.room.journal.subscribe(self._changed)
        self._told = self._last_n()
        uplink = Uplink(about["url"], self.room.seed, about["station"], about["central_id"], timeout_s=TIMEOUT_S)
        self.delivery = Delivery(self.room.journal, self.room.sheets, uplink, self.clock)
        self.clerks = Clerks(
            about["station"], about["everybody"], self.room.journal, self.room.sheets, self.clock, _PACK, self._kept
        )

    def clock(self) -> datetime:
        return datetime.now(HANOI) + self._ahead

    def _last_n(self) -> int:
        with self.room.database.read() as connection:
            found = connection.exec_driver_sql("SELECT max(n) FROM entries WHERE station = ?", (self.room.station,))
            return int(found.scalar() or 0)

    def _changed(self, _dossiers: frozenset[UUID]) -> None:
        """After the transaction: whatever is in the journal now must be there for ever."""
        with self.room.database.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT n, digest FROM entries WHERE station = ? AND n > ? ORDER BY n", (self.room.station, self._told)
            ).all()
        if rows:
            self._told = rows[-1][0]
            self._kept([row[1] for row in rows], [])

    def _kept(self, digests: list[bytes], sheets: list[str]) -> None:
        self._line.send(("kept", digests, sheets))

    def work(self, seed: str, steps: int) -> str:
        dice, done = Random(seed), []
        for _ in range(steps):
            try:
                done.append(self.clerks.step(dice))
            except Refusal as refusal:
                done.append(refusal.code)
        return ", ".join(done)

    def deliver(self) -> dict[str, Any]:
        try:
            report = self.delivery.once(lambda: False)
        except Refusal as refusal:
            return {"state": "store", "problem": refusal.code}
        outbox = self.room.journal.outbox()
        return {
            "state": report.state,
            "problem": report.problem.code if report.problem else "",
            "moved": report.accepted + report.refused + report.sheets + report.pulled,
            "waiting": outbox.waiting + outbox.waiting_sheets,
        }

    def set_clock(self, ahead_s: float) -> str:
        self._ahead = timedelta(seconds=ahead_s)
        return "set"


_PACK: Pack = training_pack()


def main(line: Connection, about: str) -> None:
    """Open the desk, say so, and do what is asked until the other side is gone."""
    try:
        desk = Desk(line, json.loads(about))
    except Refusal as refusal:
        line.send(("closed", refusal.code))
        return
    line.send(("open", ""))
    while True:
        order, *arguments = line.recv()
        line.send(("did", getattr(desk, order)(*arguments)))
