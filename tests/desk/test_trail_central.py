"""Looking for a person, and the trail taken out in full: accepted at central from who may, else refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.desk.trail_views import TrailSearch
from clerk_app.domain.oversight import Exported, Looked
from clerk_app.practice import specimens
from clerk_app.store.journal import new_id
from tests.peers.two_desks import Joined, Office

QUAN = specimens.specimen(1).person


class Two:
    """The clerk's desk Q01 and the supervisor's Q02."""

    def __init__(self, folder: Path, empty_store: Path) -> None:
        self.office = Office(folder / "central")
        self.first = Joined(folder / "first", self.office, "Q01", "clerk", empty_store)
        self.second = Joined(folder / "second", self.office, "Q02", "supervisor", empty_store)

    def meet(self) -> None:
        for joined in (self.first, self.second, self.first):
            joined.deliver()

    def close(self) -> None:
        self.first.close()
        self.second.close()
        self.office.close()


@pytest.fixture
def two(tmp_path: Path, _empty_store: Path) -> Iterator[Two]:
    made = Two(tmp_path, _empty_store)
    yield made
    made.close()


def test_what_the_supervisor_looked_for_and_took_out_stands_at_central_and_at_the_other_desk(two: Two) -> None:
    two.meet()
    dossier = two.first.desk.accepted()
    two.meet()
    trail, export = two.second.desk.trail, two.second.desk.trail_export
    page = trail.search(TrailSearch(person=QUAN.number), purpose="COMPLAINT")
    assert {line.dossier for line in page.lines} == {dossier}
    made = export.csv(TrailSearch(dossier=str(dossier)), "COMPLAINT", "vi", full=True)
    assert QUAN.number in made.data.decode()
    two.meet()
    assert two.second.refused() == []
    two.first.desk.as_user("supervisor")
    seen = two.first.desk.trail.search(TrailSearch(station="Q02"), None, 500).lines
    sentences = {line.sentence.en for line in seen}
    assert any("purpose: A complaint" in one and "about a citizen" in one for one in sentences), sentences
    assert any(one.startswith("Exported the trail without the mask as a CSV table") for one in sentences)
    assert any(one.startswith("Looked at personal data without the mask; purpose: A complaint") for one in sentences)
    assert not two.office.dossier(dossier).of_station
    assert [line.dossier for line in two.first.desk.journal.find()] == [dossier]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (Looked("person", "CONTROL"), "ROLE_MISSING"),
        (Exported("trail.full.csv", "0" * 64, "CONTROL", 3), "ROLE_MISSING"),
        (Exported("trail.csv", "0" * 64, "CONTROL", 3), "ROLE_MISSING"),
        (Looked("trail"), "DOSSIER_UNKNOWN"),
    ],
)
def test_central_takes_no_such_entry_from_whose_role_may_not(two: Two, what: Looked | Exported, code: str) -> None:
    joined = two.first
    joined.desk.journal.append(new_id(), [what], "clerk", joined.desk.clock())
    joined.deliver()
    assert joined.refused() == [code]
