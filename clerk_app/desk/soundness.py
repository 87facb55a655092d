"""Whether what is kept at this desk is as it was written: a look right after the start, as a lamp and for `doctor`.

What shows in a moment is looked at here; `journal verify` reads everything and names each row.
"""

from __future__ import annotations

from collections.abc import Callable

from clerk_app.desk.ports import Journal
from clerk_app.desk.views import DoctorCheck, LampView
from clerk_app.domain.altered import Finding
from clerk_app.domain.refusals import Words

OLDER = "older_copy"
"""The fact under which stands since when central is known to have entries of this desk that are gone here."""


class Soundness:
    """What the seals of this desk's store say."""

    def __init__(self, look: Callable[[], tuple[Finding, ...]]) -> None:
        """`look` takes a few milliseconds, and raises nothing but `Refusal`."""
        self._look = look
        self._at_start: tuple[Finding, ...] | None = None

    def at_start(self) -> tuple[Finding, ...]:
        """What was found when it was asked first."""
        if self._at_start is None:
            self._at_start = self._look()
        return self._at_start

    def lamp(self) -> LampView | None:
        """A lamp only where something is wrong."""
        found = self.at_start()
        return LampView("seals", "trouble", _altered(found), _remedy(found)) if found else None

    def check(self) -> DoctorCheck:
        """As it is now."""
        found = self._look()
        if found:
            return DoctorCheck("seals", "fail", _altered(found), _remedy(found))
        whole = Words("Niêm phong dữ liệu còn nguyên", "The seals of the data hold")
        return DoctorCheck("seals", "ok", whole, Words("", ""))


def note_ahead(journal: Journal, ahead: bool, settled: bool, at: str) -> None:
    """Keep in mind that this store is an older copy, until central was heard and had nothing more of this desk."""
    known = journal.noted(OLDER)
    if ahead and not known:
        journal.note(OLDER, at)
    elif known and settled and not ahead:
        journal.note(OLDER, "")


def _altered(found: tuple[Finding, ...]) -> Words:
    first = found[0].words()
    more = f" (+{len(found) - 1})" if len(found) > 1 else ""
    return Words(f"Dữ liệu bị sửa ngoài Quầy: {first.vi}{more}", f"Changed outside Quầy: {first.en}{more}")


def _remedy(found: tuple[Finding, ...]) -> Words:
    if any(one.kind == "older" for one in found):
        return Words(
            "Ngừng nhận hồ sơ mới, báo cán bộ an toàn thông tin; lấy lại phần thiếu bằng: clerk desk salvage.",
            "Take no new dossiers and tell the security officer; get the rest back with: clerk desk salvage.",
        )
    return Words(
        "Báo cán bộ an toàn thông tin; xem chỗ bị sửa bằng: clerk journal verify; lập lại bằng: clerk desk salvage.",
        "Tell the security officer; clerk journal verify names each place, clerk desk salvage makes the store anew.",
    )
