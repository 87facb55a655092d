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


@dataclass(frozen=True, slots=True)
class PrintedField:
    """One line of a printed form: its key, label, and for a table the column heads."""

    key: str
    label: Words
    hint: str = ""
    columns: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedForm:
    """A form on paper: title and labels, as the circular prints them."""

    code: str
    title: Words
    number: str
    paper: Literal["A4", "A5"]
    copies: int
    fields: tuple[PrintedField, ...]
    basis: str
    verified: str

    def label(self, key: str) -> str:
        """The Vietnamese label of a field; empty if the form has no such field."""
        return next((field.label.vi for field in self.fields if field.key == key), "")
