"""The view is whole in every state: words in both languages, nothing personal in what a log would show."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest

from clerk_app.desk.evidence_view import moment
from clerk_app.desk.papers_view import size_words
from clerk_app.desk.views import IntakeView
from clerk_app.domain.dossier import STEPS, RegisterAnswered
from clerk_app.domain.licence import Holder
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.practice import specimens
from tests.desk import fakes
from tests.desk.conftest import MORNING, Desk

STATES = [
    "draft",
    "typed",
    "qr",
    "identified",
    "blocked",
    "silent",
    "altered",
    "differing",
    "applied",
    "asked",
    "paid",
    "accepted",
    "discarded",
]


def _view(desk: Desk, state: str) -> IntakeView:
    person = specimens.specimen(1).person
    match state:
        case "draft":
            dossier = desk.draft()
        case "typed":
            dossier = desk.draft()
            values = {"applicant.number": person.number, "applicant.name": person.name, "applicant.born": "1990-08-14"}
            licence = {"licence.number": "010167012345", "licence.class": "B2", "licence.regime": "old"}
            desk.intake.enter(dossier, values | licence, "identity", "licence.number")
        case "qr" | "asked" | "silent":
            dossier = desk.draft()
            desk.intake.take_qr(dossier, specimens.qr_text(person))
            desk.central.line = state != "silent"
            desk.intake.ask_register(dossier)
            if state == "asked":
                desk.exceptions.ask(dossier, "IDENTITY_WEAK", "Chip hỏng")
        case "identified":
            dossier = desk.identified(2)
        case "blocked":
            dossier = desk.identified(4)
        case "altered":
            dossier = desk.draft()
            desk.intake.take_qr(dossier, specimens.qr_text(person))
            forged = dataclasses.replace(person, name=specimens.specimen(2).person.name)
            desk.readers.says = fakes.reading(forged, desk.clock(), level="manual")
            desk.intake.read_card(dossier)
        case "differing":
            dossier = desk.identified()
            desk.central.says = RegisterAnswered(True, (), "clear", "CSGT", holder=Holder("Trần Văn Quang"))
            desk.intake.ask_register(dossier)
            with pytest.raises(Refusal):
                desk.intake.take_qr(dossier, specimens.qr_text(specimens.specimen(2).person))
        case "applied" | "paid":
            dossier = desk.applied()
            if state == "paid":
                desk.cashier.take(dossier, "cash", 500_000)
        case "accepted":
            dossier = desk.accepted()
            desk.receipts.print(dossier, "M01", lambda: False)
        case _:
            dossier = desk.identified()
            desk.intake.discard(dossier, "Công dân về")
    return desk.intake.view(dossier)


def _parts(value: object) -> Iterator[object]:
    yield value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for one in value:
            yield from _parts(one)


@pytest.mark.parametrize("state", STATES)
def test_words_are_never_empty(table: Desk, state: str) -> None:
    view = _view(table, state)
    said = [one for one in _parts(view) if isinstance(one, Words)]
    assert len(said) > 40
    assert [one for one in said if not one.vi.strip() or not one.en.strip()] == []
    assert [one for one in said if "{" in one.vi + one.en or "None" in one.vi + one.en] == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_can_be_checked(table: Desk, state: str, step: str) -> None:
    view = _view(table, state)
    checked = table.intake.check(view.dossier, step)  # type: ignore[arg-type]
    assert checked.status == view.status
    assert checked.receipt.findings == view.receipt.findings


@pytest.mark.parametrize("state", STATES)
def test_nothing_personal_in_what_a_log_would_show(table: Desk, state: str) -> None:
    view = _view(table, state)
    shown = " ".join(repr(one) for one in (view, table.state(view), *table.journal.entries(view.dossier)))
    shown += repr(table.queue.today()) + repr(table.journal.find()) + repr(table.readers)
    for specimen in specimens.people():
        person = specimen.person
        secrets = [person.number, person.name, person.name.title(), person.residence, specimen.phone, "0912345678"]
        secrets += [licence.number for licence in specimen.licences]
        secrets += [f"{person.born:%Y-%m-%d}", f"{person.born:%d/%m/%Y}", repr(person.born)]
        assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("state", ["accepted", "discarded"])
def test_a_closed_dossier_offers_nothing_to_change(table: Desk, state: str) -> None:
    view = _view(table, state)
    assert all(one.locked for one in (*view.identity.fields, *view.application.fields))
    assert not any(line.can_scan or line.can_mark for line in view.papers.lines)
    assert view.receipt.findings == ()


def test_an_accepted_dossier_lives_by_the_rules_and_words_of_its_day(table: Desk) -> None:
    before = _view(table, "accepted")
    table.time += timedelta(days=400)
    after = table.intake.view(before.dossier)
    assert (after.receipt.due, after.fee, after.papers) == (before.receipt.due, before.fee, before.papers)
    assert {line.key: line.value for line in after.summary} == {line.key: line.value for line in before.summary}


def test_a_licence_that_expires_soon_or_has_expired_says_so(table: Desk) -> None:
    view = _view(table, "identified")
    (row,) = view.identity.licences
    assert getattr(row.expires, "tone", "") == "warn"
    table.time += timedelta(days=100)
    (row,) = table.intake.view(view.dossier).identity.licences
    assert getattr(row.expires, "tone", "") == "bad"


def test_a_reading_tells_its_verdicts(table: Desk) -> None:
    view = _view(table, "identified")
    assert [(line.tone, line.sign) for line in view.identity.checks] == [("good", "✓")] * 7 + [("calm", "i")]
    table.readers.says = fakes.reading(specimens.specimen(1).person, table.clock(), level="manual")


def test_moments_and_sizes_as_people_write_them() -> None:
    assert moment(MORNING) == "08:30 · 23/11/2026"
    assert [size_words(size) for size in (0, 1, 310_400, 14_200_000)] == ["0 KB", "1 KB", "310 KB", "14,2 MB"]
