"""The floor of storm: an HTTP server that writes the bodies of a batch into a PostgreSQL table and knows nothing else.

One transaction a request, one statement for all its rows, every commit on the disk. Run as a process:
`python -m bench.raw_postgres URL` prints {"listening": url}.
"""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import psycopg
import uvicorn

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def application(url: str) -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """An ASGI application that keeps what it is sent."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("CREATE TABLE rows (number bigserial PRIMARY KEY, body bytea NOT NULL)")

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        rows = msgspec.msgpack.decode(body, type=list[bytes])
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany("INSERT INTO rows (body) VALUES (%s)", [(one,) for one in rows])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    return app


def main() -> None:
    """Listen on a free port of loopback until killed."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(json.dumps({"listening": f"http://127.0.0.1:{listening.getsockname()[1]}"}), flush=True)
    config = uvicorn.Config(application(sys.argv[1]), log_config=None, access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
