"""The practice mail server: SMTP (RFC 5321) in a process of its own. Nothing is delivered anywhere.

It says on one JSON line where it listens, and where its door is: `POST /faults` and `GET /ledger` as every stand-in
(`practice.door`). With `--cert` and `--key` it offers STARTTLS, with `--tls` besides it speaks TLS from the first byte.
Faults: `down` closes the line at once; `greylist` answers 451 to a recipient; `refuse` 550; `full` 452 after the text;
`lost` takes the text and closes the line before it says so; `cut` closes the line after DATA, nothing was taken; `slow`
waits before it greets; `late` waits once it has the text; `login` knows no account; `duplicate` keeps each message
twice.

    python -m clerk_app.practice.mail_server --port 0 --cert cert.pem --key key.pem
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import ssl
from email import message_from_bytes, policy
from http.server import ThreadingHTTPServer
from typing import Any

from clerk_app.practice.door import Asked, Door, Fault, Said, handler_of

FAULTS = ("greylist", "late", "refuse", "full", "login", "duplicate")
_KEPT: list[dict[str, Any]] = []
_MOST_BYTES = 4 * 1024 * 1024


def answered(asked: Asked) -> Said:
    """What is for whoever plays with it."""
    return Said(_KEPT) if asked.path == "/ledger" else Said({"error": "404"}, 404)


class Conversation:
    """One client. `account` is what it must sign in with, if anything."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        door: Door,
        account: str,
        context: ssl.SSLContext | None,
        secure: bool,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._door, self._account, self._context = door, account, context
        self._secure, self._known = secure, not account
        self._from = ""
        self._to: list[str] = []

    async def run(self) -> None:
        """Until it hangs up."""
        fault = self._door.fault.next()
        if fault == "down":
            return
        if fault in ("slow", "hold"):
            await asyncio.sleep(self._door.fault.seconds)
        await self._say("220 thu.thuc-hanh.vn ESMTP")
        while line := await self._reader.readline():
            verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            if not await self._heard(verb.upper(), rest, fault):
                return

    async def _heard(self, verb: str, rest: str, fault: str) -> bool:
        match verb:
            case "EHLO" | "HELO":
                lines = ["thu.thuc-hanh.vn", "8BITMIME"]
                if self._context is not None and not self._secure:
                    lines.append("STARTTLS")
                if self._secure and self._account:
                    lines.append("AUTH PLAIN")
                last = len(lines) - 1
                for at, one in enumerate(lines):
                    await self._say(f"250{'-' if at < last else ' '}{one}")
            case "STARTTLS" if self._context is not None and not self._secure:
                await self._say("220 go on")
                await self._writer.start_tls(self._context)
                self._secure = True
            case "AUTH":
                said = base64.b64decode(rest.partition(" ")[2] or b"").decode("utf-8", "replace")
                self._known = said.replace("\0", ":").lstrip(":") == self._account and fault != "login"
                await self._say("235 welcome" if self._known else "535 5.7.8 who are you")
            case "MAIL" if self._known:
                self._from, self._to = rest, []
                await self._say("250 ok")
            case "RCPT" if self._from:
                told = {"greylist": "451 4.7.1 later", "refuse": "550 5.1.1 no such mailbox"}.get(fault, "250 ok")
                if told == "250 ok":
                    self._to.append(rest[rest.find("<") + 1 : rest.rfind(">")])
                await self._say(told)
            case "DATA" if self._to:
                await self._say("354 go on")
                return await self._text(fault)
            case "QUIT":
                await self._say("221 bye")
                return False
            case "RSET" | "NOOP":
                await self._say("250 ok")
            case _:
                await self._say("503 5.5.1 not now")
        return True

    async def _text(self, fault: str) -> bool:
        if fault in ("cut", "error", "garbage"):
            return False
        text = bytearray()
        while (line := await self._reader.readline()) not in (b".\r\n", b""):
            text += line[1:] if line.startswith(b"..") else line
            if len(text) > _MOST_BYTES:
                return False
        if fault == "full":
            await self._say("452 4.2.2 no room")
            return True
        message = message_from_bytes(bytes(text), policy=policy.default)
        body = message.get_body(("plain",))
        kept = {
            "to": self._to,
            "from": str(message["From"]),
            "subject": str(message["Subject"]),
            "id": str(message["Message-ID"]),
            "auto": str(message["Auto-Submitted"]),
            "text": str(body.get_content()) if body is not None else "",
            "tls": self._secure,
        }
        _KEPT.extend([kept, dict(kept)] if fault == "duplicate" else [kept])
        if fault == "lost":
            return False
        if fault == "late":
            await asyncio.sleep(self._door.fault.seconds)
        await self._say("250 taken")
        self._from, self._to = "", []
        return True

    async def _say(self, line: str) -> None:
        self._writer.write(line.encode() + b"\r\n")
        await self._writer.drain()


async def _serve(port: int, door: Door, account: str, context: ssl.SSLContext | None, at_once: bool) -> None:
    async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Conversation(reader, writer, door, account, context, at_once).run()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(taken, "127.0.0.1", port, ssl=context if at_once else None)
    beside = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(door))
    beside.daemon_threads = True
    told = {
        "listening": f"http://127.0.0.1:{beside.server_port}",
        "smtp": f"127.0.0.1:{server.sockets[0].getsockname()[1]}",
    }
    print(json.dumps(told), flush=True)
    try:
        async with server:
            await asyncio.gather(server.serve_forever(), asyncio.to_thread(beside.serve_forever))
    finally:
        beside.shutdown()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Practice mail server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--account", default="", help="name:password that it wants")
    parser.add_argument("--cert", default="")
    parser.add_argument("--key", default="")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--fault", default="none")
    chosen = parser.parse_args()
    context = None
    if chosen.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chosen.cert, chosen.key)
    door = Door(answered, FAULTS, Fault(chosen.fault))
    try:
        asyncio.run(_serve(chosen.port, door, chosen.account, context, chosen.tls))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
