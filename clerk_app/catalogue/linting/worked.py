"""Worked examples: facts, a reception, fees to be added up or an amount, and what must come out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from clerk_app.catalogue import facts
from clerk_app.catalogue.linting.problems import Problem, at, refusal_as_problem
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.signing import PackRefusal
from clerk_app.catalogue.tables import Row
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.money import amount_in_words
from clerk_app.domain.procedure import decide
from clerk_app.domain.refusals import Refusal, Words

_MOST_HALF_DAYS = 400


def wrong_examples(pack: Pack) -> Iterator[Problem]:
    """Examples that do not come out, with everything that differs, and those that cannot be worked."""
    try:
        rows = pack.examples
    except PackRefusal as refusal:
        yield refusal_as_problem(refusal)
        return
    for row in rows:
        try:
            expected = row.cells.get("expect")
            if not isinstance(expected, dict):
                raise TypeError("expect")
            got = outcome(pack, row)
        except (Refusal, KeyError, TypeError, ValueError, ArithmeticError) as problem:
            said = problem.words if isinstance(problem, Refusal) else Words(str(problem)[:200], str(problem)[:200])
            yield at(row, "example", f"không chạy được: {said.vi}", f"cannot be worked: {said.en}")
            continue
        differs = [(key, got.get(key), value) for key, value in expected.items() if got.get(key) != value]
        if differs:
            vi = "; ".join(f"{key} là {is_!r}, mong đợi {wanted!r}" for key, is_, wanted in differs)
            en = "; ".join(f"{key} is {is_!r}, expected {wanted!r}" for key, is_, wanted in differs)
            yield at(row, "example", f"{vi}.", f"{en}.")


def outcome(pack: Pack, row: Row) -> Mapping[str, object]:
    """What comes out for an example by the rules of this pack.

    Raises `Refusal` (`FACTS_…`), or TypeError, ValueError, ArithmeticError where the example is none.
    """
    match row.cells:
        case {"amount": int(amount)}:
            return {"words": amount_in_words(amount)}
        case {"received": str(received), "half_days": int(half_days)} if 0 < half_days < _MOST_HALF_DAYS:
            at_ = datetime.fromisoformat(received)
            due = pack.as_of(at_.date()).calendar.due(at_, half_days, half_days * 4)
            return {"due_at": due.at.isoformat()}
        case {"fees": list(codes), "on": str(on)}:
            return {"sum_vnd": sum(_fee(pack, date.fromisoformat(on), str(code)) for code in codes)}
        case {"facts": dict(given)}:
            return _decided(pack, given)
        case _:
            raise TypeError("facts, received, fees or amount")


def _fee(pack: Pack, on: date, code: str) -> int:
    fee = pack.as_of(on).fee(code, "counter")
    if fee is None or fee.amount_vnd is None:
        raise ValueError(f"no fee {code}")
    return fee.amount_vnd


def _decided(pack: Pack, given: Mapping[str, object]) -> Mapping[str, object]:
    asked = {"procedure": "licence-exchange", "channel": "counter", "applicant": {}, **given}
    read = facts.facts_from_json(json.dumps(asked, default=date.isoformat).encode())
    decision = decide(read, pack.as_of(in_hanoi(read.received_at).date()))
    shown = facts.decision_to_json(decision)
    return shown | {
        "refusals": [one.code for one in decision.refusals],
        "exceptions_needed": [one.code for one in decision.exceptions_needed],
        "papers": [one.code for one in decision.papers if one.required],
        "optional_papers": [one.code for one in decision.papers if not one.required],
        "restrictions": [one.restriction.vi if one.restriction else "" for one in decision.new_classes],
        "doubtful": any(one.verified != "yes" for one in decision.new_classes),
        "warned": bool(decision.warnings),
    }
