"""Who was here last: which entry numbers this desk ever wrote, and of which dossiers, beside the database.

The database may lose its newest pages and still be in order, as when its log is deleted: then only something outside it
can tell. Twenty bytes for each entry, after its transaction is on the disk; nothing of a person is in them. It is a
witness and no store: without it nothing is lost but the knowledge of what else was. Beside it `Mark` knows how far the
seals of the database had come: an older copy of it may have the newest entry and still not be what was here last.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import UUID

FILE = "desk.tail"
_RECORD = 20
NOTHING = 0, UUID(int=0)
"""What is noted last on a desk that has no entry."""
_MOST = 200_000
"""Records: more than two weeks of the busiest counter without a line."""


class Witness:
    """The file `desk.tail` of a profile. One writer, the journal."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def saw(self, entries: Sequence[tuple[int, UUID]]) -> None:
        """Note entries that are on the disk. A disk that says no costs only the note."""
        data = b"".join(n.to_bytes(4, "big") + dossier.bytes for n, dossier in entries)
        with suppress(OSError):
            with self._path.open("ab") as file:
                # What a crash left of a record must not shift those after it.
                if torn := file.tell() % _RECORD:
                    file.truncate(file.tell() - torn)
                file.write(data)
                size = file.tell()
            if size > _MOST * _RECORD:
                self._shorten()

    def seen(self) -> dict[int, UUID]:
        """The dossier of each entry number that was noted."""
        try:
            data = self._path.read_bytes()
        except OSError:
            return {}
        starts = range(0, len(data) - _RECORD + 1, _RECORD)
        found = {int.from_bytes(data[at : at + 4], "big"): UUID(bytes=data[at + 4 : at + _RECORD]) for at in starts}
        found.pop(0, None)
        return found

    def last(self) -> int:
        """The number of the newest entry noted; 0 where there is none. Reads one record.

        One of which only a part is there counts: its entry was on the disk before.
        """
        with suppress(OSError), self._path.open("rb") as file:
            whole, torn = divmod(file.seek(0, 2), _RECORD)
            file.seek(max(whole - 1, 0) * _RECORD)
            before = int.from_bytes(file.read(_RECORD)[:4], "big") if whole else 0
            part = file.read(torn)
            return max(before + 1, int.from_bytes(part[:4], "big") if torn >= 4 else 0) if torn else before
        return 0

    def begin_again(self, entries: Sequence[tuple[int, UUID]]) -> None:
        """Note these and nothing else, after entries were numbered anew."""
        part = self._path.with_name(f"{FILE}.part")
        with suppress(OSError):
            kept = entries[-_MOST:]
            part.write_bytes(b"".join(n.to_bytes(4, "big") + dossier.bytes for n, dossier in kept))
            part.replace(self._path)

    def _shorten(self) -> None:
        self.begin_again(sorted(self.seen().items())[-_MOST // 2 :])


class Mark:
    """The file `desk.seal`: the newest revision of the seals, proven by their key. One small write, after the fact."""

    def __init__(self, path: Path, prove: Callable[[int], bytes]) -> None:
        """`prove` makes the 32 bytes that only the holder of the key can make of a revision."""
        self._path = path
        self.name = path.name
        self._prove = prove
        self._turn = threading.Lock()

    def saw(self, revision: int) -> None:
        """Note a revision that is on the disk. A disk that says no costs only the note."""
        noted = revision.to_bytes(8, "big") + self._prove(revision)
        with self._turn, suppress(OSError):
            self._path.touch()
            with self._path.open("r+b", buffering=0) as file:
                file.write(noted)

    def read(self) -> int | None:
        """The revision noted last; None where the note is not one of this desk's. Raises `FileNotFoundError`."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            raise
        except OSError:
            return None
        revision = int.from_bytes(data[:8], "big")
        return revision if hmac.compare_digest(data[8:], self._prove(revision)) else None

    def revision(self) -> int:
        """The same; 0 where there is none that counts."""
        try:
            return self.read() or 0
        except FileNotFoundError:
            return 0
