"""Forms as data: the fields a screen asks for, and the labels that stand on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from clerk_app.domain.conditions import ALWAYS, Condition
from clerk_app.domain.refusals import Words

Kind = Literal["text", "date", "choice", "phone", "check"]


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of a form on the screen. `check` names a function of `domain.checks`, or is empty.

    It is asked for only `when` the condition holds for the facts of the dossier.
    """

    name: str
    label: Words
    kind: Kind
    required: bool
    max_length: int
    choices: tuple[tuple[str, Words], ...]
    hint: Words
    group: str
    check: str = ""
    when: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A form on the screen: its fields in their order, and what its groups are called."""

    code: str
    title: Words
    fields: tuple[FormField, ...]
    groups: tuple[tuple[str, Words], ...]

    def field(self, name: str) -> FormField | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)


Block = Literal[
    "line",
    "half",
    "more",
    "list",
    "table",
    "choice",
    "check",
    "centre",
    "statement",
    "big",
    "dated",
    "sign",
    "left",
    "right",
    "photo",
]
"""How a field stands on paper: `line` label and value; `half` two of them side by side; `more` goes on in the line
before; `list` one item a paragraph; `table`; `choice` and `check` boxes to tick; `centre` in the middle; `statement`
the label alone; `big` a value to be seen from afar; `dated` place and day; `sign` a place to sign, several side by
side; `left` and `right` in the head; `photo` a box for a picture of 3 × 4 cm.

A `…` in a label is a gap that a value fills, or the pen."""

Paper = Literal["A4", "A5", "80mm"]
Head = Literal["state", "office", "applicant", "none"]
"""What stands above the title: `state` and `applicant` the national name and motto (NĐ 30/2020/NĐ-CP), beside the
office or alone; `office` only the office; `none` nothing, as on a ticket."""


@dataclass(frozen=True, slots=True)
class PrintedField:
    """One field of a printed form: its key, label, and how it stands there.

    `shares` and `aligns` (`left`, `centre`, `right`) are of the columns; `rows` is how many lines a table has at least,
    with its `values` where the pen goes on; of a choice they are what can be ticked. `after` follows the value; `upper`
    sets names in capitals; an `optional` field that says nothing is left out.
    """

    key: str
    label: Words
    hint: str = ""
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    block: Block = "line"
    shares: tuple[int, ...] = ()
    aligns: tuple[str, ...] = ()
    rows: int = 0
    after: str = ""
    upper: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form on paper: title and fields as the circular prints them, and what surrounds them.

    `copy_names` are the words of each copy's mark; `number_line` stands in the head; `counted` names what the rows of a
    register are (hồ sơ), which every page then adds up; `gap` is the room between fields in hundredths of the type
    size; `bilingual`: for foreigners English stands beside the labels.
    """

    code: str
    title: Words
    number: str
    paper: Paper
    copies: int
    fields: tuple[PrintedField, ...]
    basis: str
    verified: str
    copy_names: tuple[str, ...] = ()
    head: Head = "state"
    landscape: bool = False
    barcode: Literal["code128", "code39", "none"] = "code128"
    qr: bool = True
    number_line: str = ""
    note: str = ""
    counted: str = ""
    gap: int = 22
    bilingual: bool = False

    def label(self, key: str) -> str:
        """The Vietnamese label of a field; empty if the form has no such field."""
        return next((field.label.vi for field in self.fields if field.key == key), "")
