"""What a sentence says about a person, kept apart from the sentence until it is known who reads it.

A `Sentence` has places; what stands in one is plain, or `Private` with the kind of what it is. Nothing private becomes
text but through a `Mask`, so a screen, a file and a command line cannot show more than the reader's role allows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Words

PrivateKind = Literal["number", "licence", "phone", "email", "address", "name", "born", "detail", "note"]
"""`number` of a person's document, `licence` of a driving licence, `detail` any other fact about somebody (sex,
nationality, health), `note` what somebody wrote freely, in which all the others may stand."""
KINDS: tuple[PrivateKind, ...] = ("number", "licence", "phone", "email", "address", "name", "born", "detail")
"""What a policy can hide. A note has none of its own: what is hidden elsewhere is hidden inside it."""

HIDDEN = "***"
_CODE = r"\b[A-Z][A-Z0-9]*(?:\.[A-Z0-9]+)*-\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-\d{4,6}\b"
"""The code of a dossier: a day stands in its middle."""
_DIGITS = re.compile(rf"(?P<code>{_CODE})|\d(?:(?:\s{{1,2}}|[.,_\u2010-\u2015\-])?\d){{5,}}")
"""Six digits or more, perhaps in groups: in a free text a number of somebody or a telephone, if no dossier's code."""
_DATE = re.compile(r"(?<!\d)\d{1,2}\s?[/.\-]\s?\d{1,2}\s?[/.\-]\s?((?:19|20)\d\d)(?!\d)")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_SHAPE = re.compile(r"(\d{1,2})\+(\d{1,2})")
_SHORTEST_KNOWN = 4


@dataclass(frozen=True, slots=True)
class Private:
    """A value about a person; `words` are what is shown of it where it may be seen, if that is not the text itself."""

    kind: PrivateKind
    text: str = field(repr=False)
    words: Words | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words with `{places}` and what stands in them."""

    words: Words
    parts: tuple[tuple[str, Part], ...] = ()


Part = Words | Private | Sentence


def same(text: str) -> Words:
    """A text that is the same in both languages."""
    return Words(text, text)


def say(vi: str, en: str, **parts: Part | str) -> Sentence:
    """A sentence whose places are filled with these."""
    return Sentence(Words(vi, en), tuple((name, same(p) if isinstance(p, str) else p) for name, p in parts.items()))


def listed(parts: Iterable[Part], between: str = ", ") -> Sentence:
    """Several parts in a row."""
    named = tuple((f"p{number}", part) for number, part in enumerate(parts))
    return Sentence(same(between.join(f"{{{name}}}" for name, _ in named)), named)


def privates(part: Part) -> Iterator[Private]:
    """Everything private in a part, however deep."""
    if isinstance(part, Private):
        yield part
    elif isinstance(part, Sentence):
        for _, inner in part.parts:
            yield from privates(inner)


@dataclass(frozen=True, slots=True)
class Mask:
    """What somebody may not see, and how much is left of it.

    `shapes` are `first+last`, the characters that are left of a kind (`3+3`: `001******345`). `known` are hidden values
    that are looked for in free texts, by their folded text.
    """

    hidden: frozenset[PrivateKind]
    shapes: Mapping[PrivateKind, tuple[int, int]] = field(default_factory=dict)
    known: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def knowing(self, found: Iterable[Private]) -> Mask:
        """The same, and what is hidden of these is hidden inside free texts too."""
        texts = {one.text: self._hidden(one) for one in found if one.kind in self.hidden and one.kind != "note"}
        folded = {_folded(text): masked for text, masked in texts.items() if len(text) >= _SHORTEST_KNOWN}
        longest = sorted(folded.items(), key=lambda one: -len(one[0]))
        return Mask(self.hidden, self.shapes, tuple(longest))

    def of(self, private: Private) -> str:
        """What may be seen of a value."""
        if private.kind == "note":
            return self._note(private.text) if self.hidden else private.text
        return self._hidden(private) if private.kind in self.hidden else private.text

    def shown(self, part: Part) -> Words:
        """A part as its reader may see it."""
        if isinstance(part, Words):
            return part
        if isinstance(part, Private):
            return part.words if part.words is not None and part.kind not in self.hidden else same(self.of(part))
        inside = {name: self.shown(inner) for name, inner in part.parts}
        vi = part.words.vi.format(**{name: words.vi for name, words in inside.items()})
        return Words(vi, part.words.en.format(**{name: words.en for name, words in inside.items()}))

    def _hidden(self, private: Private) -> str:
        text = private.text
        if not text:
            return ""
        match private.kind:
            case "name":
                return name_hidden(text)
            case "address":
                return address_hidden(text)
            case "born":
                return born_hidden(text)
            case "email" | "detail":
                return HIDDEN
            case _:
                return middle_hidden(text, *self.shapes.get(private.kind, (0, 0)))

    def _note(self, text: str) -> str:
        text = nfc(text)
        for folded, masked in self.known:
            text = _replaced(text, folded, masked)
        if "born" in self.hidden:
            text = _DATE.sub(r"**/**/\1", text)
        if self.hidden & {"number", "licence", "phone", "born"}:
            text = _DIGITS.sub(lambda found: found[0] if found["code"] else "*" * len(found[0]), text)
        return _EMAIL.sub(HIDDEN, text) if "email" in self.hidden else text


def shape_of(text: str) -> tuple[int, int]:
    """The characters that are left at the start and at the end by a setting such as `3+3`; none where it is none."""
    found = _SHAPE.fullmatch(text.strip())
    return (int(found[1]), int(found[2])) if found else (0, 0)


def middle_hidden(text: str, first: int, last: int) -> str:
    """`001090012345` as `001******345`; all of it where more than half would be left."""
    if 2 * (first + last) > len(text):
        first = last = 0
    return text[:first] + "*" * (len(text) - first - last) + (text[-last:] if last else "")


def name_hidden(text: str) -> str:
    """`TRẦN MINH QUÂN` as `TRẦN M*** Q***`: the family name is shared by millions, the rest is not."""
    first, *others = nfc(text).split() or [""]
    return " ".join([first if others else HIDDEN, *(f"{word[:1]}{HIDDEN}" for word in others)])


def address_hidden(text: str) -> str:
    """All but the province, which stands behind the last comma."""
    _, comma, province = text.rpartition(",")
    return f"{HIDDEN}, {province.strip()}" if comma and province.strip() else HIDDEN


def born_hidden(text: str) -> str:
    """The year alone."""
    year = re.search(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)", text)
    return f"**/**/{year[1]}" if year else HIDDEN


def _bare(sign: str) -> str:
    """One sign without its marks, in small letters; still one sign."""
    plain = unicodedata.normalize("NFD", sign)[0].casefold()
    return "d" if plain == "đ" else plain[:1] or sign


def _folded(text: str) -> str:
    return "".join(_bare(sign) for sign in nfc(text))


def _replaced(text: str, folded: str, masked: str) -> str:
    """`text` without what reads like `folded`, however it is marked or capitalised."""
    found: list[str] = []
    rest, plain = text, _folded(text)
    while folded and (at := plain.find(folded)) >= 0:
        found += [rest[:at], masked]
        rest, plain = rest[at + len(folded) :], plain[at + len(folded) :]
    return "".join([*found, rest])


def policy(roles: Sequence[str], settings: Mapping[str, str]) -> Mask:
    """What these roles see masked by the settings of the day: `masked_KIND` names the roles for which a kind is hidden
    (`*` all, `-` none), `mask_shape_KIND` what is left. A kind without a setting is hidden from everybody.

    Who has several roles sees what one of them sees; who has none sees nothing.
    """
    hidden = {kind for kind in KINDS if _is_hidden(roles, settings.get(f"masked_{kind}", "*"))}
    shapes = {kind: shape_of(settings.get(f"mask_shape_{kind}", "")) for kind in KINDS}
    return Mask(frozenset(hidden), shapes)


def _is_hidden(roles: Sequence[str], said: str) -> bool:
    named = frozenset(said.split())
    return "*" in named or not roles or all(role in named for role in roles)


EVERYTHING = Mask(frozenset(KINDS))
"""For a reader of whom nothing is known."""
NOTHING = Mask(frozenset())
"""For whoever may see it all."""
