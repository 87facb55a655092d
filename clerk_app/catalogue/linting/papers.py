"""How papers are scanned, and from where they may be taken: of papers that are asked for, and each said once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from clerk_app.catalogue.linting.conditions import Candidates
from clerk_app.catalogue.linting.days import share_a_day
from clerk_app.catalogue.linting.problems import Problem, at
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.tables import Dated
from clerk_app.domain.rules import Profile, ReuseRow


def unasked_for(pack: Pack) -> Iterator[Problem]:
    """Profiles and sources of papers that no row asks for; keys and sources that stand twice."""
    yield from _without_paper(pack)
    yield from _keys(pack)
    yield from _reuses(pack)


def _without_paper(pack: Pack) -> Iterator[Problem]:
    rows: list[Dated[Profile] | Dated[ReuseRow]] = [*pack.tables.profiles, *pack.tables.reuses]
    for row in rows:
        name = row.value.paper
        if not any(paper.value.code == name and share_a_day(row, paper) for paper in pack.tables.papers):
            yield at(row, "name", f"không có giấy tờ “{name}”.", f"there is no paper “{name}”.")


def _keys(pack: Pack) -> Iterator[Problem]:
    """One key for two papers of one case: only one of them could be scanned by it."""
    for one, other in combinations(pack.tables.profiles, 2):
        if one.value.key and one.value.key == other.value.key and one.value.paper != other.value.paper:
            both = _cases(pack, one) & _cases(pack, other)
            if share_a_day(one, other) and both:
                case, key = min(both), one.value.key
                vi = f"phím {key} cũng của {one.value.paper} (trường hợp {case})."
                yield at(other, "overlap", vi, f"key {key} is also that of {one.value.paper} (case {case}).")


def _cases(pack: Pack, row: Dated[Profile]) -> frozenset[str]:
    """The cases that ask for a paper while its profile holds."""
    candidates = Candidates(pack)
    found: set[str] = set()
    for paper in pack.tables.papers:
        if paper.value.code == row.value.paper and share_a_day(row, paper):
            found |= candidates.cases(paper, paper.value.scope)
    return frozenset(found)


def _reuses(pack: Pack) -> Iterator[Problem]:
    """Two rows of one paper and source that a case could meet together: only the first would count."""
    candidates = Candidates(pack)
    for one, other in combinations(pack.tables.reuses, 2):
        same = (one.value.paper, one.value.source) == (other.value.paper, other.value.source) and one.key != other.key
        both = candidates.cases(one, one.value.scope) & candidates.cases(other, other.value.scope)
        if same and share_a_day(one, other) and both:
            place = f"{one.file}:{one.line}"
            vi = f"“{one.value.paper}” có hai dòng cho cùng nguồn và trường hợp (xem {place})."
            en = f"“{one.value.paper}” stands twice for one source and case, see {place}."
            yield at(other, "overlap", vi, en)
