"""Conditions as they are written in a cell: `new_class in (B, C1) and not citizen is yes`.

    condition  = all { "or" all }          all = one { "and" one }
    one        = "not" one | "(" condition ")" | "always" | "never" | field asked
    asked      = "is" ["not"] value | ["not"] "in" values | "has" ( value | values ) | "<" n | "<=" n | ">" n | ">=" n
               | "known"
    values     = "(" value { "," value } ")"

Numbers and days (2012-07-01) compare; `yes` and `no` are truth values. Every field stands in the vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta

from clerk_app.domain.conditions import (
    ALWAYS,
    NEVER,
    AllOf,
    AnyOf,
    Below,
    Condition,
    Field,
    Has,
    Known,
    Not,
    OneOf,
    Scalar,
)

_TOKEN = re.compile(r"\s*(?:(<=|>=|[<>(),])|([\w:.\-/+]+))")
_MAX_DEPTH = 40


def parse(text: str, vocabulary: Mapping[str, Field]) -> Condition:
    """The condition written in `text`; the empty text is always. Raises `ValueError` with the place and the reason."""
    if not text.strip():
        return ALWAYS
    reader = _Reader(text, vocabulary)
    condition = reader.either()
    reader.end()
    return condition


class _Reader:
    def __init__(self, text: str, vocabulary: Mapping[str, Field]) -> None:
        self._vocabulary = vocabulary
        self._tokens: list[str] = []
        self._next = 0
        self._depth = 0
        place = 0
        while place < len(text.rstrip()):
            found = _TOKEN.match(text, place)
            if found is None:
                raise ValueError(f"character {place + 1}: “{text[place:].strip()[:1]}” does not belong here")
            self._tokens.append(found.group(1) or found.group(2))
            place = found.end()

    def either(self) -> Condition:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError("too deep")
        parts = [self._all()]
        while self._take("or"):
            parts.append(self._all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def end(self) -> None:
        if self._next < len(self._tokens):
            raise ValueError(f"“{self._tokens[self._next]}” was not expected")

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self) -> Condition:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError("too deep")
        result = self._single()
        self._depth -= 1
        return result

    def _single(self) -> Condition:
        if self._take("not"):
            return Not(self._one())
        if self._take("("):
            condition = self.either()
            self._must(")")
            return condition
        if self._take("always"):
            return ALWAYS
        if self._take("never"):
            return NEVER
        name = self._word()
        if name not in self._vocabulary:
            raise ValueError(f"nobody knows the field “{name}”")
        return self._asked(self._vocabulary[name])

    def _asked(self, name: Field) -> Condition:
        if self._take("is"):
            negated = self._take("not")
            one: Condition = OneOf(name, (self._value(),))
            return Not(one) if negated else one
        if self._take("not"):
            self._must("in")
            return Not(OneOf(name, self._values()))
        if self._take("in"):
            return OneOf(name, self._values())
        if self._take("has"):
            values = self._values() if self._peek() == "(" else (self._value(),)
            return Has(name, tuple(str(value) for value in values))
        if self._take("known"):
            return Known(name)
        sign = self._word()
        limit = self._value()
        if isinstance(limit, bool) or not isinstance(limit, int | date):
            raise ValueError(f"“{limit}” is neither a number nor a day")
        above = limit + 1 if isinstance(limit, int) else limit + timedelta(days=1)
        match sign:
            case "<":
                return Below(name, limit)
            case ">=":
                return Not(Below(name, limit))
            case "<=":
                return Below(name, above)
            case ">":
                return Not(Below(name, above))
            case _:
                raise ValueError(f"“{sign}” was not expected after {name.name}")

    def _values(self) -> tuple[Scalar, ...]:
        self._must("(")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        self._must(")")
        return tuple(values)

    def _value(self) -> Scalar:
        word = self._word()
        if word in ("yes", "no"):
            return word == "yes"
        if re.fullmatch(r"-?\d{1,9}", word, re.ASCII):
            return int(word)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word, re.ASCII):
            return date.fromisoformat(word)
        if word in "(),<=>=":
            raise ValueError(f"a value was expected, not “{word}”")
        return word

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _word(self) -> str:
        word = self._peek()
        if not word:
            raise ValueError("the condition ends too early")
        self._next += 1
        return word

    def _take(self, word: str) -> bool:
        if self._peek() == word:
            self._next += 1
            return True
        return False

    def _must(self, word: str) -> None:
        if not self._take(word):
            raise ValueError(f"“{word}” was expected, not “{self._peek() or 'the end'}”")
