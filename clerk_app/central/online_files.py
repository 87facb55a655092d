"""The files that a citizen sent with a submission: pictures as they came, other files opened page by page."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.pictures import DPI, shape_of
from clerk_app.central.sheets import SheetStore
from clerk_app.domain.pages import Page
from clerk_app.domain.refusals import DeviceFault
from clerk_app.domain.registers import Submission, SubmittedPaper

_LOG = logging.getLogger("quay.central")
MOST_PAGES = 200
"""So many pages a dossier has at most after the portal added to it: as many as one file may have, and the list of all
of them is one entry, whose size is bounded. A desk has room for some more.
"""
_MARK = 16
"""Letters of a digest that tell the files of one dossier apart."""


class Later(Exception):
    """Something cannot be had, or be written, now."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class Papers(Protocol):
    """Where the files lie."""

    def paper(self, place: str) -> bytes | Unknown: ...


class Picture(Protocol):
    """A page of a file: a JPEG or PNG. `dpi` is 0 where the file does not say how large its paper is."""

    @property
    def data(self) -> bytes: ...

    @property
    def media(self) -> str: ...

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def dpi(self) -> int: ...


class Files(Protocol):
    """Opens files of several pages, in a process of their own."""

    def pages(self, file: bytes, cancel: Callable[[], bool], /) -> Iterator[Picture]:
        """Its pages, one after the other. Raises `DeviceFault`."""
        ...


@dataclass(frozen=True, slots=True)
class Room:
    """What a dossier has of it: marks of the files that lay there before, sheets that came, how many pages it has."""

    opened: Collection[str] = ()
    sheets: Collection[str] = ()
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Sent:
    """What the files of a submission hold: pages, papers whose file cannot be shown, marks of its files of many pages.

    `unopened` are the papers of files that lay there before, and of which not every page is among `pages`.
    """

    pages: tuple[Page, ...]
    unread: tuple[str, ...]
    files: tuple[str, ...]
    unopened: frozenset[str] = frozenset()


def sent_of(one: Submission, room: Room, papers: Papers, sheets: SheetStore, files: Files | None) -> Sent:
    """Fetch every file. Those that were opened before are not opened again, unless they were gone meanwhile, or one of
    the others is gone now: then it has to be known which pages are of which.

    A file with more pages than there is room for is named, like one that cannot be shown. Raises `Later` where one
    cannot be had, or breaks off.
    """
    pages: dict[str, Page] = {}
    unread: list[str] = []
    unopened: dict[str, list[SubmittedPaper]] = {}
    marks: set[str] = set()
    left = max(0, MOST_PAGES - room.taken)
    for paper in one.papers:
        data = _fetched(paper, papers)
        shape = shape_of(data)
        if shape is not None and shape.cut:
            raise Later("FILE_CUT")
        digest = hashlib.sha256(data).hexdigest()
        if shape is None and (digest[:_MARK] in marks or digest[:_MARK] in room.opened):
            marks.add(digest[:_MARK])
            unopened.setdefault(paper.paper, []).append(paper)
            continue
        found = []
        if shape is not None and (left > 0 or digest in pages or digest in room.sheets):
            sheets.keep(digest, data)
            found = [Page(digest, paper.paper, shape.width, shape.height, shape.dpi, len(data), shape.media)]
        elif shape is None:
            found = _opened(data, paper.paper, sheets, files, left, room.sheets)
        if not found:
            unread.append(paper.paper or paper.id)
        elif shape is None:
            marks.add(digest[:_MARK])
        for page in found:
            left -= page.sheet not in pages and page.sheet not in room.sheets
            pages.setdefault(page.sheet, page)
    known = frozenset[str]()
    if not marks.issuperset(room.opened):
        for name, lying in unopened.items():
            again = [_opened(_fetched(file, papers), name, sheets, files, left, room.sheets) for file in lying]
            pages = {page.sheet: page for found in again for page in found} | pages
            # Of one that cannot be opened any more nobody can say what its pages were.
            known |= {name} if all(again) else set()
    return Sent(tuple(pages.values()), tuple(unread), tuple(sorted(marks)), frozenset(unopened) - known)


def _fetched(paper: SubmittedPaper, papers: Papers) -> bytes:
    data = papers.paper(paper.place)
    if isinstance(data, Unknown):
        raise Later(data.cause)
    return data


def _opened(
    data: bytes, paper: str, sheets: SheetStore, files: Files | None, most: int, known: Collection[str]
) -> list[Page]:
    """The pages of a file that is no picture, such as a PDF; none if it cannot be opened as a whole, or has more than
    so many that are not `known`.
    """
    if files is None:
        return []
    new = 0
    pages: list[Page] = []
    try:
        for one in files.pages(data, lambda: False):
            digest = hashlib.sha256(one.data).hexdigest()
            new += digest not in known
            if new > most or len(pages) == MOST_PAGES:
                _LOG.warning("a file that a citizen sent has more pages than a dossier takes")
                return []
            sheets.keep(digest, one.data)
            pages.append(Page(digest, paper, one.width, one.height, one.dpi or DPI, len(one.data), one.media))
    except DeviceFault as fault:
        _LOG.warning("a file that a citizen sent cannot be opened: %s", fault.code)
        return []
    return pages
