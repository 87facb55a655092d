"""Central as a process that begins in an instant: the program's own server, on whatever keeps its data."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from multiprocessing.connection import Connection
from pathlib import Path

from clerk_app.central.server import serve
from clerk_app.domain.refusals import Refusal


def main(line: Connection, about: str) -> None:
    """Be central until killed, or until whoever wanted it is gone. Says at which address."""
    given = json.loads(about)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    # A full disk lets none begin; the end of the line says so.
    with contextlib.suppress(Refusal):
        serve(
            "127.0.0.1",
            given["port"],
            Path(given["folder"]),
            database_url=given["database"],
            blobs=given["blobs"],
            practice=True,
            ready=line.send,
        )


def _end_with(line: Connection) -> None:
    try:
        line.recv()
    except (EOFError, OSError):
        os._exit(0)
