"""Ruled tables: heads of one or two storeys, rows that wrap, and the head again on every page the table goes on to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from clerk_app.printing.flow import LEADING, Align, Column, Leaf, Strip, wrap
from clerk_app.printing.ink import PLAIN, STRONG

TICK = "X"
"""A cell that is ticked."""
_PAD = 3.0
_ABOVE, _BELOW = 1.6, 2.2
_WHOLE = 160.0
"""Points up to which a row is never split over two pages."""


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table as wide as its column; `shares` are the widths of its columns.

    Heads that begin alike up to a colon (`Trả kết quả: Bên giao`) stand under one common head.
    """

    column: Column
    heads: Sequence[str]
    shares: Sequence[float]
    aligns: Sequence[Align]

    @property
    def edges(self) -> list[float]:
        """The vertical rules, from the left."""
        edges = [self.column.left]
        for share in self.shares:
            edges.append(edges[-1] + share * self.column.room / sum(self.shares))
        return edges

    def strips(self, rows: Sequence[Sequence[str]], size: float) -> list[Strip]:
        """Head and rows. A cell may have several lines (`\\n`)."""
        head = self._head(size * 0.92)
        made = [head]
        for row in rows:
            made += [replace(strip, again=(head,)) for strip in self._row(row, size)]
        return made

    def _lines(self, text: str, face: str, size: float, room: float) -> list[str]:
        inks = self.column.inks
        return [
            "".join(piece for _, _, piece in line)
            for part in text.split("\n")
            for line in wrap(inks, [(face, part)], size, room - 2 * _PAD)
        ]

    def _head(self, size: float) -> Strip:
        """One strip, held on the page of the first row."""
        edges, step = self.edges, size * LEADING
        groups = [head.partition(": ")[0] if ": " in head else "" for head in self.heads]
        lower = [
            self._lines(head.partition(": ")[2] if group else head, STRONG, size, right - left)
            for head, group, (left, right) in zip(self.heads, groups, pairwise(edges), strict=True)
        ]
        spans = _spans(groups)
        upper = [self._lines(groups[first], STRONG, size, edges[last + 1] - edges[first]) for first, last in spans]
        storey = max((len(lines) for lines in upper), default=0) * step + (_ABOVE + _BELOW if upper else 0)
        below = max((len(lines) for lines, group in zip(lower, groups, strict=True) if group), default=0) * step
        plain = max((len(lines) for lines, group in zip(lower, groups, strict=True) if not group), default=0) * step
        height = max(storey + below, plain) + _ABOVE + _BELOW
        grouped = {inside for first, last in spans for inside in range(first + 1, last + 1)}

        def block(leaf: Leaf, lines: Sequence[str], left: float, right: float, top: float, room: float) -> None:
            base = top + (room - len(lines) * step) / 2 + size * 1.05
            for number, text in enumerate(lines):
                leaf.text((left + right) / 2, base + number * step, STRONG, size, text, "centre")

        def draw(leaf: Leaf, top: float) -> None:
            for (first, last), lines in zip(spans, upper, strict=True):
                block(leaf, lines, edges[first], edges[last + 1], top, storey)
                leaf.line(edges[first], top + storey, edges[last + 1], top + storey)
            for number, (left, right) in enumerate(pairwise(edges)):
                start = storey if groups[number] else 0.0
                block(leaf, lower[number], left, right, top + start, height - start)
            for number, edge in enumerate(edges):
                leaf.line(edge, top + (storey if number in grouped else 0.0), edge, top + height)
            for at in (top, top + height):
                leaf.line(edges[0], at, edges[-1], at)

        return Strip(height, draw, bound=True)

    def _row(self, cells: Sequence[str], size: float) -> list[Strip]:
        edges = self.edges
        faces = [STRONG if cell == TICK else PLAIN for cell in cells]
        lines = [
            self._lines(cell, face, size, right - left)
            for cell, face, (left, right) in zip(cells, faces, pairwise(edges), strict=True)
        ]
        most = max(len(cell) for cell in lines)
        step = size * LEADING
        whole = most * step <= _WHOLE

        def seam(leaf: Leaf, at: float) -> None:
            leaf.line(edges[0], at, edges[-1], at)

        def strip(number: int) -> Strip:
            opening, closing = number == 0, number == most - 1
            height = step + (_ABOVE if opening else 0) + (_BELOW if closing else 0)

            def draw(leaf: Leaf, top: float) -> None:
                base = top + (_ABOVE if opening else 0) + size * 1.05
                for column, cell in enumerate(lines):
                    if number < len(cell) and cell[number]:
                        align, left, right = self.aligns[column], edges[column] + _PAD, edges[column + 1] - _PAD
                        x = left if align == "left" else right if align == "right" else (left + right) / 2
                        leaf.text(x, base, faces[column], size, cell[number], align)
                for edge in edges:
                    leaf.line(edge, top, edge, top + height)
                if opening:
                    leaf.line(edges[0], top, edges[-1], top)
                if closing:
                    leaf.line(edges[0], top + height, edges[-1], top + height)

            return Strip(height, draw, bound=whole and not closing, counts=int(closing), seam=None if closing else seam)

        return [strip(number) for number in range(most)]


def _spans(groups: Sequence[str]) -> list[tuple[int, int]]:
    """(first, last) of neighbouring columns with the same common head."""
    spans: list[tuple[int, int]] = []
    for number, group in enumerate(groups):
        if group and spans and spans[-1][1] == number - 1 and groups[spans[-1][0]] == group:
            spans[-1] = (spans[-1][0], number)
        elif group:
            spans.append((number, number))
    return spans
