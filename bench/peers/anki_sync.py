"""Anki's own sync server in a process of its own, and Anki's own client: notes as dossiers, media files as sheets.

`python -m anki.syncserver` is how its makers say to run it. The first note goes up with a whole collection; what is
measured is an ordinary sync of what was added since.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

USER, PASSWORD = "bench", "bench"
STARTS_WITHIN_S = 20.0


@contextmanager
def _server(room: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    told = {
        "SYNC_USER1": f"{USER}:{PASSWORD}",
        "SYNC_BASE": str(room),
        "SYNC_HOST": "127.0.0.1",
        "SYNC_PORT": str(port),
    }
    room.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "anki.syncserver"],
        env={**os.environ, **told, "RUST_LOG": "error"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + STARTS_WITHIN_S
        while server.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        else:
            raise RuntimeError("the sync server did not start")
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=20)


class _Client:
    """A collection that is at the server already."""

    def __init__(self, room: Path, url: str) -> None:
        from anki.collection import Collection

        room.mkdir(parents=True, exist_ok=True)
        self.collection: Any = Collection(str(room / "bench.anki2"))
        self.auth = self.collection.sync_login(USER, PASSWORD, url)
        # A server without a single card asks for everything again.
        self.add(["the first"])
        said = self.collection.sync_collection(self.auth, False)
        if said.required in (said.FULL_SYNC, said.FULL_UPLOAD):
            self.collection.close_for_full_sync()
            self.collection.full_upload_or_download(auth=self.auth, server_usn=said.server_media_usn, upload=True)
            self.collection.reopen(after_full_sync=True)

    def add(self, texts: Sequence[str]) -> None:
        kind = self.collection.models.by_name("Basic")
        deck = self.collection.decks.id("bench")
        for number, text in enumerate(texts):
            note = self.collection.new_note(kind)
            note["Front"], note["Back"] = f"T-{number}", text
            self.collection.add_note(note, deck)

    def sync(self) -> float:
        start = time.perf_counter()
        said = self.collection.sync_collection(self.auth, False)
        taken = time.perf_counter() - start
        if said.required != said.NO_CHANGES:
            raise RuntimeError("Anki wants a full sync")
        return taken

    def sync_media(self) -> float:
        start = time.perf_counter()
        self.collection.sync_media(self.auth)
        while self.collection.media_sync_status().active:
            time.sleep(0.005)
        return time.perf_counter() - start


@contextmanager
def _client(room: Path) -> Iterator[_Client]:
    with _server(room / "server") as url:
        client = _Client(room / "client", url)
        try:
            yield client
        finally:
            client.collection.close()


def anki_dossiers(room: Path, texts: Sequence[str]) -> tuple[float | None, list[str]]:
    """(notes a second, why not) for new notes with these texts."""
    try:
        with _client(room) as client:
            client.add(texts)
            return len(texts) / client.sync(), []
    except Exception as problem:  # noqa: BLE001 - a peer that cannot be measured is said to be so
        return None, [f"Anki: {type(problem).__name__}: {problem}"]


def anki_scans(room: Path, count: int, size: int) -> tuple[float | None, list[str]]:
    """(files a second, why not) for new media files of `size` random bytes."""
    try:
        with _client(room) as client:
            for number in range(count):
                client.collection.media.write_data(f"sheet-{number}.jpg", secrets.token_bytes(size))
            return count / client.sync_media(), []
    except Exception as problem:  # noqa: BLE001 - a peer that cannot be measured is said to be so
        return None, [f"Anki: {type(problem).__name__}: {problem}"]


def anki_nothing(room: Path, times: int) -> tuple[float | None, list[str]]:
    """(seconds, why not): the median of `times` syncs in which nothing had changed."""
    try:
        with _client(room) as client:
            client.sync()
            taken = sorted(client.sync() for _ in range(times))
            return taken[len(taken) // 2], []
    except Exception as problem:  # noqa: BLE001 - a peer that cannot be measured is said to be so
        return None, [f"Anki: {type(problem).__name__}: {problem}"]
