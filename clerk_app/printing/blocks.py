"""The kinds of blocks that forms are made of: a field of the definition and what is known of it become strips."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from clerk_app.domain.forms import PrintedField, PrintedForm
from clerk_app.printing.filled import Filled
from clerk_app.printing.flow import LEADING, Align, Column, Leaf, Run, Strip, bound, centred, pair, paragraph, wrap
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG
from clerk_app.printing.ruled import Table

BLANK = "………………"
_GAP = re.compile(r"…(?:/…)*")
_SIGN = "(Ký và ghi rõ họ tên)"
_SPACE_TO_SIGN = 42.0

Clean = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Setter:
    """Sets the fields of one form into a column at one type size. `dated` is place and day in words."""

    form: PrintedForm
    filled: Filled
    column: Column
    size: float
    dated: str
    clean: Clean

    @property
    def gap(self) -> float:
        """Room between two fields."""
        return self.size * self.form.gap / 100

    @property
    def bilingual(self) -> bool:
        """Whether English stands beside the labels."""
        return self.form.bilingual and self.filled.foreign

    def strips(self) -> list[Strip]:
        """The body of the form, field by field in the order of its definition."""
        made: list[Strip] = []
        for group in _groups([field for field in self.form.fields if not self._silent(field)]):
            strips = self._block(group)
            if group[0].block in ("sign", "dated") and made:
                # A place to sign never stands alone on a page.
                made[-1] = replace(made[-1], bound=True)
            made += strips
        if self.form.note:
            made += [Strip(self.gap, _nothing), *self._note()]
        return made

    def _silent(self, field: PrintedField) -> bool:
        if field.block in ("left", "right", "photo"):
            return True
        return field.optional and not self.filled.said.get(field.key) and not self.filled.rows.get(field.key)

    def _block(self, group: Sequence[PrintedField]) -> list[Strip]:
        field = group[0]
        match field.block:
            case "line" | "more":
                return paragraph(self.column, self._sentence(group), self.size, self.gap)
            case "half":
                if len(group) == 1:
                    return paragraph(self.column, self._said(field), self.size, self.gap)
                return pair(self.column, self._said(field), self._said(group[1]), self.size, self.gap)
            case "list":
                return self._list(field)
            case "table":
                return self._table(field)
            case "choice":
                return self._boxes(field)
            case "check":
                return self._boxes(replace(field, values=("",)))
            case "centre":
                said = self._text(field, self.filled.one(field.key)) or BLANK
                return centred(self.column, STRONG, f"{self.label(field)}: {said}", self.size, self.gap * 2)
            case "statement":
                return paragraph(self.column, [(PLAIN, self.label(field))], self.size, self.gap)
            case "big":
                return self._big(field)
            case "dated":
                return [self._dated()]
            case "sign":
                return [self._signatures(group)]
            case "left" | "right" | "photo":
                return []
            case _:
                assert_never(field.block)

    def label(self, field: PrintedField) -> str:
        """A label, the first where the circular offers several (`Bộ phận … / Trung tâm …`); English beside it for
        foreigners."""
        label = self.clean(field.label.vi).split(" / ")[0]
        english = self.clean(field.label.en)
        return f"{label} / {english}" if self.bilingual and "…" not in label and english != label else label

    def _text(self, field: PrintedField, text: str) -> str:
        return self.clean(text).upper() if field.upper else self.clean(text)

    def _said(self, field: PrintedField) -> list[Run]:
        """Label and value; a label with gaps takes its values into them, and what nobody knows stays a gap."""
        said = [self._text(field, text) for text in self.filled.said.get(field.key, ())]
        label = self.label(field)
        after = [(PLAIN, f" {self.clean(field.after)}")] if field.after else []
        if "…" not in label:
            value = said[0] if said and said[0] else ""
            return [(PLAIN, f"{label}: "), (STRONG if value else PLAIN, value or BLANK), *after]
        runs: list[Run] = []
        texts = _GAP.split(label)
        for number, text in enumerate(texts):
            if text:
                runs.append((PLAIN, text))
            if number < len(texts) - 1:
                value = said[number] if number < len(said) else ""
                runs.append((STRONG if value else PLAIN, value or BLANK))
        return [*runs, *after]

    def _sentence(self, group: Sequence[PrintedField]) -> list[Run]:
        runs = self._said(group[0])
        for field in group[1:]:
            runs += [(PLAIN, ", " if field.label.vi[:1].islower() else ". "), *self._said(field)]
        return runs

    def _list(self, field: PrintedField) -> list[Strip]:
        items = [self._text(field, text) for text in self.filled.said.get(field.key, ())]
        head = bound(paragraph(self.column, [(PLAIN, f"{self.label(field)}:")], self.size, self.gap * 0.5))
        if not items:
            items = [BLANK * 3]
        made = head
        marks = [f"{number}." for number in range(1, len(items) + 1)] if len(items) > 1 else ["–"]
        indent = self.size * 0.8 + max(self.column.inks[PLAIN].width(mark, self.size) for mark in marks)
        for mark, text in zip(marks, items, strict=True):
            made += self._item(mark, text, self.gap if mark is marks[-1] else self.gap * 0.4, indent)
        return made

    def _item(self, mark: str, text: str, gap: float, indent: float) -> list[Strip]:
        strips = paragraph(self.column, [(PLAIN, text)], self.size, gap, indent)

        def draw(leaf: Leaf, top: float, first: Callable[[Leaf, float], None] = strips[0].draw) -> None:
            leaf.text(self.column.left + self.size * 0.3, top + self.size * 1.05, PLAIN, self.size, mark)
            first(leaf, top)

        return [replace(strips[0], draw=draw), *strips[1:]]

    def _table(self, field: PrintedField) -> list[Strip]:
        width = len(field.columns)
        rows = [tuple(self._cell(cell) for cell in row) for row in self.filled.rows.get(field.key, ())]
        blank = tuple(self._cell(cell) for cell in field.values) or ("",) * width
        rows += [blank] * (field.rows - len(rows))
        aligns: list[Align] = [_ALIGNS[align] for align in field.aligns] or ["left"] * width
        heads = [self.clean(column) for column in field.columns]
        table = Table(self.column, heads, field.shares or (1,) * width, aligns)
        body = table.strips(rows, self.size * 0.94)
        body[-1] = replace(body[-1], height=body[-1].height + self.gap + 2)
        if self.form.counted:
            return body
        return [*bound(paragraph(self.column, [(PLAIN, f"{self.label(field)}:")], self.size, self.gap)), *body]

    def _cell(self, text: str) -> str:
        return "\n".join(self.clean(line) for line in text.split("\n"))

    def _boxes(self, field: PrintedField) -> list[Strip]:
        """A label and one box for each value, ticked where the value was chosen; `yes` ticks a box without words."""
        chosen = self.filled.said.get(field.key, ())
        words = [self.clean(value) for value in field.values]
        size, inks = self.size, self.column.inks
        said = f"{self.label(field)}:" if any(words) else self.label(field)
        lines = wrap(inks, [(PLAIN, said)], size, self.column.room - size * 1.6)
        last = lines[-1][-1]
        x = last[0] + inks[last[1]].width(last[2], size) + size
        placed: list[list[tuple[float, str, bool]]] = [[] for _ in lines]
        for value, text in zip(field.values, words, strict=True):
            wide = size * 1.5 + inks[PLAIN].width(text, size)
            if x + wide > self.column.room:
                placed.append([])
                x = 0.0
            placed[-1].append((x, text, (value or "yes") in chosen))
            x += wide + size * 1.5
        made = []
        for number, boxes in enumerate(placed):
            pieces = lines[number] if number < len(lines) else []

            def draw(
                leaf: Leaf,
                top: float,
                pieces: Sequence[tuple[float, str, str]] = pieces,
                boxes: Sequence[tuple[float, str, bool]] = boxes,
            ) -> None:
                left, base = self.column.left, top + size * 1.05
                leaf.texts.extend([(left + at, base, face, size, text) for at, face, text in pieces])
                for at, text, ticked in boxes:
                    _box(leaf, left + at, base, size, ticked)
                    leaf.text(left + at + size * 1.4, base, PLAIN, size, text)

            made.append(Strip(size * LEADING + (self.gap if number == len(placed) - 1 else 0), draw))
        return made

    def _big(self, field: PrintedField) -> list[Strip]:
        said = (self._text(field, self.filled.one(field.key)) or BLANK).split(", ")
        made = bound(centred(self.column, PLAIN, self.label(field), self.size, 0.0))
        for number, text in enumerate(said, 1):
            last = number == len(said)
            text = text if last else f"{text},"
            made += centred(self.column, STRONG, text, self.size * 1.35, self.gap if last else 0.0)
        return made

    def _dated(self) -> Strip:
        size = self.size

        def draw(leaf: Leaf, top: float) -> None:
            middle = self.column.left + self.column.room * 0.75
            leaf.text(middle, top + size * 1.8, SLANTED, size, self.clean(self.dated), "centre")

        return Strip(size * 2.0, draw, bound=True)

    def _signatures(self, places: Sequence[PrintedField]) -> Strip:
        """Places to sign, side by side; a single one stands in the right half, as official papers are signed."""
        size, column = self.size, self.column
        halves = max(2, len(places))
        room = column.room / halves - 8
        heads = [
            [
                line
                for text in self.label(place).split(" / ")
                for line in wrap(column.inks, [(STRONG, text)], size, room)
            ]
            for place in places
        ]
        tall = max(len(head) for head in heads)
        height = size * LEADING * (tall + 1) + _SPACE_TO_SIGN

        def draw(leaf: Leaf, top: float) -> None:
            for number, (place, head) in enumerate(zip(places, heads, strict=True)):
                at = number + halves - len(places)
                middle = column.left + column.room * (2 * at + 1) / (2 * halves)
                base = top + 6 + size
                for line in head:
                    leaf.text(middle, base, STRONG, size, "".join(text for _, _, text in line), "centre")
                    base += size * LEADING
                leaf.text(middle, base, SLANTED, size * 0.9, self.clean(place.hint or _SIGN), "centre")

        return Strip(height, draw)

    def _note(self) -> list[Strip]:
        return paragraph(self.column, [(SLANTED, self.clean(self.form.note))], self.size * 0.9)


_ALIGNS: dict[str, Align] = {"left": "left", "centre": "centre", "right": "right"}


def _groups(fields: Sequence[PrintedField]) -> list[list[PrintedField]]:
    """Fields that are set together: a line and what goes on in it, two halves, places to sign."""
    groups: list[list[PrintedField]] = []
    for field in fields:
        last = groups[-1] if groups else []
        joins = (
            (field.block == "more" and last and last[0].block in ("line", "more"))
            or (field.block == "half" and len(last) == 1 and last[0].block == "half")
            or (field.block == "sign" and last and last[0].block == "sign")
        )
        if joins:
            last.append(field)
        else:
            groups.append([field])
    return groups


def _box(leaf: Leaf, x: float, base: float, size: float, ticked: bool) -> None:
    side = size * 0.95
    top, bottom, right = base - side * 0.85, base + side * 0.15, x + side
    for start, end in (
        ((x, top), (right, top)),
        ((right, top), (right, bottom)),
        ((right, bottom), (x, bottom)),
        ((x, bottom), (x, top)),
    ):
        leaf.line(*start, *end, 0.7)
    if ticked:
        inset = side * 0.2
        leaf.line(x + inset, top + inset, right - inset, bottom - inset, 1.1)
        leaf.line(x + inset, bottom - inset, right - inset, top + inset, 1.1)


def _nothing(_leaf: Leaf, _top: float) -> None:
    """White room."""
