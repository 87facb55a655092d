"""Pages as they are made get their item by themselves, and a kind of paper is scanned as its profile says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from clerk_app.domain import assigning
from clerk_app.domain.assigning import Stack, Title
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.pages import Page, Wish
from clerk_app.domain.procedure import Decision
from clerk_app.domain.rules import Profile, Rules

UNKNOWN_PAPER = Wish()
"""How a page is made whose paper nobody named: by its content."""


def profile_of(rules: Rules, paper: str) -> Profile | None:
    """How this kind of paper is scanned: source, resolution, colour, cut; None where the catalogue says nothing."""
    return rules.profiles.get(paper)


def wish_of(rules: Rules, paper: str) -> Wish:
    """How pages scanned for an item are to be made; by their content where nothing is known."""
    profile = profile_of(rules, paper)
    return Wish(colour=profile.colour, cut=profile.cut) if profile is not None else UNKNOWN_PAPER


def assigned(
    dossier: Dossier,
    original: str,
    pages: Sequence[Page],
    decision: Decision,
    rules: Rules,
    title: Callable[[Page], Title | None],
    since: int = 0,
) -> tuple[Page, ...]:
    """The pages made of the sheet `original`, each with its item, `by` and side, for `PageMade`.

    The raw page of that sheet says what was scanned for, and whether the clerk has given it to an item meanwhile.
    `since` is the place in the list where its scan began. `title` reads a page's title; it is asked where bar code and
    size leave it open.
    """
    papers = assigning.items(decision.papers)
    place = next((at for at, page in enumerate(dossier.pages) if page.raw and page.sheet == original), None)
    before = list(dossier.pages[:place]) if place is not None else []
    done: list[Page] = []
    for page in pages:
        stack = Stack(papers, rules.profiles, (*before, *done), since)
        done.append(assigning.assigned(page, stack, partial(title, page)))
    return tuple(done)
