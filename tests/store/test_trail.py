"""The trail in the store: asked by its indexes however long it is, paged without gaps, whatever zone wrote it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.desk.ports import TrailFound, TrailWanted
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import Discarded, Entry, FieldsEntered, Happening, Opened, TakenOver
from clerk_app.store import trail
from clerk_app.store.journal import SealedJournal, new_id
from clerk_app.store.rows import KEEP, row_of
from clerk_app.wire import Pulled, encode_entry, seal
from tests.store.conftest import MORNING, Store

TYPED = FieldsEntered(MappingProxyType({"applicant.number": "001090012345"}), "identity")


def write(journal: SealedJournal, *whos: str, at: datetime = MORNING, what: Happening = TYPED) -> UUID:
    dossier = new_id()
    for who in whos:
        journal.append(dossier, [what], who, at)
    return dossier


def whole(journal: SealedJournal, wanted: TrailWanted) -> list[TrailFound]:
    found, after = journal.trail(wanted)
    every = list(found)
    while after is not None:
        found, after = journal.trail(TrailWanted(wanted.dossiers, wanted.who, after=after, limit=wanted.limit))
        every += found
    return every


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=25), st.integers(1, 6))
def test_pages_are_the_whole_newest_first(store: Store, told: list[tuple[str, int]], limit: int) -> None:
    journal = store.journal(f"Q{new_id().hex[:8]}")
    mine = tuple(write(journal, who, at=MORNING + timedelta(seconds=late)) for who, late in told)
    for who in ((), ("a",), ("a", "b")):
        found = whole(journal, TrailWanted(mine, who, limit=limit))
        expected = [
            (late, place, dossier)
            for place, ((name, late), dossier) in enumerate(zip(told, mine, strict=True))
            if not who or name in who
        ]
        assert [one.record.entry.dossier for one in found] == [one[2] for one in sorted(expected, reverse=True)]
        assert journal.trail_count(TrailWanted(mine, who), 1000) == len(expected)


def test_a_day_is_hanois_whatever_zone_an_entry_was_written_in(store: Store) -> None:
    journal = store.journal()
    early = write(journal, "clerk", at=datetime(2026, 11, 23, 17, 30, tzinfo=UTC))
    late = write(journal, "clerk", at=datetime(2026, 11, 24, 23, 59, tzinfo=HANOI))
    write(journal, "clerk", at=datetime(2026, 11, 25, 0, 0, tzinfo=HANOI))
    day = TrailWanted(since=datetime(2026, 11, 24, tzinfo=HANOI), until=datetime(2026, 11, 25, tzinfo=HANOI))
    assert [one.record.entry.dossier for one in journal.trail(day)[0]] == [late, early]


def test_what_other_stations_did_stands_beside_with_their_seals(store: Store) -> None:
    journal = store.journal()
    own = write(journal, "clerk")
    entry = Entry(new_id(), new_id(), TYPED, "clerk2", MORNING + timedelta(hours=1))
    sealed = seal(encode_entry(entry), "Q09", 1, bytes(32), store.signer.sign)
    journal.received(Pulled([(7, sealed)], 7))
    other, mine = journal.trail(TrailWanted())[0]
    assert (other.record.station, other.record.number, other.n, other.digest) == ("Q09", 7, 1, sealed.digest)
    assert (mine.record.entry.dossier, mine.record.number) == (own, 0)
    assert [one.record.station for one in journal.trail(TrailWanted(station="Q09"))[0]] == ["Q09"]
    typed = journal.trail(TrailWanted(kinds=("FieldsEntered",), who=("clerk2",)))[0]
    assert [one.record.entry.who for one in typed] == ["clerk2"]
    assert journal.trail(TrailWanted(kinds=("Discarded",)))[0] == ()


def test_a_number_that_once_stood_there(store: Store) -> None:
    journal = store.journal()
    dossier = write(journal, "clerk")
    journal.append(dossier, [FieldsEntered(MappingProxyType({"applicant.number": "x"}), "identity")], "clerk", MORNING)
    write(journal, "clerk", what=Discarded("001090012345"))
    assert journal.mentioning("001090012345") == (dossier,)
    assert journal.mentioning("00109001234") == (), "no part of a number is one"


def test_an_unreadable_body_is_nobodys_and_stops_nothing(store: Store) -> None:
    journal = store.journal()
    dossier = write(journal, "clerk")
    entry = Entry(new_id(), dossier, TYPED, "clerk", MORNING)
    damaged = seal(b"{no json", "Q09", 1, bytes(32), store.signer.sign)
    with store.database.write() as connection:
        connection.exec_driver_sql(KEEP, row_of(entry, damaged))
    assert [one.record.entry.dossier for one in journal.trail(TrailWanted())[0]] == [dossier]
    assert len(journal.trail(TrailWanted(who=("clerk",)))[0]) == 1


def test_somebodys_own_is_what_they_did_and_what_they_opened_or_took_over(store: Store) -> None:
    journal = store.journal()
    opening = Opened("licence-exchange", "counter", "Q04-261123-0001", "PC08", "Q04", "2026.11.22", True)
    theirs = write(journal, "clerk", what=opening)
    journal.append(theirs, [TYPED], "clerk2", MORNING)
    other = write(journal, "clerk2", what=opening)
    journal.append(other, [TYPED], "clerk", MORNING)
    over = write(journal, "clerk2", what=opening)
    journal.append(over, [TakenOver("Q09", "clerk2", "x")], "clerk", MORNING)
    write(journal, "clerk2", what=opening)
    found = [(one.record.entry.dossier, one.record.entry.who) for one in journal.trail(TrailWanted(own="clerk"))[0]]
    assert sorted(found) == sorted(
        [(theirs, "clerk"), (theirs, "clerk2"), (other, "clerk"), (over, "clerk2"), (over, "clerk")]
    )
    assert journal.trail_count(TrailWanted(own="clerk"), 100) == 5
    assert journal.trail(TrailWanted(own="clerk3")) == ((), None)


def test_each_question_is_served_by_an_index(store: Store) -> None:
    """However long the journal is: no question sorts it, and none but the one for a number reads it."""
    journal = store.journal()
    write(journal, "clerk")
    asked: list[str] = []
    with store.database.read() as connection:
        real = connection.exec_driver_sql

        def explained(statement: str, values: tuple[object, ...]):  # type: ignore[no-untyped-def]
            asked.append(" ".join(str(row[3]) for row in real(f"EXPLAIN QUERY PLAN {statement}", values)))
            return real(statement, values)

        connection.exec_driver_sql = explained  # type: ignore[assignment, method-assign]
        for wanted in (
            TrailWanted(),
            TrailWanted(who=("clerk",)),
            TrailWanted(who=("clerk",), since=MORNING, after=(1, 1)),
            TrailWanted(since=MORNING, until=MORNING + timedelta(days=1)),
            TrailWanted(station="Q04", after=(1, 1)),
            TrailWanted(kinds=("Exported",)),
        ):
            trail.page(connection, wanted)
        trail.page(connection, TrailWanted(own="clerk"))
        plan = asked.pop()
        assert "entries_by_person" in plan
        assert "entries_of_dossier" in plan
        assert "SCAN entries" not in plan, plan
    for plan in asked:
        assert "TEMP B-TREE" not in plan, plan
        assert "entries_by_moment" in plan or "entries_by_person" in plan, plan
    assert "entries_by_person" in asked[1]
