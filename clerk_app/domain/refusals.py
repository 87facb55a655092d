"""What people are told when something cannot be done: the true cause, in words, with a remedy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same sentence in both languages of the counter."""

    vi: str
    en: str

    def of(self, language: str) -> str:
        """The sentence in `language` (`vi` or `en`); Vietnamese where the language is unknown."""
        return self.en if language == "en" else self.vi

    def filled(self, **values: object) -> Words:
        """The sentence with its `{places}` filled in."""
        return Words(self.vi.format(**values), self.en.format(**values))


class Refusal(Exception):
    """Something a person asked for cannot be done. `code` is stable and public; words and remedy are for people.

    Never put personal data into a refusal: it is logged.
    """

    wait_s: float = 0.0
    """Seconds after which the same may be tried again; 0 where time alone mends nothing."""

    def __init__(self, code: str, words: Words, remedy: Words) -> None:
        super().__init__(code, words, remedy)
        self.code = code
        self.words = words
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.code}: {self.words.en} {self.remedy.en}"


class DeviceFault(Refusal):
    """A machine at the desk cannot do what it was asked: one code per thing that goes wrong with it."""
