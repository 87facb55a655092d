"""The floor of push-dossiers and push-scans: an HTTP server that keeps what it is sent and knows nothing else.

The same uvicorn, the same SQLite settings (WAL, synchronous FULL), one transaction a request: no seals, rules, people,
answers or audit. Sheets (`/sheets?SIZE`) are cut from the body every SIZE bytes, each into a file that is on the disk
before the answer: no digests, nothing to resume. Run as a process: `python -m bench.raw_central FILE` prints
{"listening": url}; files lie beside FILE.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def application(file: str) -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """An ASGI application that keeps what it is sent."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL)")
    numbers = count()
    folder = Path(f"{file}-sheets")
    folder.mkdir(exist_ok=True)

    def kept(body: bytes) -> None:
        rows = msgspec.msgpack.decode(body, type=list[bytes])
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO rows (body) VALUES (?)", [(one,) for one in rows])
        connection.execute("COMMIT")

    def keep_sheet(data: bytes | memoryview) -> None:
        with (folder / str(next(numbers))).open("wb", buffering=0) as sheet:
            sheet.write(data)
            os.fsync(sheet.fileno())

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        size = int(scope["query_string"] or 0)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            while size and len(body) >= size:
                keep_sheet(memoryview(bytes(body[:size])))
                del body[:size]
        if not size:
            kept(bytes(body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


def main() -> None:
    """Listen on a free port of loopback until killed."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(json.dumps({"listening": f"http://127.0.0.1:{listening.getsockname()[1]}"}), flush=True)
    config = uvicorn.Config(application(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
