"""One question to a foreign system over HTTP, with an end: the whole answer in time, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from time import monotonic
from typing import Literal, TypeVar

import msgspec

T = TypeVar("T")

PATIENCE_S = 4.0
"""For a whole question: a citizen is waiting."""
_MOST_BYTES = 16 * 1024 * 1024
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows, and why.

    `cause` is NOT_JOINED (no such system is set up here), UNREACHABLE, TIMEOUT, HTTP_nnn, SHAPE (not the shape that was
    agreed), OTHER_PERSON (it answers about somebody else), AMBIGUOUS, CONTRADICTS, DIGEST, or MA_LOI_x: its own error.
    `unheard`: the question surely never came to it, so nothing can come of it.
    """

    cause: str
    unheard: bool = field(default=False, compare=False)


NOT_JOINED = Unknown("NOT_JOINED")


class Line:
    """The way to one system. Nothing here raises for a system that is silent, slow, or talks nonsense."""

    def __init__(self, base_url: str, timeout_s: float = PATIENCE_S, ca: str = "") -> None:
        import requests

        self._url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._session = requests.Session()
        self._session.trust_env = False
        if ca:
            self._session.verify = ca

    @property
    def private(self) -> bool:
        """Whether whoever answers was proven by a certificate, and nobody in between can change what is said."""
        return self._url.startswith("https://")

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        query: Mapping[str, str] | None = None,
        said: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes | Unknown:
        """The body of the answer. `said` goes as JSON; what names a person belongs there, not into an address."""
        import requests
        import urllib3

        data = None if said is None else msgspec.json.encode(said)
        kind = {"Content-Type": "application/json; charset=utf-8"} if data is not None else {}
        until = monotonic() + self._timeout_s
        try:
            with self._session.request(
                method,
                self._url + path,
                params=query,
                data=data,
                headers={**kind, **(headers or {})},
                timeout=self._timeout_s,
                stream=True,
                allow_redirects=False,
            ) as reply:
                if reply.status_code != 200:
                    return Unknown(f"HTTP_{reply.status_code}")
                body = bytearray()
                # As much as there is: who sends a byte now and then may not keep us past the end.
                while chunk := reply.raw.read1(_CHUNK, decode_content=True):
                    body += chunk
                    if len(body) > _MOST_BYTES:
                        return Unknown("SHAPE")
                    if monotonic() > until:
                        return Unknown("TIMEOUT")
                return bytes(body)
        except requests.ConnectTimeout:
            return Unknown("TIMEOUT", unheard=True)
        except (requests.Timeout, urllib3.exceptions.TimeoutError):
            return Unknown("TIMEOUT")
        except (requests.RequestException, urllib3.exceptions.HTTPError) as problem:
            return Unknown("UNREACHABLE", unheard=_never_connected(problem))

    def told(
        self,
        kind: type[T],
        method: Literal["GET", "POST"],
        path: str,
        query: Mapping[str, str] | None = None,
        said: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> T | Unknown:
        """The answer in its shape."""
        body = self.ask(method, path, query, said, headers)
        return body if isinstance(body, Unknown) else read(body, kind)


def _never_connected(problem: Exception) -> bool:
    """Whether no connection was made at all."""
    import urllib3

    inner = problem.args[0] if problem.args else None
    return isinstance(getattr(inner, "reason", None), urllib3.exceptions.NewConnectionError)


def read(body: bytes, kind: type[T]) -> T | Unknown:
    """JSON in the shape of `kind`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Unknown("SHAPE")


def day(text: str) -> date:
    """A calendar day written dd/MM/yyyy. Raises `ValueError`."""
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 a calendar day has no zone


def day_or_none(text: str | None) -> date | None:
    """A calendar day, where one is given. Raises `ValueError` for what is none."""
    return day(text) if text else None
