"""FACTS.json and the decision as JSON: the public interface of `catalogue decide` and `dossier take`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar, get_args

from clerk_app.domain.asked import ForeignKind
from clerk_app.domain.decision import Why
from clerk_app.domain.dossier import Channel
from clerk_app.domain.evidence import Level
from clerk_app.domain.licence import Licence, LicenceStatus, Regime, Sanctions
from clerk_app.domain.people import Sex, nfc
from clerk_app.domain.procedure import Applicant, Decision, Facts, Foreign
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.registers import Health
from clerk_app.domain.rules import Rule

L = TypeVar("L", bound=str)

MAX_BYTES = 1024 * 1024
MAX_LICENCES = 50
_YEARS = range(1900, 2201)
_TOP = ("procedure", "case", "received_at", "channel", "applicant", "licences", "wanted_class", "identity_level")
_OVERSEEN = ("data_differs", "late_days", "health_concluded", "clerk_supervised")
_FACTS = (*_TOP, "sanctions", "force_majeure", "represented", "fraud_decided", "foreign", "health", *_OVERSEEN)
_APPLICANT = ("born", "sex", "nationality", "residence_abroad")
_LICENCE = (
    "regime",
    "class",
    "number",
    "issued",
    "expires",
    "status",
    "issuer",
    "points",
    "sanction",
    "restriction",
    "fraud_decided",
)
_FOREIGN = ("kind", "altered", "earned_abroad", "residence_months")
_TAKE_APPLICANT = ("number", "name", "residence", "phone")


def facts_from_json(data: bytes) -> Facts:
    """The facts in `data`, UTF-8 JSON. Raises `Refusal`: `FACTS_UNREADABLE`, `FACTS_UNKNOWN_FIELD`, `FACTS_WRONG`."""
    top = _Object(_parsed(data), "")
    top.only(_FACTS)
    return _facts(top, _APPLICANT)


def take_from_json(data: bytes) -> tuple[Facts, dict[str, str]]:
    """The facts of `dossier take`, and its further fields by their names in the form (`applicant.number`, `reason`).

    Raises `Refusal` as `facts_from_json`.
    """
    top = _Object(_parsed(data), "")
    top.only((*_FACTS, "reason"))
    facts = _facts(top, (*_APPLICANT, *_TAKE_APPLICANT))
    applicant = top.object("applicant")
    further = {f"applicant.{name}": applicant.text(name, "") for name in _TAKE_APPLICANT}
    return facts, further | {"reason": top.text("reason", "")}


def decision_to_json(decision: Decision, language: str = "vi") -> dict[str, object]:
    """The decision as `catalogue decide` prints it; words in `language`."""
    return {
        "allowed": decision.allowed,
        "refusals": [
            {"code": one.code, "words": one.words.of(language), "basis": one.basis} for one in decision.refusals
        ],
        "new_classes": [one.code for one in decision.new_classes],
        "papers": [
            {"code": one.code, "required": one.required, "because": one.because.of(language)} for one in decision.papers
        ],
        "fee_vnd": decision.fee_vnd,
        "due_at": decision.due_at.isoformat(),
        "test": decision.test,
        "valid_until": decision.valid_until.isoformat() if decision.valid_until else None,
        "exceptions_needed": [
            {
                "code": one.code,
                "words": one.words.of(language),
                "granted_by": " ".join(one.granted_by),
                "approvers": one.approvers,
            }
            for one in decision.exceptions_needed
        ],
        "rules": [{"basis": one.basis, "verified": one.verified} for one in decision.rules],
        "warnings": [one.of(language) for one in decision.warnings],
        "restrictions": {
            one.code: one.restriction.of(language) for one in decision.new_classes if one.restriction is not None
        },
        "reasons": [_why(one, language) for one in decision.reasons],
        "doubts": [_rule(one, language) for one in decision.doubts],
        "permit_number": decision.permit_number,
        "open_ended": decision.valid_until is None,
    }


def _why(one: Why, language: str) -> dict[str, object]:
    return {"what": one.what, **_rule(one.rule, language)}


def _rule(rule: Rule, language: str) -> dict[str, object]:
    return {
        "rule": rule.id,
        "because": rule.because.of(language),
        "basis": rule.basis,
        "verified": rule.verified,
        "effective_from": rule.since.isoformat() if rule.since else None,
        "effective_to": rule.until.isoformat() if rule.until else None,
    }


def _facts(top: _Object, applicant_fields: tuple[str, ...]) -> Facts:
    person = top.object("applicant")
    person.only(applicant_fields)
    sex = person.text("sex", "")
    return Facts(
        procedure=top.text("procedure"),
        case=top.text("case"),
        received_at=top.moment("received_at"),
        channel=top.choice("channel", get_args(Channel), "counter"),
        applicant=Applicant(
            born=person.day("born"),
            sex=person.choice("sex", get_args(Sex)) if sex else None,
            nationality=person.text("nationality", "VNM"),
            residence_abroad=person.flag("residence_abroad"),
        ),
        licences=tuple(_licence(one) for one in top.objects("licences")),
        wanted_class=top.text("wanted_class", ""),
        identity_level=top.choice("identity_level", get_args(Level), "manual"),
        sanctions=top.choice("sanctions", get_args(Sanctions), "unknown"),
        force_majeure=top.maybe("force_majeure"),
        represented=top.maybe("represented"),
        fraud_decided=top.day("fraud_decided"),
        foreign=_foreign(top.object("foreign")) if top.has("foreign") else Foreign(),
        health=top.choice("health", get_args(Health), "unknown"),
        data_differs=top.flag("data_differs"),
        late_days=top.whole("late_days", 10_000) or 0,
        health_concluded=top.day("health_concluded"),
        clerk_supervised=top.flag("clerk_supervised"),
    )


def _foreign(one: _Object) -> Foreign:
    one.only(_FOREIGN)
    return Foreign(
        kind=one.choice("kind", get_args(ForeignKind)) if one.has("kind") else None,
        altered=one.maybe("altered"),
        earned_abroad=one.maybe("earned_abroad"),
        residence_months=one.whole("residence_months", 999),
    )


def _licence(one: _Object) -> Licence:
    one.only(_LICENCE)
    return Licence(
        regime=one.choice("regime", get_args(Regime)),
        code=one.text("class"),
        number=one.text("number", ""),
        issued=one.day("issued"),
        expires=one.day("expires"),
        status=one.choice("status", get_args(LicenceStatus), "unknown"),
        issuer=one.text("issuer", ""),
        points=one.whole("points"),
        sanction=one.text("sanction", ""),
        restriction=one.text("restriction", ""),
        fraud_decided=one.day("fraud_decided"),
    )


def _refused(code: str, vi: str, en: str) -> Refusal:
    remedy = Words("Sửa tệp theo mẫu FACTS.json rồi thử lại.", "Correct the file after the pattern of FACTS.json.")
    return Refusal(code, Words(vi, en), remedy)


def _parsed(data: bytes) -> Mapping[str, object]:
    try:
        if len(data) > MAX_BYTES:
            raise ValueError("size")
        value: object = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, json.JSONDecodeError):
            place = f"{problem.lineno}:{problem.colno}"
        else:
            place = type(problem).__name__
        raise _refused("FACTS_UNREADABLE", f"Tệp không phải JSON ({place}).", f"Not JSON ({place}).") from None
    if not isinstance(value, dict):
        raise _refused("FACTS_UNREADABLE", "Tệp phải là một đối tượng JSON.", "The file must be one JSON object.")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice")
    return found


class _Object:
    """One JSON object and where it stands; every reader raises `Refusal` with the name of the field."""

    def __init__(self, values: Mapping[str, object], place: str) -> None:
        self._values = values
        self._place = place

    def only(self, names: tuple[str, ...]) -> None:
        for name in self._values:
            if name not in names:
                path = self._path(name)[:120]
                raise _refused("FACTS_UNKNOWN_FIELD", f"Không có trường “{path}”.", f"There is no field “{path}”.")

    def text(self, name: str, missing: str | None = None) -> str:
        value = self._values.get(name)
        if value is None and missing is not None:
            return missing
        if not isinstance(value, str):
            raise self._wrong(name, "phải là chữ", "must be text")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise self._wrong(name, "phải là chữ", "must be text") from None
        return nfc(value)

    def choice(self, name: str, options: tuple[L, ...], missing: L | None = None) -> L:
        value = self._values.get(name)
        if value is None and missing is not None:
            return missing
        for option in options:
            if option == value:
                return option
        raise self._wrong(name, f"phải là {', '.join(options)}", f"must be one of {', '.join(options)}")

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def maybe(self, name: str) -> bool | None:
        return self.flag(name) if self.has(name) else None

    def flag(self, name: str) -> bool:
        value = self._values.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, "phải là true hoặc false", "must be true or false")
        return value

    def whole(self, name: str, most: int = 100) -> int | None:
        value = self._values.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
            raise self._wrong(name, f"phải là số từ 0 đến {most}", f"must be a number from 0 to {most}")
        return value

    def day(self, name: str) -> date | None:
        value = self._values.get(name)
        if value is None or value == "":
            return None
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.year not in _YEARS:
            raise self._wrong(name, "phải là ngày như 2026-11-23", "must be a day such as 2026-11-23")
        return found

    def moment(self, name: str) -> datetime:
        value = self._values.get(name)
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or found.year not in _YEARS:
            vi, en = "phải là thời điểm có múi giờ", "must be a time with its zone"
            raise self._wrong(name, f"{vi} như 2026-11-23T09:00+07:00", f"{en} such as 2026-11-23T09:00+07:00")
        return found

    def object(self, name: str) -> _Object:
        value = self._values.get(name)
        if not isinstance(value, dict):
            raise self._wrong(name, "phải là một đối tượng", "must be an object")
        return _Object(value, self._path(name))

    def objects(self, name: str) -> list[_Object]:
        value = self._values.get(name)
        if not isinstance(value, list) or len(value) > MAX_LICENCES:
            raise self._wrong(name, "phải là danh sách", "must be a list")
        found = []
        for number, one in enumerate(value):
            if not isinstance(one, dict):
                raise self._wrong(f"{name}[{number}]", "phải là một đối tượng", "must be an object")
            found.append(_Object(one, f"{self._path(name)}[{number}]"))
        return found

    def _path(self, name: str) -> str:
        return f"{self._place}.{name}" if self._place else name

    def _wrong(self, name: str, vi: str, en: str) -> Refusal:
        path = self._path(name)
        return _refused("FACTS_WRONG", f"Trường “{path}” {vi}.", f"The field “{path}” {en}.")
