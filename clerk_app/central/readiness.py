"""Whether a process of central can work now: what a balancer asks before it sends anybody there."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from clerk_app.central.database import SCHEMA, Database, facts
from clerk_app.central.failures import described
from clerk_app.central.packs import PublishedPacks
from clerk_app.central.sheets import SheetStore
from clerk_app.domain.refusals import Refusal, Words

_LOG = logging.getLogger("quay.central")
_FRESH_S = 1.0


@dataclass(slots=True)
class Readiness:
    """Looks at most once a second, however often it is asked."""

    database: Database
    sheets: SheetStore
    packs: PublishedPacks
    _lock: Lock = field(default_factory=Lock, repr=False)
    _looked: float | None = field(default=None, repr=False)
    _found: Refusal | None = field(default=None, repr=False)

    def check(self) -> None:
        """Raises `Refusal`: READY_DATABASE, READY_SCHEMA, READY_SHEETS or READY_LAW, whatever is first."""
        with self._lock:
            if self._looked is None or monotonic() - self._looked >= _FRESH_S:
                self._found = self._look()
                self._looked = monotonic()
            if self._found is not None:
                raise self._found

    def _look(self) -> Refusal | None:
        try:
            with self.database.read() as connection:
                schema = connection.execute(select(facts.c.value).where(facts.c.name == "schema")).scalar()
            law = next(iter(self.packs.standing()), None)
        except (SQLAlchemyError, Refusal) as problem:
            _LOG.error("not ready: %s", described(problem))
            return _not_ready("DATABASE", Words("Cơ sở dữ liệu không trả lời.", "The database does not answer."))
        if schema != SCHEMA:
            words = Words("Cơ sở dữ liệu không đúng phiên bản.", "The database has the schema of another version.")
            return _not_ready("SCHEMA", words)
        try:
            self.sheets.check_writable()
        except (OSError, Refusal) as problem:
            _LOG.error("not ready: %s", described(problem))
            return _not_ready(
                "SHEETS", Words("Không ghi được vào kho trang.", "The store of sheets cannot be written.")
            )
        if law is None or self.packs.pack(law) is None:
            return _not_ready("LAW", Words("Chưa có danh mục pháp luật dùng được.", "There is no usable rule pack."))
        return None


def _not_ready(what: str, words: Words) -> Refusal:
    remedy = Words("Xem nhật ký của tiến trình này.", "Look into the log of this process.")
    return Refusal(f"READY_{what}", words, remedy)
