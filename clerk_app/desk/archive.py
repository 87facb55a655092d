"""Archive copies of accepted dossiers: one for each item with pages, made in the background, signed by a token later.

A copy is made of what the journal says, so one that a power cut took is made again and is the same, bit for bit. A copy
that nobody signed yet is no less kept and delivered; it waits in a list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, overload
from uuid import UUID

from clerk_app.desk import archive_view
from clerk_app.desk.archive_view import ArchiveLine, ArchiveView
from clerk_app.desk.counter import Counter
from clerk_app.desk.facts import decision_of
from clerk_app.desk.page_ports import Archive, ArchiveLabel, ArchivePage, Signer, SigningToken
from clerk_app.desk.ports import Cancel, Progress
from clerk_app.domain.dossier import ArchiveMade, Dossier, Submitted
from clerk_app.domain.pages import Page, PageText
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.domain.withdrawn import brought

TextOf = Callable[[Dossier, str], PageText | None]
"""What was read on a sheet of a dossier, where it was read."""

MOST_LISTED = 500
_ALWAYS_LOOKED_AT = 300
"""Some days of one counter: a clock that was set back hides no dossier among the newest of so many."""
_MADE, _SIGNED = "archive_made_until", "archive_signed_until"
"""Notes of up to when all is done, so that nobody looks at years of dossiers; without them more is looked at."""

Item = tuple[UUID, str]
"""A dossier and the code of one item of its checklist."""


@dataclass(frozen=True, slots=True)
class Troubles:
    """What became of a list: how many were done, and which item failed why."""

    done: int = 0
    failed: tuple[tuple[Item, Refusal], ...] = ()


class Archiving:
    """Makes, lists, signs and opens archive copies. Every verb may take seconds."""

    def __init__(self, counter: Counter, archive: Archive, text_of: TextOf, signer: Signer | None = None) -> None:
        self._counter = counter
        self._archive = archive
        self._text_of = text_of
        self._signer = signer

    # ---- making

    def make(self, dossier: UUID, cancel: Cancel = lambda: False) -> Troubles:
        """Make the copies that an accepted dossier lacks. Doing it again makes nothing twice.

        An item whose pages cannot be read fails alone. Raises `Refusal`: ARCHIVE_EARLY, NOT_ALLOWED.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = self._counter.journal.dossier(dossier)
        if state.status != "submitted":
            raise _early()
        done, failed = 0, []
        for paper, pages in _due(state).items():
            if cancel():
                break
            try:
                done += self._made(state, paper, pages, who)
            except Refusal as refusal:
                failed.append(((dossier, paper), refusal))
        return Troubles(done, tuple(failed))

    def finish(self, cancel: Cancel = lambda: False) -> Troubles:
        """Make every copy that this counter still lacks: after a start, and when there is time."""
        found = Troubles()
        for dossier in self.unfinished():
            if cancel():
                break
            made = self.make(dossier, cancel)
            found = Troubles(found.done + made.done, (*found.failed, *made.failed))
        return found

    def _made(self, state: Dossier, paper: str, pages: Sequence[Page], who: str) -> int:
        label = self._label(state, paper)
        copy = self._archive.copy(label, [self._page(state, page) for page in pages], self._accepted_at(state))
        self._conforms(copy)
        sheet = self._counter.sheets.put(copy)
        with self._counter.journal.together():
            now = self._counter.journal.dossier(state.id)
            if paper not in _due(now):
                return 0
            made = ArchiveMade(paper, sheet, tuple(page.sheet for page in pages), len(copy))
            self._counter.write(state.id, made, who=who)
        return 1

    def _page(self, state: Dossier, page: Page) -> ArchivePage:
        return ArchivePage(
            data=self._counter.sheet(page.sheet, state.id),
            media="image/png" if page.media == "image/png" else "image/jpeg",
            width=page.width,
            height=page.height,
            dpi=page.dpi,
            turned=page.turned,
            side=page.side,
            text=self._text_of(state, page.sheet),
        )

    def _label(self, state: Dossier, paper: str) -> ArchiveLabel:
        names = self._names(state)
        title = names[paper].vi if paper in names else paper
        return ArchiveLabel(title, paper, state.code, self._counter.station.office_name_vi, state.practice)

    def _names(self, state: Dossier) -> dict[str, Words]:
        _, decision = decision_of(state, self._counter.clock(), self._counter.rules_of(state))
        return {paper.code: paper.name for paper in decision.papers}

    def _accepted_at(self, state: Dossier) -> datetime:
        """When the acceptance was written down: a moment that is the same however often the copy is made."""
        entries = self._counter.journal.entries(state.id)
        return next(entry.at for entry in entries if isinstance(entry.what, Submitted))

    def _conforms(self, copy: bytes) -> None:
        if problems := self._archive.problems(copy):
            raise _not_conforming(problems)

    # ---- what is left to do

    def unfinished(self) -> tuple[UUID, ...]:
        """Accepted dossiers of this counter that lack a copy, oldest first."""
        self._counter.demand("dossier.find")
        return tuple(
            reversed([state.id for state in self._open(_MADE, lambda state: self._may(state) and bool(_due(state)))])
        )

    def _may(self, state: Dossier) -> bool:
        return self._counter.may("dossier.take", state)

    def unsigned(self) -> tuple[ArchiveLine, ...]:
        """Copies of this counter that nobody signed, newest dossier first, at most `MOST_LISTED`; then those after."""
        self._counter.demand("dossier.find")
        lines: list[ArchiveLine] = []
        for state in self._open(_SIGNED, lambda state: bool(_due(state)) or not _all_signed(state)):
            if self._counter.may("dossier.find", state):
                lines += [line for line in self._lines(state) if line.state == "unsigned"]
            if len(lines) >= MOST_LISTED:
                break
        return tuple(lines[:MOST_LISTED])

    def _open(self, note: str, is_open: Callable[[Dossier], bool]) -> Iterator[Dossier]:
        """Own accepted dossiers that something is left to do for, newest first.

        Looked at to the end, it notes since when that is so.
        """
        journal, own = self._counter.journal, self._counter.station.counter
        until = journal.noted(note)
        seen, limit, since = 0, 2 * _ALWAYS_LOOKED_AT, ""
        while True:
            lines = journal.find(limit=limit, status="submitted")
            counters = journal.counters([line.dossier for line in lines[seen:]])
            for line in lines[seen:]:
                changed = line.changed_at.isoformat()
                seen += 1
                if seen > _ALWAYS_LOOKED_AT and until and line.changed_at < datetime.fromisoformat(until):
                    break
                since = since or changed
                if counters.get(line.dossier) == own and is_open(state := journal.dossier(line.dossier)):
                    since = changed
                    yield state
            else:
                if len(lines) == limit:
                    limit *= 4
                    continue
            break
        if since and since != until:
            journal.note(note, since)

    def lines(self, dossier: UUID) -> tuple[ArchiveLine, ...]:
        """The items of one dossier that have pages, and how their copies stand."""
        self._counter.demand("dossier.find", dossier)
        return self._lines(self._counter.journal.dossier(dossier))

    def _lines(self, state: Dossier) -> tuple[ArchiveLine, ...]:
        names, copies = self._names(state), _copies(state)
        return tuple(
            archive_view.line(state, paper, names.get(paper, Words(paper, paper)), len(pages), copies.get(paper))
            for paper, pages in _pages(state).items()
        )

    # ---- looking

    def view(self) -> ArchiveView:
        """What waits for a signature, and the token to sign with."""
        return ArchiveView(self.unsigned(), archive_view.token_state(self._signer))

    def open_copy(self, dossier: UUID, paper: str) -> bytes:
        """The copy as it was sealed. Raises `Refusal`: ARCHIVE_NONE, SHEET_DAMAGED, SHEET_MISSING."""
        self._counter.demand("dossier.find", dossier)
        made = self._counter.journal.dossier(dossier).archive.get(paper)
        if made is None:
            raise _none()
        return self._sealed(made.sheet, dossier)

    def _sealed(self, sheet: str, dossier: UUID | None = None) -> bytes:
        """The bytes behind a digest of the journal, checked against it whatever kept them."""
        try:
            copy = self._counter.sheet(sheet, dossier)
        except Refusal as refusal:
            if refusal.code == "SHEET_DAMAGED":
                raise _damaged() from None  # in the words of a copy: there is no page to be scanned again
            raise
        if hashlib.sha256(copy).hexdigest() != sheet:
            raise _damaged()
        return copy

    def verdict(self, dossier: UUID, paper: str) -> Literal["unsigned", "good", "altered", "untrusted"]:
        """What the signature on a copy is worth against the office's certificates. Raises as `open_copy` and `sign`."""
        copy = self.open_copy(dossier, paper)
        return self._there().verdict(copy)

    # ---- signing

    def tokens(self) -> tuple[SigningToken, ...]:
        """What can be signed with now. Raises `DeviceFault` `SIGN_…`."""
        self._counter.demand("dossier.take")
        return self._there().tokens()

    def sign(
        self, token: SigningToken, pin: str, which: Sequence[Item], progress: Progress = lambda done, of: None
    ) -> Troubles:
        """Sign the copies of these items with one PIN; each is kept the moment it is signed.

        What is signed already stays as it is; a copy that cannot be opened, or is of other pages than the item has by
        now, fails alone. Raises `DeviceFault` `SIGN_…`
        for the token: what was signed before is kept, the rest waits on.
        """
        who = self._counter.demand("dossier.take").id
        signer = self._there()
        waiting, failed = self._to_sign(which)
        done = 0

        def keep(number: int, signed: bytes) -> None:
            nonlocal done
            (dossier, paper), made = waiting[number]
            self._conforms(signed)
            sheet = self._counter.sheets.put(signed)
            with self._counter.journal.together():
                if _copies(self._counter.journal.dossier(dossier)).get(paper) != made:
                    return  # another lane signed it, or its pages are others by now
                by = token.certificate_sha256
                self._counter.write(dossier, ArchiveMade(paper, sheet, made.pages, len(signed), by), who=who)
            done += 1
            progress(done, len(waiting))

        if waiting:
            signer.sign(_Copies(self._sealed, [(made.sheet, it[0]) for it, made in waiting]), token, pin, keep)
        return Troubles(done, failed)

    def _to_sign(
        self, which: Sequence[Item]
    ) -> tuple[list[tuple[Item, ArchiveMade]], tuple[tuple[Item, Refusal], ...]]:
        waiting, failed = [], []
        for item in dict.fromkeys(which):
            dossier, paper = item
            made = _copies(self._counter.journal.dossier(dossier)).get(paper)
            if made is not None and made.signed_by:
                continue
            try:
                self._counter.demand("dossier.take", dossier)
                if made is None:
                    raise _none()
                self._sealed(made.sheet, dossier)
            except Refusal as refusal:
                failed.append((item, refusal))
                continue
            waiting.append((item, made))
        return waiting, tuple(failed)

    def _there(self) -> Signer:
        if self._signer is None:
            raise DeviceFault("SIGN_NOT_SET", *archive_view.NOT_SET)
        return self._signer


@dataclass(frozen=True, slots=True)
class _Copies(Sequence[bytes]):
    """Copies by their digests, read when they are asked for: a month of them never lies in memory."""

    read: Callable[[str, UUID], bytes]
    sheets: Sequence[tuple[str, UUID]] = field(repr=False)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return _Copies(self.read, self.sheets[index])
        return self.read(*self.sheets[index])

    def __len__(self) -> int:
        return len(self.sheets)


def _pages(state: Dossier) -> dict[str, tuple[Page, ...]]:
    """The pages that stand for each item, in order; what nobody gave to an item is no part of it."""
    found: dict[str, tuple[Page, ...]] = {}
    for page in brought(state):
        if page.paper:
            found[page.paper] = (*found.get(page.paper, ()), page)
    return found


def _copies(state: Dossier) -> dict[str, ArchiveMade]:
    """The copies that are of the pages their items have."""
    return {
        paper: state.archive[paper]
        for paper, pages in _pages(state).items()
        if paper in state.archive and state.archive[paper].pages == tuple(page.sheet for page in pages)
    }


def _due(state: Dossier) -> dict[str, tuple[Page, ...]]:
    """The items that lack their copy. One with a page still to be made has to wait."""
    copies = _copies(state)
    return {
        paper: pages
        for paper, pages in _pages(state).items()
        if paper not in copies and not any(page.raw for page in pages)
    }


def _all_signed(state: Dossier) -> bool:
    return all(made.signed_by for made in _copies(state).values())


def _early() -> Refusal:
    return Refusal(
        "ARCHIVE_EARLY",
        Words("Hồ sơ chưa được tiếp nhận nên chưa có bản lưu trữ.", "Not accepted yet: no archive copy."),
        Words("Tiếp nhận hồ sơ trước.", "Submit the dossier first."),
    )


def _none() -> Refusal:
    return Refusal(
        "ARCHIVE_NONE",
        Words("Mục giấy tờ này chưa có bản lưu trữ.", "This item has no archive copy yet."),
        Words("Lập bản lưu trữ của hồ sơ rồi mở lại.", "Make the dossier's archive copies, then open it again."),
    )


def _damaged() -> Refusal:
    return Refusal(
        "SHEET_DAMAGED",
        Words("Bản lưu trữ không còn như lúc được niêm phong.", "The archive copy is not what was sealed."),
        Words(
            "Báo quản trị; trung tâm giữ bản đã gửi đi.", "Tell the administrator; central holds what was delivered."
        ),
    )


def _not_conforming(problems: Sequence[str]) -> Refusal:
    return Refusal(
        "ARCHIVE_NOT_CONFORMING",
        Words("Bản lưu trữ không đạt PDF/A nên không được giữ.", "The archive copy is no PDF/A and was not kept."),
        Words(
            f"Báo người phát triển: {problems[0]}. Các trang vẫn còn.",
            f"Tell the developers: {problems[0]}. The pages are kept.",
        ),
    )
