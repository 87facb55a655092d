"""Every kind of happening has its sentence in both languages, and says what it changed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import get_args
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clerk_app.desk.telling import in_order, told
from clerk_app.desk.telling_names import Known, Naming
from clerk_app.desk.telling_pages import page_changes
from clerk_app.desk.telling_parts import Told
from clerk_app.desk.telling_values import kind_of
from clerk_app.domain import dossier as happenings
from clerk_app.domain.arranging import assigned, moved, turned, without
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.dossier import (
    Dossier,
    Entry,
    ExceptionAsked,
    ExceptionDecided,
    FieldsEntered,
    Happening,
    Page,
    Printed,
    after,
    replay,
)
from clerk_app.domain.oversight import Looked
from clerk_app.domain.private import EVERYTHING, NOTHING, Mask, say
from clerk_app.domain.settling import Record
from clerk_app.wire import decode_entry
from tests.peers.pack import SPECIMENS, training_pack

AT = datetime(2026, 11, 28, 9, 30, tzinfo=HANOI)
NAMING = Naming(
    training_pack().as_of(AT.date()),
    {"supervisor": Known("supervisor", "Vũ Minh Châu", ("clerk", "supervisor"))},
)
EVERY = [
    decode_entry(line) for file in sorted(SPECIMENS.glob("entries_v*.jsonl")) for line in file.read_bytes().splitlines()
]
SECRETS = ("001090012345", "010167012345", "0912345678", "TRẦN MINH QUÂN", "Trần Minh Quan")
PAGES = tuple(Page(digit * 64, paper, 100, 200, 300, 1000) for digit, paper in zip("abcde", ["GKSK"] * 5, strict=True))


def words(one: Told, mask: Mask = NOTHING, language: str = "en") -> list[str]:
    said = [mask.shown(one.sentence).of(language)]
    for change in one.changes:
        parts = (change.label, mask.shown(change.before), mask.shown(change.after))
        said.append(" | ".join(part.of(language) for part in parts))
    return said


def of(what: Happening, *before: Happening, who: str = "clerk") -> list[str]:
    state = replay([Entry(uuid4(), UUID(int=1), one, who, AT) for one in before]) if before else Dossier(UUID(int=1))
    return words(told(what, state, who, NAMING))


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: type(entry.what).__name__)
def test_every_specimen_is_told(entry: Entry) -> None:
    """Alone, and as what comes after all the others."""
    every = [replace(one, dossier=entry.dossier) for one in EVERY]
    for before in (Dossier(entry.dossier), replay(every)):
        one = told(entry.what, before, entry.who, NAMING)
        for language in ("vi", "en"):
            for text in words(one, NOTHING, language):
                assert text.strip()
                assert not re.search(r"[{}]", text), text
        assert words(one, NOTHING, "vi") != words(one, NOTHING, "en")


def test_nothing_private_of_a_specimen_is_seen_through_a_full_mask() -> None:
    every = [Record(replace(one, dossier=UUID(int=1)), "Q04") for one in EVERY]
    said = in_order(every, "Q04", NAMING)
    mask = EVERYTHING.knowing(private for one in said.values() for private in one.privates())
    shown = "\n".join(text for one in said.values() for lang in ("vi", "en") for text in words(one, mask, lang))
    full = "\n".join(text for one in said.values() for text in words(one))
    for secret in SECRETS:
        assert secret in full
        assert secret not in shown


def test_a_field_from_what_it_held_to_what_it_holds() -> None:
    before = FieldsEntered({"applicant.phone": "0912345678", "case": "DOI_SAP_HET_HAN"}, "identity")
    now = FieldsEntered({"applicant.phone": "0987654321", "reason": "Sắp hết hạn"}, "application", "reason")
    sentence, phone, reason = of(now, before)
    assert sentence.startswith("entered in the step Application: ")
    assert phone.endswith("| 0912345678 | 0987654321")
    assert reason.endswith("| – | Sắp hết hạn")


def test_when_a_paper_was_received_is_told_in_words_and_is_nobodys_secret() -> None:
    now = FieldsEntered({"received_at": "2026-11-28T09:05:00+07:00"}, "application")
    sentence, change = of(now)
    assert sentence.endswith("Received on paper at")
    assert change == "Received on paper at | – | 09:05 · 28/11/2026"
    assert kind_of("received_at") is None
    assert of(FieldsEntered({"received_at": "hôm qua"}, "application"))[1].endswith("| hôm qua")


def test_who_granted_what_under_which_role_and_proof() -> None:
    asked = ExceptionAsked("SANCTIONS_UNKNOWN", "Mất mạng", 115_000, ("a" * 64,), 2)
    (sentence, state) = of(asked)
    called = "the exception “The state of sanctions could not be looked up” (SANCTIONS_UNKNOWN)"
    assert f"{called}: Mất mạng; about 115.000" in sentence
    assert sentence.endswith("1 sheets as evidence; 2 approvers needed")
    assert state == "State | – | waits for a decision"
    decided = ExceptionDecided("SANCTIONS_UNKNOWN", True, "Đồng ý", "case", uuid4(), "c" * 64, "spot", "totp")
    sentence, state = of(decided, asked, who="supervisor")
    assert f"granted {called} asked for by Vũ Minh Châu (supervisor), as Supervisor (today) (at" in sentence
    assert "(at the clerk's desk, password and one-time code, on what was shown, cccccccccccc…)" in sentence
    assert sentence.endswith(": Đồng ý (at “Case”)")
    assert state == "State | waits for a decision | granted"


def test_the_role_of_a_decision_is_that_of_then() -> None:
    asked = ExceptionAsked("SANCTIONS_UNKNOWN", "Mất mạng")
    then = ExceptionDecided("SANCTIONS_UNKNOWN", True, "Đồng ý", roles=("clerk", "supervisor"))
    assert ", as Supervisor: Đồng ý" in of(then, asked, who="somebody-who-left")[0]
    before = ExceptionDecided("SANCTIONS_UNKNOWN", True, "Đồng ý")
    assert ", as Supervisor: Đồng ý" in of(before, asked, who="somebody-who-left")[0], "whose roles nobody knows"
    assert ", as Supervisor (today): Đồng ý" in of(before, asked, who="supervisor")[0]


def test_an_exception_is_called_by_the_words_of_the_catalogue() -> None:
    waived = of(ExceptionAsked("PAPER_WAIVED:GKSK", "Mất giấy"))[0]
    assert "“" in waived
    assert waived.endswith("– Valid driver health certificate (PAPER_WAIVED): Mất giấy"), waived
    assert of(ExceptionAsked("NEWER_THAN_THIS", "x"))[0].endswith("the exception NEWER_THAN_THIS: x")


def test_which_copy_was_printed() -> None:
    assert "the original, 2 copies: completed" in of(Printed("M01", 1, 2, "completed"))[0]
    assert "reprint 2, 2 copies: failed (Jam)" in of(Printed("M01", 3, 2, "failed", "Jam"))[0]


def test_what_was_looked_at_and_for_what() -> None:
    assert of(Looked("values", "INSPECTION")) == [
        "looked at personal data without the mask; purpose: Inspection by a decision"
    ]
    assert of(Looked("x-ray", "WHIM")) == ["looked at x-ray; purpose: WHIM"]
    assert of(Looked("trail"))[0].endswith("; no purpose asked")


def test_what_was_done_to_pages() -> None:
    def changed(now: tuple[Page, ...]) -> list[str]:
        found = page_changes(PAGES, now, NAMING)
        return [" | ".join(words(Told(say("", ""), (one,)))[1:]) for one in found]

    assert changed(PAGES) == []
    assert changed(moved(PAGES, 4, 0)) == ["Page 1 | place 5 | place 1"], "the others only made room"
    assert changed(moved(PAGES, 0, 3)) == ["Page 4 | place 1 | place 4"]
    assert changed(turned(PAGES, {1}, 1)) == ["Page 2 | 0° | 90°"]
    (gone,) = changed(without(PAGES, {2}))
    assert gone.startswith("Page 3 | ")
    assert gone.endswith(" | taken out")
    (given,) = changed(assigned(PAGES, {0}, "GPLX_CU"))
    assert given.startswith("Page 1 | ")
    assert given.count("|") == 2


def test_what_does_not_count_is_told_and_changes_nothing() -> None:
    first = Entry(uuid4(), UUID(int=1), FieldsEntered({"applicant.phone": "0912345678"}, "identity"), "clerk", AT)
    refused = replace(first, id=uuid4(), what=FieldsEntered({"applicant.phone": "0900000000"}, "identity"))
    last = replace(first, id=uuid4(), what=FieldsEntered({"applicant.phone": "0911111111"}, "identity"))
    records = [Record(first, "Q04", 1), Record(refused, "Q05", 0, "FIELD_CONTRADICTED"), Record(last, "Q04", 2)]
    said = in_order(records, "Q04", NAMING)
    assert words(said[refused.id])[1].endswith("0912345678 | 0900000000")
    assert words(said[last.id])[1].endswith("0912345678 | 0911111111")


MOMENTS = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, HANOI))
st.register_type_strategy(datetime, MOMENTS)


@given(st.data())
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_anything_that_can_happen_is_told(data: st.DataObject) -> None:
    """Whatever is in it, after whatever happened before: a sentence, and its values survive as they are."""
    kinds = st.sampled_from(get_args(happenings.Happening)).flatmap(st.from_type)
    first, second = data.draw(kinds), data.draw(kinds)
    state = after(Dossier(UUID(int=1)), Entry(UUID(int=2), UUID(int=1), first, "clerk", AT))
    one = told(second, state, "clerk", NAMING)
    for language in ("vi", "en"):
        assert words(one, NOTHING, language)[0].strip()
        words(one, EVERYTHING.knowing(one.privates()), language)
