from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.catalogue.facts import decision_to_json, facts_from_json, take_from_json
from clerk_app.domain.calendar import HANOI
from clerk_app.domain.procedure import decide
from clerk_app.domain.refusals import Refusal
from tests.peers.pack import training_pack

GOOD: dict[str, Any] = {
    "procedure": "licence-exchange",
    "case": "DOI_SAP_HET_HAN",
    "received_at": "2026-11-23T09:00+07:00",
    "channel": "counter",
    "applicant": {"born": "1990-08-14", "sex": "M", "nationality": "VNM"},
    "licences": [
        {
            "regime": "old",
            "class": "B2",
            "number": "010167012345",
            "issued": "2016-12-20",
            "expires": "2026-12-20",
            "status": "valid",
        }
    ],
    "wanted_class": "B",
    "identity_level": "chip",
    "sanctions": "clear",
}


def read(**changes: object) -> Any:
    return facts_from_json(json.dumps(GOOD | changes).encode())


def test_facts_are_read_as_written() -> None:
    facts = read()
    assert facts.received_at == datetime(2026, 11, 23, 9, tzinfo=HANOI)
    assert facts.licences[0].code == "B2"
    assert facts.licences[0].expires == date(2026, 12, 20)
    assert facts.applicant.sex == "M"


def test_what_is_left_out_is_never_taken_for_proven() -> None:
    least = {name: GOOD[name] for name in ("procedure", "case", "received_at", "licences")} | {"applicant": {}}
    facts = facts_from_json(json.dumps(least).encode())
    assert (facts.channel, facts.identity_level, facts.sanctions) == ("counter", "manual", "unknown")
    assert facts.applicant.born is None


def test_the_decision_has_the_promised_fields() -> None:
    facts = read()
    shown = decision_to_json(decide(facts, training_pack().as_of(facts.received_at.date())))
    promised = [
        *("allowed", "refusals", "new_classes", "papers", "fee_vnd", "due_at", "test", "valid_until"),
        *("exceptions_needed", "rules"),
    ]
    assert [name for name in shown if name in promised] == promised
    assert shown["new_classes"] == ["B", "C1"]
    assert shown["due_at"] == "2026-11-30T12:00:00+07:00"
    assert shown["valid_until"] == "2036-11-23"
    assert set(shown["papers"][0]) == {"code", "required", "because"}  # type: ignore[index]
    assert set(shown["rules"][0]) == {"basis", "verified"}  # type: ignore[index]
    json.dumps(shown)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"colour": 1}, "colour"),
        ({"applicant": {"name": "x"}}, "applicant.name"),
        ({"licences": [{"regime": "old", "class": "B2", "klass": "B"}]}, "licences[0].klass"),
        ({"reason": "x"}, "reason"),
    ],
)
def test_unknown_fields_are_refused_by_name(changes: dict[str, object], path: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(**changes)
    assert caught.value.code == "FACTS_UNKNOWN_FIELD"
    assert f"“{path}”" in caught.value.words.en


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"received_at": "2026-11-23T09:00"}, "received_at"),
        ({"received_at": "tomorrow"}, "received_at"),
        ({"received_at": "0001-01-01T00:00+07:00"}, "received_at"),
        ({"channel": "pigeon"}, "channel"),
        ({"case": None}, "case"),
        ({"applicant": []}, "applicant"),
        ({"applicant": {"born": "14/08/1990"}}, "applicant.born"),
        ({"applicant": {"sex": "X"}}, "applicant.sex"),
        ({"applicant": {"residence_abroad": "no"}}, "applicant.residence_abroad"),
        ({"licences": {}}, "licences"),
        ({"licences": ["B2"]}, "licences[0]"),
        ({"licences": [{"class": "B2"}]}, "licences[0].regime"),
        ({"licences": [{"regime": "old", "class": "B2", "points": True}]}, "licences[0].points"),
        ({"sanctions": "maybe"}, "sanctions"),
        ({"case": "\ud800"}, "case"),
    ],
)
def test_wrong_values_are_refused_with_their_place(changes: dict[str, object], path: str) -> None:
    with pytest.raises(Refusal) as caught:
        read(**changes)
    assert caught.value.code == "FACTS_WRONG"
    assert f"“{path}”" in caught.value.words.en


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"\xff", b'{"case": "a", "case": "b"}', b"[" * 100_000])
def test_what_is_no_json_object_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as caught:
        facts_from_json(data)
    assert caught.value.code == "FACTS_UNREADABLE"


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(Refusal):
        facts_from_json(data)


def test_a_dossier_to_take_has_further_fields() -> None:
    person = GOOD["applicant"] | {"number": "001090012345", "name": "TRẦN MINH QUÂN", "residence": "Hà Nội"}
    facts, further = take_from_json(json.dumps(GOOD | {"applicant": person, "reason": "mất điện"}).encode())
    assert facts == read()
    assert further == {
        "applicant.number": "001090012345",
        "applicant.name": "TRẦN MINH QUÂN",
        "applicant.residence": "Hà Nội",
        "applicant.phone": "",
        "reason": "mất điện",
    }


def test_each_line_of_the_decision_says_why_whether_that_is_sure_and_who_may_grant() -> None:
    facts = read(sanctions="unknown", received_at="2027-02-03T09:00+07:00")
    shown: dict[str, Any] = decision_to_json(decide(facts, training_pack().as_of(facts.received_at.date())), "en")
    assert shown["exceptions_needed"][0]["granted_by"] == "supervisor"
    assert {one["what"] for one in shown["reasons"]} >= {"case", "fee", "due", "valid_until", "class:B", "paper:GKSK"}
    fee = next(one for one in shown["reasons"] if one["what"] == "fee")
    assert fee == {
        "what": "fee",
        "rule": "fees:GPLX_ISSUE/any@2026-01-01",
        "because": "Fee for issue, exchange or re-issue of a licence (national, international): 115.000 đ",
        "basis": "TT 154/2025/TT-BTC (Annex)",
        "verified": "partial",
        "effective_from": "2026-01-01",
        "effective_to": None,
    }
    doubts = {one["rule"] for one in shown["doubts"]}
    assert {"holidays:2027-02-05", "limits:3.000347@2026-07-01", "settings:half_day_reading@2017-01-01"} <= doubts
    assert not any(one["verified"] == "yes" for one in shown["doubts"])


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"foreign": []}, "foreign"),
        ({"foreign": {"kind": "toy"}}, "foreign.kind"),
        ({"foreign": {"residence_months": 1000}}, "foreign.residence_months"),
        ({"force_majeure": "yes"}, "force_majeure"),
        ({"health": "well"}, "health"),
        ({"fraud_decided": "10/01/2024"}, "fraud_decided"),
    ],
)
def test_wrong_answers_to_what_some_cases_ask_are_refused_with_their_place(
    changes: dict[str, object], path: str
) -> None:
    with pytest.raises(Refusal) as caught:
        read(**changes)
    assert caught.value.code == "FACTS_WRONG"
    assert f"“{path}”" in caught.value.words.en
