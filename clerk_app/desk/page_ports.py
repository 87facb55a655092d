"""What the desk needs of the rooms that make, read and archive pages, and that bring pages in from files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from clerk_app.desk.ports import Cancel, ScannedPage
from clerk_app.domain.pages import Made, PageText, Turn, Wish


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page as it is to be kept, and what was done and seen. Quarter turns are already in its pixels."""

    data: bytes = field(repr=False)
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    dpi: int
    made: Made


class PageMaker(Protocol):
    """Makes pages of sheets, in a worker process. Raises `DeviceFault` (`PAGE_…`, `PICTURE_…`)."""

    def make(self, sheet: bytes, dpi: int, wish: Wish, cancel: Cancel) -> tuple[MadePage, ...]:
        """The pages of one sheet; several only where `wish.apart` and several cards lie on it. `dpi` 0: not known.

        The same sheet and wish always give the same pages, byte for byte. Raises `PAGE_GIVEN_UP` when cancelled.
        """
        ...

    def close(self) -> None: ...


class PageReader(Protocol):
    """Reads print, in a process of its own. Raises `DeviceFault` (`READING_…`)."""

    def available(self) -> bool:
        """Whether the reader and its Vietnamese are installed; starts nothing."""
        ...

    def read(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn = 0) -> PageText:
        """All the print of a page as made, NFC; boxes in the pixels of `page`. A second or two.

        `turned` is how the page is looked at; `dpi` 0: not known. Raises `READING_GIVEN_UP` when cancelled.
        """
        ...

    def title(self, page: bytes, dpi: int, cancel: Cancel, turned: Turn = 0) -> PageText:
        """The same of its upper part, where the title stands. Half a second."""
        ...


class Files(Protocol):
    """Pages from files: PDF, JPEG, PNG, TIFF, HEIC. Opened in a worker process."""

    def pages(self, file: Path | bytes, cancel: Cancel) -> Iterator[ScannedPage]:
        """The pages of a file, one after the other. Raises `DeviceFault` (`FILE_…`, `PICTURE_…`, `PDF_…`)."""
        ...


class WatchedFolder(Protocol):
    """A folder into which a scanner or a phone puts files."""

    def arrived(self) -> tuple[Path, ...]:
        """The files that are complete and were not taken yet, oldest first. Raises `DeviceFault` (`FOLDER_…`)."""
        ...

    def claimed(self, file: Path) -> Path | None:
        """The file where no other desk that watches the folder takes it; None if one already did."""
        ...

    def released(self, file: Path) -> None:
        """None of its pages is kept: any desk may take it again."""
        ...

    def taken(self, file: Path) -> None:
        """Its pages are kept: move the file away, never delete it before."""
        ...

    def refused(self, file: Path) -> None:
        """It cannot be opened: put it aside where a person finds it."""
        ...


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A page for the archive copy, as made, and what was read on it (in the pixels of `data`)."""

    data: bytes = field(repr=False)
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    dpi: int
    turned: Literal[0, 90, 180, 270] = 0
    side: Literal["", "front", "back"] = ""
    text: PageText | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ArchiveLabel:
    """What an archive copy says of itself: the item's name, codes, the office. No name of a person."""

    title: str
    paper: str
    dossier_code: str
    office: str
    practice: bool


class Archive(Protocol):
    """Sets archive copies. Deterministic: the same pages, label and moment give the same bytes."""

    def copy(self, label: ArchiveLabel, pages: Sequence[ArchivePage], made_at: datetime) -> bytes:
        """One PDF/A-2b (ISO 19005-2). Raises `Refusal` `ARCHIVE_…`."""
        ...

    def problems(self, pdf: bytes) -> tuple[str, ...]:
        """What keeps these bytes from being a PDF/A-2b as we write it; empty if nothing."""
        ...


@dataclass(frozen=True, slots=True)
class SigningToken:
    """An officer's token: its label and serial, whose certificate lies on it, and how often its PIN may still be tried.

    `tries` is None where the token does not tell.
    """

    label: str
    serial: str
    holder: str = field(repr=False)
    certificate_sha256: str
    expires: datetime
    state: Literal["ready", "last_try", "locked"]
    tries: int | None = None


class Signer(Protocol):
    """Signs archive copies by PAdES with a PKCS#11 token. All methods raise `DeviceFault` (`SIGN_…`)."""

    def available(self) -> bool:
        """Whether a module is set and the optional package is there; loads nothing."""
        ...

    def tokens(self) -> tuple[SigningToken, ...]: ...

    def sign(
        self, pdfs: Sequence[bytes], token: SigningToken, pin: str, on_signed: Callable[[int, bytes], None]
    ) -> None:
        """Sign each copy; `on_signed` gets its index and the signed bytes. One PIN, asked once for the whole list."""
        ...

    def verdict(self, pdf: bytes) -> Literal["unsigned", "good", "altered", "untrusted"]:
        """What the signature on these bytes is worth against the office's certificates."""
        ...
