"""The worked examples of both packs, worked by both: whose decision comes out otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from clerk_app.catalogue.changes.compared import Difference
from clerk_app.catalogue.linting.worked import outcome
from clerk_app.catalogue.pack import Pack
from clerk_app.catalogue.showing.page import same
from clerk_app.catalogue.tables import Row
from clerk_app.domain.money import format_vnd
from clerk_app.domain.refusals import Refusal, Words

_SAID: dict[str, Words] = {
    "allowed": Words("được tiếp nhận", "accepted"),
    "refusals": Words("lý do từ chối", "refusals"),
    "new_classes": Words("hạng mới", "new classes"),
    "papers": Words("giấy tờ bắt buộc", "required papers"),
    "optional_papers": Words("giấy tờ có thể cần", "papers that may be needed"),
    "fee_vnd": Words("lệ phí", "the fee"),
    "due_at": Words("ngày hẹn trả", "the appointment"),
    "test": Words("sát hạch", "the test"),
    "valid_until": Words("giá trị đến", "valid until"),
    "exceptions_needed": Words("ngoại lệ cần duyệt", "exceptions to be granted"),
    "restrictions": Words("hạn chế", "restrictions"),
}
"""The results that are compared, and what people call them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Examples whose decision differs in the same way."""

    examples: tuple[str, ...]
    differences: tuple[Difference, ...]


def decided_otherwise(before: Pack, after: Pack, on: date | None = None) -> tuple[Outcome, ...]:
    """Examples that come out otherwise, by how they do; with `on`, as if they were received on that day.

    Raises `Refusal` `PACK_ROW` where the examples of a pack cannot be read.
    """
    rows = {_told(row): row for pack in (before, after) for row in pack.examples}
    found: dict[tuple[Difference, ...], list[str]] = {}
    for row in rows.values():
        moved = _received(row, on) if on else row
        old, new = _worked(before, moved), _worked(after, moved)
        differences = tuple(
            Difference(name, words, *_apart(old.get(name), new.get(name)))
            for name, words in _SAID.items()
            if old.get(name) != new.get(name)
        )
        if differences:
            found.setdefault(differences, []).append(row.text("name"))
    return tuple(Outcome(tuple(names), differences) for differences, names in found.items())


def _told(row: Row) -> str:
    """What the example asks, whatever it is called and wherever it stands."""
    return repr({name: value for name, value in row.cells.items() if name not in ("name", "expect")})


def _worked(pack: Pack, row: Row) -> Mapping[str, object]:
    try:
        return outcome(pack, row)
    except (Refusal, KeyError, TypeError, ValueError, ArithmeticError):
        return {}


def _received(row: Row, on: date) -> Row:
    """The same facts handed in on another day, at the same time of day."""
    cells = dict(row.cells)
    facts = cells.get("facts")
    try:
        if isinstance(facts, dict):
            cells["facts"] = facts | {"received_at": _on(facts["received_at"], on)}
        elif "received" in cells:
            cells["received"] = _on(cells["received"], on)
    except (KeyError, TypeError, ValueError):
        return row
    return replace(row, cells=cells)


def _on(moment: object, on: date) -> str:
    if not isinstance(moment, str):
        raise TypeError("a moment")
    return datetime.fromisoformat(moment).replace(year=on.year, month=on.month, day=on.day).isoformat()


def _apart(old: object, new: object) -> tuple[Words, Words]:
    """Both values in words; of two lists only what is not in the other."""
    if isinstance(old, list) and isinstance(new, list) and set(old) != set(new):
        return _as_words([one for one in old if one not in new]), _as_words([one for one in new if one not in old])
    return _as_words(old), _as_words(new)


def _as_words(value: object) -> Words:
    match value:
        case None | "" | []:
            return same("–")
        case bool():
            return Words("có", "yes") if value else Words("không", "no")
        case int():
            return same(format_vnd(value))
        case list():
            return same(", ".join(str(one) for one in value))
        case str() if "T" in value:
            try:
                moment = datetime.fromisoformat(value)
            except ValueError:
                return same(value)
            return same(f"{moment:%H:%M %d/%m/%Y}")
        case _:
            return same(value)
