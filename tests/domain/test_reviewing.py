"""The draw for a second look: reproducible, nobody's choice, and as large as its row says."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.domain.deciding import NOBODY, ExceptionState
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    Opened,
    ReviewState,
    Submitted,
    after,
    replay,
)
from clerk_app.domain.oversight import FindingAnswered, Looked, Reviewed
from clerk_app.domain.refusals import Refusal
from clerk_app.domain.reviewing import (
    WHOLE,
    SeedOfDay,
    check_answer,
    check_review,
    drawn,
    is_drawn,
    linked,
    open_findings,
    place_of,
    share_of,
    took_part,
)
from tests.peers.pack import training_pack

AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
SEED = hashlib.sha256(b"a day").digest()
seeds, ids = st.binary(min_size=32, max_size=32), st.uuids()


def accepted(clerk: str = "clerk", case: str = "DOI_SAP_HET_HAN", dossier: UUID | None = None) -> Dossier:
    named = dossier or uuid4()
    opened = Opened("licence-exchange", "counter", "Q04-261120-0001", "PC08-HN", "Q04", "2026.11.22")
    due = AT + timedelta(days=5)
    done = Submitted("G01-1", AT, due, "B", case, 135_000, ())
    return replay([Entry(uuid4(), named, what, clerk, AT) for what in (opened, done)])


@given(seed=seeds, dossier=ids, share=st.integers(0, WHOLE))
def test_the_draw_is_a_function_of_seed_and_id_and_grows_with_the_share(seed: bytes, dossier: UUID, share: int) -> None:
    assert drawn(seed, dossier, share) == drawn(bytes(seed), UUID(bytes=dossier.bytes), share)
    assert 0 <= place_of(seed, dossier) < WHOLE
    assert not drawn(seed, dossier, 0)
    assert drawn(seed, dossier, WHOLE)
    if drawn(seed, dossier, share):
        assert all(drawn(seed, dossier, more) for more in (share, min(share + 1, WHOLE), WHOLE))


def test_known_places() -> None:
    """By another hand: int(HMAC-SHA256(seed, id)[:8]) * 10000 >> 64, worked out with openssl and bc."""
    assert place_of(bytes(32), UUID(int=0)) == 5204
    assert place_of(b"\xff" * 32, UUID(int=1)) == 3723


@pytest.mark.parametrize("share", [100, 500, 2000])
def test_the_share_is_met(share: int) -> None:
    """Of 40 000 dossiers so many are drawn, within four standard deviations of the binomial."""
    count = 40_000
    found = sum(drawn(SEED, UUID(int=number * 0x9E3779B97F4A7C15 % 2**128), share) for number in range(count))
    expected, p = count * share / WHOLE, share / WHOLE
    assert abs(found - expected) < 4 * (count * p * (1 - p)) ** 0.5


def test_another_days_seed_draws_others() -> None:
    those = [UUID(int=number) for number in range(2000)]
    first = {one for one in those if drawn(SEED, one, 500)}
    second = {one for one in those if drawn(linked(SEED, 1), one, 500)}
    assert first
    assert second
    assert len(first & second) < min(len(first), len(second)) / 2


@given(seed=seeds, back=st.integers(0, 60), more=st.integers(1, 60))
def test_a_seed_gives_every_earlier_one_and_no_later_one(seed: bytes, back: int, more: int) -> None:
    newest = SeedOfDay(date(2026, 11, 20), seed)
    earlier = SeedOfDay(newest.day - timedelta(days=back), linked(seed, back))
    assert newest.on(earlier.day) == earlier.seed
    assert newest.follows(earlier)
    assert newest.on(newest.day + timedelta(days=more)) is None
    assert not earlier.follows(SeedOfDay(newest.day + timedelta(days=more), seed))


@given(seed=seeds, other=seeds, back=st.integers(0, 30))
def test_a_seed_of_another_chain_does_not_follow(seed: bytes, other: bytes, back: int) -> None:
    known = SeedOfDay(date(2026, 11, 1), linked(seed, back))
    new = SeedOfDay(known.day + timedelta(days=back), other)
    assert new.follows(known) == (linked(other, back) == known.seed)


def test_the_share_is_the_largest_of_the_rows_and_ordinary_means_without_an_exception() -> None:
    rules = training_pack().as_of(date(2026, 11, 20))
    ordinary, foreign = accepted(), accepted(case="DOI_NN")
    assert (share_of(ordinary, rules), share_of(foreign, rules)) == (500, 2000)
    decided = ExceptionState("IDENTITY_WEAK", "x", "clerk", "supervisor", True, decided_at=AT)
    asked = MappingProxyType({"IDENTITY_WEAK": decided})
    assert share_of(replace(ordinary, exceptions=asked), rules) == 0
    assert share_of(replace(foreign, exceptions=asked), rules) == 2000
    assert share_of(Dossier(uuid4()), rules) == 0


def test_nobody_gets_out_of_the_draw_by_asking() -> None:
    """Once its day is over it is known who is drawn: what is asked or decided then changes nothing, nor does a request
    that nobody decided."""
    rules = training_pack().as_of(date(2026, 11, 20))
    before = accepted()
    asks = Entry(uuid4(), before.id, ExceptionAsked("REFUND", "x", 1000), "clerk", AT + timedelta(days=1))
    asked = after(before, asks)
    refused = ExceptionDecided("REFUND", False, request=asks.id)
    decided = after(asked, Entry(uuid4(), before.id, refused, "supervisor", AT + timedelta(days=1)))
    open_one = ExceptionState("IDENTITY_WEAK", "x", "clerk", asked_at=AT)
    waiting = replace(before, exceptions=MappingProxyType({"IDENTITY_WEAK": open_one}))
    assert decided.exceptions["REFUND"].granted is False
    assert [share_of(one, rules) for one in (before, asked, decided, waiting)] == [500] * 4


def test_nobody_knows_whether_it_is_drawn_before_the_day_is_over() -> None:
    rules = training_pack().as_of(date(2026, 11, 20))
    dossier = accepted()
    assert is_drawn(dossier, rules, lambda day: None) is None
    found = {is_drawn(accepted(), rules, SeedOfDay(date(2026, 11, 20), SEED).on) for _ in range(400)}
    assert found == {True, False}
    assert is_drawn(Dossier(uuid4()), rules, lambda day: SEED) is False


def one_drawn(seed: bytes = SEED, yes: bool = True) -> Dossier:
    return next(one for one in iter(accepted, None) if drawn(seed, one.id, 500) is yes)


def code(dossier: Dossier, said: Reviewed, who: str, persons: Mapping[str, str] = NOBODY) -> str:
    rules = training_pack().as_of(date(2026, 11, 20))
    try:
        check_review(dossier, said, who, rules, lambda day: SEED, persons)
    except Refusal as refusal:
        return refusal.code
    return ""


def test_who_may_say_what_of_which_dossier() -> None:
    dossier, finding = one_drawn(), Reviewed("finding", "NHAP_SAI", "Ngày cấp khác bản gốc", "licence.issued")
    assert code(dossier, Reviewed("sound"), "supervisor") == ""
    assert code(dossier, finding, "supervisor") == ""
    assert code(dossier, Reviewed("sound"), "clerk") == "FOUR_EYES"
    twice = {"clerk": "034", "clerk.b": "034"}
    assert code(dossier, Reviewed("sound"), "clerk.b", twice) == "FOUR_EYES", "one person, two accounts"
    assert code(one_drawn(yes=False), Reviewed("sound"), "supervisor") == "REVIEW_NOT_DRAWN"
    assert code(dossier, Reviewed("finding", "NO_SUCH", "x"), "supervisor") == "REVIEW_CAUSE"
    assert code(dossier, Reviewed("finding", "NHAP_SAI", " "), "supervisor") == "REVIEW_COMMENT"
    assert code(Dossier(dossier.id), Reviewed("sound"), "supervisor") == "REVIEW_EARLY"


def with_looks(dossier: Dossier, *looks: tuple[Reviewed | FindingAnswered | Looked, str]) -> tuple[Dossier, list[UUID]]:
    made = []
    for what, who in looks:
        entry = Entry(uuid4(), dossier.id, what, who, AT + timedelta(days=1))
        made.append(entry.id)
        dossier = after(dossier, entry)
    return dossier, made


def test_a_second_look_is_taken_once_by_each_and_looking_is_no_part_in_the_work() -> None:
    dossier, _ = with_looks(one_drawn(), (Looked("pages"), "supervisor2"), (Reviewed("sound"), "supervisor"))
    assert code(dossier, Reviewed("sound"), "supervisor") == "REVIEW_TWICE"
    assert code(dossier, Reviewed("sound"), "supervisor2") == ""
    assert not took_part(dossier, "supervisor2")
    assert dossier.reviews[0].who == "supervisor"


def test_a_finding_is_answered_once_by_who_did_the_work() -> None:
    said = Reviewed("finding", "LE_PHI", "Thu thiếu")
    dossier, (look,) = with_looks(one_drawn(), (said, "supervisor"))

    def refused(review: UUID, answer: str, who: str) -> str:
        try:
            check_answer(dossier, FindingAnswered(review, answer), who)
        except Refusal as refusal:
            return refusal.code
        return ""

    assert [one.entry for one in open_findings(dossier)] == [look]
    assert refused(look, "Đã hoàn phí", "clerk") == ""
    assert refused(look, "  ", "clerk") == "ANSWER_MISSING"
    assert refused(look, "x", "supervisor") == "FINDING_OF_OTHERS"
    assert refused(uuid4(), "x", "clerk") == "FINDING_UNKNOWN"
    dossier, _ = with_looks(dossier, (FindingAnswered(look, "Đã hoàn phí"), "clerk"))
    assert refused(look, "Lần hai", "clerk") == "FINDING_ANSWERED"
    dossier, _ = with_looks(dossier, (FindingAnswered(look, "Lần hai"), "clerk"))
    assert dossier.reviews == (
        ReviewState(look, "supervisor", AT + timedelta(days=1), *_finding(said), "Đã hoàn phí", "clerk"),
    )
    assert open_findings(dossier) == ()


def _finding(said: Reviewed) -> tuple[str, str, str, str]:
    return said.result, said.cause, said.comment, said.field
