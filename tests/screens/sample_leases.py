"""Whose an open dossier is, in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from clerk_app.desk.views import LeaseView
from clerk_app.domain.refusals import Words


@dataclass
class SampleLeases:
    """Whose the open dossier is, as a test says; `asked` lists what was asked for."""

    lease: LeaseView = field(default_factory=lambda: LeaseView("ours", Words("", "")))
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def hold(self, dossier: UUID) -> LeaseView:
        self.asked.append(("hold",))
        return self.lease

    def release(self, dossier: UUID) -> None:
        self.asked.append(("release",))

    def release_all(self) -> None:
        self.asked.append(("release_all",))

    def take_over(self, dossier: UUID, reason: str) -> LeaseView:
        self.asked.append(("take_over", reason))
        self.lease = LeaseView("ours", Words("", ""))
        return self.lease
