"""The seeds by which accepted dossiers are drawn for a second look, as central published them to this desk."""

from __future__ import annotations

from datetime import date

from clerk_app.desk.ports import Journal
from clerk_app.domain.calendar import format_day
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.reviewing import SeedOfDay
from clerk_app.wire import Pulled

NOTE = "review_seed"
"""Where the journal keeps the newest seed: its day, and 64 hex digits."""
BROKEN = "review_seed_broken"
"""Where the journal keeps the day of a seed that did not belong to those before it."""


class Draws:
    """Takes in what central publishes, and believes a seed only where it leads to the one before it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._newest: SeedOfDay | None = None

    def heard(self, pulled: Pulled) -> None:
        """Central said something; where it published a newer seed, that is kept. Raises `Refusal` STORE_…."""
        told = _read(f"{pulled.draw.day} {pulled.draw.seed.hex()}") if pulled.draw is not None else None
        known = self.newest()
        if told is None or (known is not None and told.day <= known.day):
            return
        if known is not None and not told.follows(known):
            if self._journal.noted(BROKEN) != told.day.isoformat():
                self._journal.note(BROKEN, told.day.isoformat())
            return
        self._journal.note(NOTE, f"{told.day.isoformat()} {told.seed.hex()}")
        self._newest = told

    def newest(self) -> SeedOfDay | None:
        """The newest seed that this desk knows."""
        if self._newest is None:
            self._newest = _read(self._journal.noted(NOTE))
        return self._newest

    def seed(self, day: date) -> bytes | None:
        """The seed of a day; None while it is not known here."""
        newest = self.newest()
        return newest.on(day) if newest is not None else None

    def problem(self) -> Refusal | None:
        """Why dossiers cannot be drawn as they should; None where they can."""
        if broken := self._journal.noted(BROKEN):
            day = format_day(date.fromisoformat(broken))
            return Refusal(
                "REVIEW_SEED_BROKEN",
                Words(
                    f"Mã rút mẫu ngày {day} của trung tâm không nối với các mã trước.",
                    f"Central's seed of {day} does not belong to those before it.",
                ),
                Words(
                    "Báo cán bộ kỹ thuật: trung tâm có thể đã bị thay; hồ sơ của các ngày sau chưa được rút.",
                    "Tell the IT officer: central may have been replaced. Dossiers of later days are not drawn.",
                ),
            )
        if self.newest() is None:
            return Refusal(
                "REVIEW_SEED_UNKNOWN",
                Words("Máy này chưa nhận mã rút mẫu nào từ trung tâm.", "No seed has come from central yet."),
                Words("Nối mạng; trung tâm công bố mã của một ngày khi ngày đó đã hết.", "Put the desk on the line."),
            )
        return None


def _read(noted: str) -> SeedOfDay | None:
    day, _, seed = noted.partition(" ")
    try:
        found = SeedOfDay(date.fromisoformat(day), bytes.fromhex(seed))
    except ValueError:
        return None
    return found if len(found.seed) == 32 else None
