"""A dossier from a file, by the same rules; what a file says of itself proves nothing at a real desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clerk_app.domain import dossier_codes
from clerk_app.domain.dossier import RegisterAnswered
from clerk_app.domain.evidence import PRACTICE_FILE
from clerk_app.domain.facts import facts_at
from clerk_app.domain.procedure import Applicant, Facts, Foreign
from clerk_app.domain.refusals import Refusal
from clerk_app.practice import specimens
from tests.desk import fakes
from tests.desk.conftest import MORNING, Desk

QUAN = specimens.specimen(1)
FACTS = Facts(
    procedure="licence-exchange",
    case="DOI_SAP_HET_HAN",
    received_at=MORNING - timedelta(hours=1),
    channel="counter",
    applicant=Applicant(QUAN.person.born, "M"),
    licences=(replace(QUAN.licences[0], status="valid"),),
    wanted_class="B",
    identity_level="chip",
    sanctions="clear",
)
FURTHER = {
    "applicant.number": QUAN.person.number,
    "applicant.name": QUAN.person.name,
    "applicant.residence": QUAN.person.residence,
    "applicant.phone": "0912345678",
    "reason": "Mất điện buổi sáng",
}


def _pages(desk: Desk, dossier: object) -> None:
    for paper in ("GKSK", "GPLX_CU", "ANH", "CC"):
        desk.papers.bring(dossier, paper, b"\xff\xd8 " + paper.encode())  # type: ignore[arg-type]


def test_in_training_the_file_stands_in_for_card_and_register(table: Desk) -> None:
    view = table.late_entry.take(FACTS, FURTHER)
    _pages(table, view.dossier)
    table.cashier.take(view.dossier, "cash", 115_000)
    view = table.intake.submit(view.dossier)
    assert (view.status, view.practice, view.receipt.findings) == ("submitted", True, ())
    submitted = table.state(view).submitted
    assert submitted is not None
    assert submitted.received_at == FACTS.received_at


def test_its_code_has_the_day_of_reception(table: Desk) -> None:
    yesterday = replace(FACTS, received_at=MORNING - timedelta(days=1))
    view = table.late_entry.take(yesterday, FURTHER)
    _pages(table, view.dossier)
    table.cashier.take(view.dossier, "cash", 115_000)
    table.intake.submit(view.dossier)
    code = dossier_codes.read(table.state(view).code)
    assert code is not None
    assert code.day == yesterday.received_at.date()


def test_at_a_real_desk_it_needs_the_chip_or_a_supervisor(live: Desk) -> None:
    live.central.line = False
    view = live.late_entry.take(FACTS, FURTHER)
    assert {one.code for one in view.application.exceptions} == {"IDENTITY_WEAK", "SANCTIONS_UNKNOWN"}
    assert live.state(view).evidence is None
    live.central.line = True
    live.late_entry.approve(view.dossier, "Đã đối chiếu", "supervisor", fakes.PASSWORD)
    view = live.intake.view(view.dossier)
    assert {one.state for one in view.application.exceptions} == {"granted"}
    _pages(live, view.dossier)
    live.cashier.take(view.dossier, "cash", 115_000)
    assert live.intake.submit(view.dossier).status == "submitted"


def test_nobody_approves_their_own_late_entry(live: Desk) -> None:
    live.as_user("supervisor")
    view = live.late_entry.take(FACTS, FURTHER)
    with pytest.raises(Refusal, match="FOUR_EYES"):
        live.late_entry.approve(view.dossier, "tự duyệt", "supervisor", fakes.PASSWORD)


def test_what_the_register_knows_counts_more_than_the_file(table: Desk) -> None:
    table.central.says = RegisterAnswered(True, QUAN.licences, "blocked", PRACTICE_FILE)
    view = table.late_entry.take(FACTS, FURTHER)
    assert view.identity.register.tone == "bad"
    assert view.application.refusals


def test_a_moment_in_the_future_opens_nothing(live: Desk) -> None:
    with pytest.raises(Refusal, match="RECEIVED_IN_FUTURE"):
        live.late_entry.take(replace(FACTS, received_at=MORNING + timedelta(days=1)), FURTHER)
    assert live.journal.find() == ()


def test_a_moment_before_any_outage_opens_nothing(live: Desk) -> None:
    with pytest.raises(Refusal, match="RECEIVED_LONG_AGO"):
        live.late_entry.take(replace(FACTS, received_at=MORNING - timedelta(days=61)), FURTHER)
    assert live.journal.find() == ()
    assert live.late_entry.take(replace(FACTS, received_at=MORNING - timedelta(days=59)), FURTHER).status == "draft"


def test_a_text_too_long_opens_nothing(table: Desk) -> None:
    with pytest.raises(Refusal, match="TEXT_TOO_LONG"):
        table.late_entry.take(FACTS, FURTHER | {"reason": "x" * 10_000})
    assert table.journal.find() == ()


def test_what_is_missing_is_named_and_the_draft_kept(table: Desk) -> None:
    view = table.late_entry.take(FACTS, FURTHER | {"applicant.name": ""})
    missing = [one.field for one in view.receipt.findings]
    assert missing[0] == "applicant.name"
    with pytest.raises(Refusal, match="DOSSIER_INCOMPLETE"):
        table.intake.submit(view.dossier)
    assert table.journal.dossier(view.dossier).status == "draft"
    assert table.intake.resume() is None, "a bulk entry is nobody's open dossier"


def test_two_licences_of_one_person(table: Desk) -> None:
    second = replace(QUAN.licences[1], status="valid")
    view = table.late_entry.take(replace(FACTS, licences=(FACTS.licences[0], second)), FURTHER)
    summary = {line.key: line.value.vi for line in view.summary}
    assert summary["class"].startswith("B2 + A1")


def test_what_only_some_cases_ask_is_kept_as_it_was_told(table: Desk) -> None:
    foreign = Foreign("national", altered=False, residence_months=12)
    person = replace(FACTS.applicant, nationality="FRA")
    told = replace(FACTS, case="DOI_NN", licences=(), applicant=person, foreign=foreign, represented=True)
    view = table.late_entry.take(told, FURTHER)
    read = facts_at(table.state(view), told.received_at, told.case, told.wanted_class)
    assert (read.foreign, read.represented, read.force_majeure) == (foreign, True, None)
    assert "FOREIGN_UNCHECKED" not in {one.code for one in view.application.exceptions}
    asked = {field.name for field in view.application.fields}
    assert {"foreign.kind", "foreign.altered", "foreign.residence_months"} <= asked
    assert "foreign.earned_abroad" not in asked, "that is asked of a Vietnamese citizen"


def test_what_the_certificate_concludes_is_taken_from_the_file_and_decided_on(table: Desk) -> None:
    view = table.late_entry.take(replace(FACTS, health="unfit"), FURTHER)
    assert table.state(view).text("health.conclusion") == "unfit"
    assert [one.words.en for one in view.application.refusals] == [
        "The health certificate concludes: not fit to drive this class."
    ]
    with pytest.raises(Refusal, match="DOSSIER_INCOMPLETE"):
        table.intake.submit(view.dossier)


def test_a_revocation_for_fraud_in_the_file_closes_every_case_in_training(table: Desk) -> None:
    unknown = {"applicant.number": "001090099999"}
    view = table.late_entry.take(replace(FACTS, fraud_decided=date(2024, 1, 10)), FURTHER | unknown)
    assert [one.words.en for one in view.application.refusals] == [
        "A licence was revoked for fraud (forged or altered): no new one for 5 years."
    ]
