"""Where the pages of a strip lie: a heading for each group, its pages in rows below. Numbers only, nothing of Qt."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

Way = Literal["left", "right", "up", "down"]
CELL_WIDTH, CELL_HEIGHT = 128, 184
HEADING = 30
GAP = 6


class StripLayout:
    """Pages are numbered through all groups, as they stand on the screen. Each question costs a search, never a walk
    over all pages, so that two hundred of them scroll like ten.
    """

    def __init__(self, groups: Sequence[int], columns: int) -> None:
        """`groups` are how many pages stand under each heading, `columns` how many beside each other."""
        self.columns = max(1, columns)
        self._firsts = [0]
        self._tops = [0]
        for count in groups:
            lines = -(-count // self.columns)
            self._firsts.append(self._firsts[-1] + count)
            self._tops.append(self._tops[-1] + HEADING + lines * CELL_HEIGHT + GAP)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return self._firsts[-1]

    @property
    def height(self) -> int:
        """Of everything, in pixels."""
        return self._tops[-1]

    def heading(self, group: int) -> int:
        """Where a group's heading begins."""
        return self._tops[group]

    def rows(self, group: int) -> range:
        """The pages of a group."""
        return range(self._firsts[group], self._firsts[group + 1])

    def group(self, row: int) -> int:
        """Under which heading a page stands."""
        return bisect_right(self._firsts, row) - 1

    def cell(self, row: int) -> tuple[int, int]:
        """Left and top of a page."""
        group = self.group(row)
        line, column = divmod(row - self._firsts[group], self.columns)
        return column * CELL_WIDTH, self._tops[group] + HEADING + line * CELL_HEIGHT

    def groups_between(self, top: int, bottom: int) -> range:
        """The groups of which something lies between two heights."""
        first = max(0, bisect_right(self._tops, top) - 1)
        last = min(len(self._tops) - 1, bisect_right(self._tops, bottom))
        return range(first, last)

    def rows_between(self, group: int, top: int, bottom: int) -> range:
        """The pages of a group of which something lies between two heights."""
        begins = self._tops[group] + HEADING
        rows = self.rows(group)
        first = max(0, (top - begins) // CELL_HEIGHT) * self.columns
        last = (max(0, (bottom - begins) // CELL_HEIGHT) + 1) * self.columns
        return rows[first:last]

    def row_at(self, x: int, y: int) -> int:
        """The page at a point, or -1."""
        if not 0 <= y < self.height or not 0 <= x < self.columns * CELL_WIDTH:
            return -1
        group = self.groups_between(y, y)[0]
        line = (y - self._tops[group] - HEADING) // CELL_HEIGHT
        row = self._firsts[group] + line * self.columns + x // CELL_WIDTH
        return row if line >= 0 and row in self.rows(group) else -1

    def place_at(self, x: int, y: int) -> int:
        """Before which page something dropped at a point would stand; `count` for behind the last one."""
        if self.count == 0 or y < 0:
            return 0
        if y >= self.height:
            return self.count
        group = self.groups_between(y, y)[0]
        rows = self.rows(group)
        line = max(0, (y - self._tops[group] - HEADING) // CELL_HEIGHT)
        column = min(self.columns, max(0, round(x / CELL_WIDTH)))
        return min(rows.start + line * self.columns + column, rows.stop)

    def beside(self, row: int, way: Way) -> int:
        """The next page in a direction; the same where there is none."""
        if way in ("left", "right"):
            return max(0, min(row + (1 if way == "right" else -1), self.count - 1))
        x, y = self.cell(row)
        step = CELL_HEIGHT if way == "down" else -CELL_HEIGHT
        found = self.row_at(x, y + step)
        if found >= 0:
            return found
        return self._over_the_edge(row, x, 1 if way == "down" else -1)

    def _over_the_edge(self, row: int, x: int, step: int) -> int:
        """Out of a group upwards or downwards: the page below or above it in the next group that has one."""
        here = self.group(row)
        rows = self.rows(here)
        if step > 0 and row < rows.stop - 1 and self.cell(rows.stop - 1)[1] > self.cell(row)[1]:
            return rows.stop - 1
        group = here + step
        while 0 <= group < len(self._firsts) - 1:
            other = self.rows(group)
            if other:
                column = x // CELL_WIDTH
                line = 0 if step > 0 else (len(other) - 1) // self.columns
                return min(other.start + line * self.columns + column, other.stop - 1)
            group += step
        return row
