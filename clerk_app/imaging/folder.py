"""A folder into which a scanner or a telephone puts files: which of them are complete, and where they go afterwards.

It is looked at again and again, for no notification works on every network drive.
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from clerk_app.desk.ports import Clock
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.file_faults import MOST_IN_FOLDER, file_fault

DONE, REFUSED, TAKING = "done", "refused", "taking"
KEPT_DAYS = 7
"""Pages are encrypted at this desk as soon as they are taken, so what is done lies open here for some days only."""
STILL_S = 1.0
"""How long a file must not have changed."""
ABANDONED_S = 3600.0
"""For so long a desk has not shown itself before its files go back to where every desk finds them."""
EMPTY_S = 60.0
"""A file of no octets is one that somebody is about to write; after so long it is an empty one."""
_PARTS = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".download", "~")
_NOT_SCANS = frozenset(("thumbs.db", "desktop.ini"))
_SUFFIXES = frozenset((".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".heic", ".heif", ".webp", ".bmp"))
_STAMP = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class _Look:
    """How a file was when it was last seen to change, and when that was."""

    size: int
    mtime_ns: int
    since: float


class ScanFolder:
    """Fulfils `page_ports.WatchedFolder`.

    A file is complete when its size and time stood still between two looks at least `STILL_S` apart and nobody keeps
    it from being renamed (Windows). Links are not followed: what lies elsewhere was not put here. Several desks may
    watch one folder: who takes a file first moves it to `taking` under the desk's name, which only one of them can do.
    After a crash the desk finds it there again, and after `ABANDONED_S` without that desk all of them do.

    What is taken moves to `done` under a name that says nothing and is deleted there after `KEPT_DAYS`; what is refused
    moves to `refused` under its own name, for a person to find, and is never deleted. No file ever takes another's
    place.
    """

    def __init__(
        self, folder: Path, clock: Clock, monotonic: Callable[[], float] = time.monotonic, desk: str = "desk"
    ) -> None:
        """`desk` tells this desk from the others that watch the folder."""
        self._folder = folder
        self._own = folder / TAKING / _plain(desk)
        self._clock = clock
        self._monotonic = monotonic
        self._looks: dict[Path, _Look] = {}
        self._others: dict[Path, tuple[int, float]] = {}

    def arrived(self) -> tuple[Path, ...]:
        """The complete files that no other desk is taking, oldest first; what this one began is among them.

        Raises `DeviceFault`: `FOLDER_MISSING`, `FOLDER_UNREADABLE`, `FOLDER_CROWDED`.
        """
        now = self._monotonic()
        seen = self._seen()
        looks: dict[Path, _Look] = {}
        complete: list[tuple[int, str, Path]] = []
        for path, (size, mtime_ns) in seen.items():
            look = self._looks.get(path)
            if look is None or (look.size, look.mtime_ns) != (size, mtime_ns):
                look = _Look(size, mtime_ns, now)
            looks[path] = look
            if now - look.since >= (STILL_S if size else EMPTY_S) and _let_go(path):
                complete.append((mtime_ns, path.name, path))
        self._looks = looks
        self._give_back(now)
        self._clear_away()
        return tuple(path for _, _, path in sorted(complete))

    def claimed(self, file: Path) -> Path | None:
        """The file where from now on only this desk finds it; None if it is gone: another desk was faster.

        Raises `DeviceFault`: `FOLDER_READ_ONLY`, `FOLDER_FULL`.
        """
        if file.parent == self._own:
            return file
        self._of_this_folder(file)
        look = self._looks.get(file)
        try:
            (self._folder / TAKING).mkdir(exist_ok=True)
            place = self._put(file, self._own, file.stem, file.suffix)
        except FileNotFoundError:
            return None
        except OSError as problem:
            if os.name == "nt" and isinstance(problem, PermissionError):
                return None
            raise _fault_of(problem) from None
        if look is not None:
            self._looks[place] = look
        return place

    def released(self, file: Path) -> None:
        """Nothing of it was kept here: any desk may take it again. It stays with this one where it cannot be moved."""
        if file.parent == self._own:
            with suppress(OSError):
                self._put(file, self._folder, file.stem, file.suffix)

    def taken(self, file: Path) -> None:
        """Its pages are kept: move it to `done`. One that changed since it `arrived` stays and will arrive again.

        Raises `DeviceFault`: `FOLDER_READ_ONLY`, `FOLDER_FULL`, `FOLDER_MISSING`.
        """
        if self._changed(file):
            return
        suffix = file.suffix.lower()
        name = f"{self._clock().strftime(_STAMP)}-{secrets.token_hex(6)}"
        self._moved(file, DONE, name, suffix if suffix in _SUFFIXES else "")

    def refused(self, file: Path) -> None:
        """It cannot be opened: move it to `refused`. Raises `DeviceFault` as `taken`."""
        if not self._changed(file):
            self._moved(file, REFUSED, file.stem, file.suffix)

    def _seen(self) -> dict[Path, tuple[int, int]]:
        found = self._files_in(self._folder)
        try:
            own = self._files_in(self._own)
        except DeviceFault:
            return found
        if own:
            with suppress(OSError):
                os.utime(self._own)  # this desk is alive
        return found | own

    def _files_in(self, folder: Path) -> dict[Path, tuple[int, int]]:
        found: dict[Path, tuple[int, int]] = {}
        try:
            with os.scandir(folder) as entries:
                for count, entry in enumerate(entries):
                    if count >= MOST_IN_FOLDER:
                        raise file_fault("FOLDER_CROWDED")
                    if _ignored(entry.name) or not entry.is_file(follow_symlinks=False):
                        continue
                    with suppress(FileNotFoundError):  # moved away since
                        about = entry.stat(follow_symlinks=False)
                        found[Path(entry.path)] = about.st_size, about.st_mtime_ns
        except (FileNotFoundError, NotADirectoryError):
            raise file_fault("FOLDER_MISSING") from None
        except OSError:
            raise file_fault("FOLDER_UNREADABLE") from None
        return found

    def _changed(self, file: Path) -> bool:
        """Whether the file is another one than the one that arrived, or gone."""
        self._of_this_folder(file)
        look = self._looks.get(file)
        try:
            about = file.lstat()
        except FileNotFoundError:
            return True
        except OSError as problem:
            raise _fault_of(problem) from None
        return look is None or (look.size, look.mtime_ns) != (about.st_size, about.st_mtime_ns)

    def _of_this_folder(self, file: Path) -> None:
        if file.parent not in (self._folder, self._own):
            raise ValueError("not a file of this folder")

    def _moved(self, file: Path, where: str, stem: str, suffix: str) -> None:
        try:
            self._put(file, self._folder / where, stem, suffix)
        except OSError as problem:
            raise _fault_of(problem) from None

    def _put(self, file: Path, where: Path, stem: str, suffix: str) -> Path:
        """Move the file under a name that no other has there. Raises `OSError`."""
        if where != self._folder:
            where.mkdir(exist_ok=True)
        place = _reserved(where, stem, suffix)
        try:
            file.replace(place)
        except OSError:
            with suppress(OSError):
                place.unlink()
            raise
        self._looks.pop(file, None)
        return place

    def _give_back(self, now: float) -> None:
        """What a desk that is gone was taking: back to where files arrive, once it has not shown itself for long."""
        seen: dict[Path, tuple[int, float]] = {}
        with suppress(OSError), os.scandir(self._folder / TAKING) as entries:
            desks = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
            for desk in desks:
                if desk == self._own:
                    continue
                mtime_ns = desk.stat().st_mtime_ns
                known, since = self._others.get(desk, (mtime_ns, now))
                seen[desk] = (mtime_ns, since if known == mtime_ns else now)
                if now - seen[desk][1] >= ABANDONED_S:
                    with suppress(DeviceFault):
                        for file in self._files_in(desk):
                            self._put(file, self._folder, file.stem, file.suffix)
        self._others = seen

    def _clear_away(self) -> None:
        """Delete what was done long enough ago, by the day in its name; nothing else, and not now if that fails."""
        oldest = self._clock().replace(tzinfo=None) - timedelta(days=KEPT_DAYS)
        with suppress(OSError), os.scandir(self._folder / DONE) as entries:
            for entry in entries:
                stamp, _, rest = entry.name.partition("-")
                with suppress(ValueError, OSError):
                    if rest and datetime.strptime(stamp, _STAMP) < oldest:  # noqa: DTZ007 - the desk's own clock
                        Path(entry.path).unlink()


def _plain(desk: str) -> str:
    """A name for a folder that every system takes."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in desk)[:40] or "desk"


def _ignored(name: str) -> bool:
    low = name.lower()
    return low.startswith((".", "~$")) or low.endswith(_PARTS) or low in _NOT_SCANS


def _let_go(path: Path) -> bool:
    """Whether nobody holds the file open; only Windows can tell, by refusing to rename it."""
    try:
        path.rename(path)
    except PermissionError:
        return os.name != "nt"  # elsewhere it means that nothing can be moved here, which is said when it is tried
    except OSError:
        return False
    return True


def _reserved(folder: Path, stem: str, suffix: str) -> Path:
    """A name that no file of the folder has, taken by an empty one. Raises `OSError`."""
    for number in range(1, 1000):
        place = folder / (f"{stem}{suffix}" if number == 1 else f"{stem} ({number}){suffix}")
        with suppress(FileExistsError):
            place.open("xb").close()
            return place
    raise OSError(errno.EEXIST, "all names are taken")


def _fault_of(problem: OSError) -> DeviceFault:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return file_fault("FOLDER_FULL")
    return file_fault("FOLDER_MISSING" if problem.errno == errno.ENOENT else "FOLDER_READ_ONLY")
