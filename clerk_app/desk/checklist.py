"""The item of a dossier's checklist that a verb about its pages names."""

from __future__ import annotations

from clerk_app.desk.counter import Counter
from clerk_app.desk.facts import decision_of
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.procedure import PaperNeeded
from clerk_app.domain.refusals import Refusal, Words


def needed_of(counter: Counter, state: Dossier, paper: str) -> PaperNeeded | None:
    """The item of this dossier's checklist; None for the empty code, a page nobody assigned yet."""
    if not paper:
        return None
    _, decision = decision_of(state, counter.clock(), counter.rules_of(state))
    for needed in decision.papers:
        if needed.code == paper:
            return needed
    raise Refusal(
        "PAPER_UNKNOWN",
        Words("Hồ sơ này không có mục giấy tờ đó.", "This dossier's checklist has no such item."),
        Words("Chọn một mục trong danh mục giấy tờ của hồ sơ.", "Choose an item of the dossier's checklist."),
    )
