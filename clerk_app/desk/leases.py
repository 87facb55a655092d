"""Who works on a dossier: asked of central while there is a line, so that two desks do not type into one dossier.

Without a line nobody is kept from anything: what two desks did is merged entry by entry when it comes to central.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from clerk_app.desk.counter import Counter
from clerk_app.desk.ports import Central
from clerk_app.desk.views import LeaseView
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import TakenOver
from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.wire import LeaseState

RENEW_S = 20.0
"""How often an open dossier says that it still is; central forgets it after three times that."""
_NOBODY = LeaseView("none", Words("", ""))
_READ_ONLY = Words(
    "Ở đây chỉ xem được. Muốn làm tiếp ở quầy này, tiếp quản và ghi lý do.",
    "It can only be looked at here. To go on at this desk, take it over with a reason.",
)
_TAKEN = Words(
    "Quầy đó vừa tiếp quản hồ sơ này. Những gì đã nhập ở đây vẫn được giữ và gửi đi.",
    "That desk has just taken this dossier over. What was entered here is kept and sent.",
)


class Leases:
    """The dossiers that are open here and the ones that another desk has. Every verb may wait for the line."""

    def __init__(self, counter: Counter, central: Central) -> None:
        self._counter = counter
        self._central = central
        self._known: dict[UUID, LeaseView] = {}
        self._had: set[UUID] = set()
        """Dossiers that were this desk's at some time since they were opened; a lost line does not make it forget."""

    def of(self, dossier: UUID) -> LeaseView:
        """As it was last heard; asks nobody."""
        return self._known.get(dossier, _NOBODY)

    def elsewhere(self, dossier: UUID) -> Words | None:
        """Who else has the dossier open, if somebody has."""
        lease = self.of(dossier)
        return lease.words if lease.state == "theirs" else None

    def hold(self, dossier: UUID) -> LeaseView:
        """Say that a draft is open here, or is still; whose it is then. Never raises for a lack of line."""
        who = self._counter.demand("dossier.find", dossier)
        state = self._counter.journal.dossier(dossier)
        if state.status != "draft" or not self._counter.may("dossier.take", state):
            return self._heard(dossier, lambda: self._central.lease(dossier))
        return self._heard(dossier, lambda: self._central.hold_lease(dossier, who.id))

    def look(self, dossier: UUID) -> LeaseView:
        """Whose the dossier is, without opening it."""
        self._counter.demand("dossier.find", dossier)
        return self._heard(dossier, lambda: self._central.lease(dossier))

    def take_over(self, dossier: UUID, reason: str) -> LeaseView:
        """Work on it although another desk has it open; the journal says who took it from whom, and why.

        Raises `Refusal` `REASON_MISSING`, and `CENTRAL_…` without a line: then there is nobody to take it from.
        """
        who = self._counter.demand("dossier.take_over", dossier)
        if not nfc(reason).strip():
            raise Refusal(
                "REASON_MISSING",
                Words("Cần ghi lý do tiếp quản hồ sơ.", "The reason for taking the dossier over is missing."),
                Words("Ghi ngắn gọn vì sao làm tiếp ở quầy này.", "Write shortly why it goes on at this desk."),
            )
        held = self._central.lease(dossier).holder
        if held is not None and held.station != self._counter.station.station:
            # The trace first: a dossier that changed hands without one would be worse than a trace of a try.
            self._counter.write(dossier, TakenOver(held.station, held.who, nfc(reason)[:500]), who=who.id)
        return self._said(dossier, self._central.hold_lease(dossier, who.id, take_over=True))

    def release(self, dossier: UUID) -> None:
        """It is not open here any more. Without a line central forgets it by itself."""
        if self.of(dossier).state == "ours":
            self._heard(dossier, lambda: self._central.release_lease(dossier))
        self._known.pop(dossier, None)
        self._had.discard(dossier)

    def release_all(self) -> None:
        """Nobody works here any more."""
        for dossier in tuple(self._known):
            self.release(dossier)

    def _heard(self, dossier: UUID, ask: Callable[[], LeaseState]) -> LeaseView:
        try:
            return self._said(dossier, ask())
        except Refusal:
            # No line, a central that is busy or older than leases: work goes on, and the merge decides.
            self._known[dossier] = _NOBODY
            return _NOBODY

    def _said(self, dossier: UUID, said: LeaseState) -> LeaseView:
        holder = said.holder
        if holder is None:
            view = _NOBODY
        elif holder.station == self._counter.station.station:
            self._had.add(dossier)
            view = LeaseView("ours", Words("", ""), station=holder.station, name=holder.name)
        else:
            since = f"{in_hanoi(holder.since):%H:%M}"
            words = Words(
                f"Quầy {holder.counter} · {holder.name} đang mở từ {since}",
                f"Desk {holder.counter} · {holder.name} has it open since {since}",
            )
            remedy = _TAKEN if dossier in self._had else _READ_ONLY
            view = LeaseView("theirs", words, remedy, holder.station, holder.name, since)
        self._known[dossier] = view
        return view
