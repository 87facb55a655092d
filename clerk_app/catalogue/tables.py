"""Rows of a pack, each knowing its file and line, so that whatever is wrong with one is said with its place."""

from __future__ import annotations

import csv
import io
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Generic, TypeVar

from clerk_app.catalogue.expressions import parse
from clerk_app.catalogue.signing import PackRefusal, refused
from clerk_app.domain.calendar import Verified
from clerk_app.domain.conditions import Condition, Field
from clerk_app.domain.refusals import Words
from clerk_app.domain.rules import Rule, Scope, Span

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
L = TypeVar("L", bound=str)

DATED = ("effective_from", "effective_to", "basis", "verified")
_VERIFIED: tuple[Verified, ...] = ("yes", "partial", "no")
_MAX_DOTS = 60
_FLAGS = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Dated(Generic[T_co]):
    """A value and the days on which it holds. Two values with the same `key` must not share a day."""

    since: date
    until: date | None
    key: tuple[str, ...]
    value: T_co
    file: str
    line: int

    def on(self, day: date) -> bool:
        """Whether it holds on this day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written. Every reader raises `Refusal` (`PACK_ROW`) with file and line."""

    file: str
    line: int
    cells: Mapping[str, object]
    vocabulary: Mapping[str, Field] = field(default_factory=dict)

    def wrong(self, vi: str, en: str) -> PackRefusal:
        return refused("PACK_ROW", vi, en, self.file, self.line)

    def text(self, name: str) -> str:
        """A cell that may be empty."""
        value = self.cells.get(name, "")
        if not isinstance(value, str):
            raise self.wrong(f"“{name}” phải là chữ.", f"“{name}” must be text.")
        return value.strip()

    def must(self, name: str) -> str:
        """A cell that may not be empty."""
        value = self.text(name)
        if not value:
            raise self.wrong(f"“{name}” không được trống.", f"“{name}” must not be empty.")
        return value

    def choice(self, name: str, options: Sequence[L]) -> L:
        """One of the options."""
        value = self.text(name)
        for option in options:
            if option == value:
                return option
        listed = ", ".join(options)
        raise self.wrong(f"“{name}” là “{value}”, phải là: {listed}.", f"“{name}” is “{value}”, not one of: {listed}.")

    def whole(self, name: str, empty: int = 0) -> int:
        """A whole number; `empty` for an empty cell."""
        value = self.cells.get(name, "")
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        text = self.text(name)
        if not text:
            return empty
        if not (text.isascii() and text.isdigit() and len(text) < 13):
            raise self.wrong(f"“{name}” là “{text}”, phải là số.", f"“{name}” is “{text}”, not a whole number.")
        return int(text)

    def flag(self, name: str) -> bool:
        """`yes` or `no`; empty is no."""
        value = self.cells.get(name, "")
        if isinstance(value, bool):
            return value
        text = self.text(name)
        if text and text not in _FLAGS:
            raise self.wrong(f"“{name}” phải là yes hoặc no.", f"“{name}” must be yes or no.")
        return _FLAGS.get(text, False)

    def day(self, name: str) -> date | None:
        """A day as 2026-07-01, or nothing."""
        value = self.cells.get(name, "")
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise self.wrong(f"“{name}” là “{text}”, không phải ngày.", f"“{name}” is “{text}”, not a day.") from None

    def moment(self, name: str) -> time:
        """A time of day as 08:00, of Hanoi like all the others; one with a zone could not be compared with them."""
        text = self.must(name)
        try:
            found: time | None = time.fromisoformat(text)
        except ValueError:
            found = None
        if found is None or found.tzinfo is not None:
            raise self.wrong(f"“{name}” là “{text}”, không phải giờ.", f"“{name}” is “{text}”, not a time.")
        return found

    def words(self, name: str) -> Words:
        """The cells `name_vi` and `name_en`, both there."""
        return Words(self.must(f"{name}_vi"), self.must(f"{name}_en"))

    def maybe_words(self, name: str) -> Words | None:
        """The cells `name_vi` and `name_en`, or neither."""
        if not self.text(f"{name}_vi") and not self.text(f"{name}_en"):
            return None
        return self.words(name)

    def span(self, name: str) -> Span | None:
        """A length of time such as `0 day`, `3 month`, `1 year`, or nothing."""
        text = self.text(name)
        if not text:
            return None
        count, _, unit = text.partition(" ")
        match unit:
            case "day" | "month" | "year" if count.isascii() and count.isdigit() and len(count) < 4:
                return Span(int(count), unit)
            case _:
                raise self.wrong(f"“{name}” là “{text}”.", f"“{name}” is “{text}”, not such as “3 month”.")

    def scope(self, name: str) -> Scope:
        """Patterns of cases; those with `!` are left out."""
        parts = self.must(name).split()
        included = tuple(part for part in parts if not part.startswith("!"))
        return Scope(included or ("*",), tuple(part[1:] for part in parts if part.startswith("!")))

    def condition(self, name: str) -> Condition:
        """A condition in the language of `expressions`."""
        try:
            return parse(self.text(name), self.vocabulary)
        except ValueError as problem:
            raise self.wrong(f"điều kiện “{name}”: {problem}.", f"condition “{name}”: {problem}.") from None

    def listed(self, name: str) -> tuple[str, ...]:
        """The words of a cell, or the texts of a TOML list."""
        value = self.cells.get(name, "")
        if isinstance(value, list):
            return tuple(str(one) for one in value)
        return tuple(self.text(name).split())

    def rule(self, key: Sequence[str], because: Words) -> Rule:
        """This row as a rule of law. Its id is stable over packs: file, key and first day."""
        table = self.file.rsplit(".", 1)[0]
        name = "/".join(part for part in key if part)
        since, until = self.day("effective_from"), self.day("effective_to")
        verified = self.choice("verified", _VERIFIED)
        return Rule(f"{table}:{name}@{since}", self.text("basis"), verified, because, since, until)

    def dated(self, key: Sequence[str], value: T) -> Dated[T]:
        """The value with the days of this row."""
        since, until = self.day("effective_from"), self.day("effective_to")
        if since is None:
            raise self.wrong("thiếu ngày bắt đầu hiệu lực.", "effective_from is missing.")
        if until is not None and until < since:
            raise self.wrong("hết hiệu lực trước khi có hiệu lực.", "it ends before it begins.")
        return Dated(since, until, tuple(key), value, self.file, self.line)


def csv_rows(
    name: str,
    content: bytes,
    columns: Sequence[str],
    vocabulary: Mapping[str, Field] | None = None,
    added: Sequence[str] = (),
    replaced: Mapping[str, Sequence[str]] | None = None,
) -> list[Row]:
    """The rows of a table with exactly these columns and the four of every row. A table from before those of `added`
    has all but them, and nothing stands in them; one from before those that `replaced` another has that one instead.
    """
    wanted = [*columns, *DATED]
    before = _before(wanted, replaced or {})
    without = dict.fromkeys((*added, *(column for column in wanted if column not in before)), "")
    reader = csv.reader(io.StringIO(_text(name, content), newline=""), strict=True)
    rows, line = [], 0
    try:
        for cells in reader:
            first, line = line + 1, reader.line_num
            if first == 1:
                if cells in ([column for column in wanted if column not in added], before):
                    wanted = cells
                if cells != wanted:
                    listed = ", ".join(wanted)
                    raise refused("PACK_ROW", f"cột phải là: {listed}.", f"the columns must be: {listed}.", name, 1)
            elif cells:
                if len(cells) != len(wanted):
                    vi, en = f"có {len(cells)} ô, phải có {len(wanted)}.", f"{len(cells)} cells, not {len(wanted)}."
                    raise refused("PACK_ROW", vi, en, name, first)
                rows.append(Row(name, first, without | dict(zip(wanted, cells, strict=True)), vocabulary or {}))
    except csv.Error as problem:
        raise refused("PACK_ROW", f"không đọc được: {problem}.", f"unreadable: {problem}.", name, line + 1) from None
    if not line:
        raise refused("PACK_ROW", "tệp trống, thiếu dòng tên cột.", "empty, without the names of columns.", name, 1)
    return rows


def _before(wanted: Sequence[str], replaced: Mapping[str, Sequence[str]]) -> list[str]:
    """The columns of a table from before some of them came in the place of another."""
    instead = {names[0]: former for former, names in replaced.items()}
    gone = {name for names in replaced.values() for name in names[1:]}
    return [instead.get(column, column) for column in wanted if column not in gone]


def toml_rows(name: str, content: bytes, vocabulary: Mapping[str, Field] | None = None) -> dict[str, list[Row]]:
    """The `[[tables]]` of a TOML file by their name, each row with the line of its heading."""
    text = _text(name, content)
    # Reading a key of n parts takes n² steps, so a key as long as a file would never end.
    for number, line_text in enumerate(text.split("\n"), 1):
        if line_text.count(".") > _MAX_DOTS:
            raise refused("PACK_ROW", "quá nhiều dấu chấm trên một dòng.", "too many dots in one line.", name, number)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        found = str(problem).rpartition("line ")[2].partition(",")[0]
        line = int(found) if found.isdigit() else 1
        raise refused("PACK_ROW", f"không đọc được: {problem}.", f"unreadable: {problem}.", name, line) from None
    headings: dict[str, list[int]] = {}
    for number, line_text in enumerate(text.split("\n"), 1):
        if line_text.startswith("[["):
            headings.setdefault(line_text.strip().strip("[]"), []).append(number)
    result: dict[str, list[Row]] = {}
    for key, tables in raw.items():
        if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
            raise refused("PACK_ROW", f"“{key}” phải là [[{key}]].", f"“{key}” must be [[{key}]].", name, 1)
        lines = headings.get(key, [])
        result[key] = [
            Row(name, lines[i] if i < len(lines) else 1, table, vocabulary or {}) for i, table in enumerate(tables)
        ]
    return result


def _text(name: str, content: bytes) -> str:
    """The text of a file, composed, with look-alike letters mapped once for all its cells."""
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8"))
        return text.replace("\u00d0", "\u0110").replace("\u00a0", " ")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise refused("PACK_ROW", "không phải UTF-8.", "it is not UTF-8.", name, line) from None
