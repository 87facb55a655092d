"""HTTP with one scanner, as eSCL needs it: nothing waits without hearing the desk, nothing is taken without bound.

`http.client` and not a library above it: a wait for a slow page must end at the desk's word, and the socket that is
waited for is within reach here. Each request has a connection of its own, as scanners close them when they like.
"""

from __future__ import annotations

import http.client
import io
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

from clerk_app.devices.scanner.trouble import ScannerTrouble, Stopped

CONNECT_S = 5.0
PATIENCE_S = 25.0
"""How long a scanner that was asked may send nothing at all."""
_LOOK_EVERY_S = 0.2
_CHUNK = 65536
_PIECE = 8192
_REDIRECTS = 3
_MOST_TEXT = 1 << 20


class BodyCut(Exception):
    """Fewer octets came than were promised."""


class _Waiting(io.RawIOBase):
    """What a socket sends; between two octets the owner is asked whether to wait on."""

    def __init__(self, line: socket.socket, wait: Callable[[float], None]) -> None:
        self._line = line
        self._file = line.makefile("rb", buffering=0)  # keeps the socket open, whoever else closes it
        self._wait = wait

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        began = time.monotonic()
        while not (isinstance(self._line, ssl.SSLSocket) and self._line.pending()):
            if select.select([self._line], [], [], _LOOK_EVERY_S)[0]:
                break
            self._wait(time.monotonic() - began)
        return self._file.readinto(buffer) or 0

    def close(self) -> None:
        self._file.close()
        super().close()


class _File:
    """As much of a socket as `http.client.HTTPResponse` uses."""

    def __init__(self, line: socket.socket, wait: Callable[[float], None]) -> None:
        self._line, self._wait = line, wait

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Waiting(self._line, self._wait), _CHUNK)


class Answer:
    """The head of an answer, and its body to be read once."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response
        self.status = response.status
        self.promised = response.length
        """The body's length; None where it comes in pieces or ends with the connection."""

    def header(self, name: str) -> str:
        """A header's value, empty where there is none."""
        return self._response.getheader(name) or ""

    def pieces(self, most: int) -> Iterator[bytes]:
        """The body. Raises `BodyCut`, and `ScannerTrouble` `SCANNER_GARBLED` for more than `most` octets."""
        promised, came = self.promised, 0
        if promised is not None and promised > most:
            raise ScannerTrouble("SCANNER_GARBLED", "body too large")
        try:
            while piece := self._response.read(_PIECE):
                came += len(piece)
                if came > most:
                    raise ScannerTrouble("SCANNER_GARBLED", "body without end")
                yield piece
        except (http.client.HTTPException, OSError) as problem:
            raise BodyCut from problem
        if promised is not None and came != promised:
            raise BodyCut

    def text(self) -> bytes:
        """A short body whole. Raises like `pieces`."""
        return b"".join(self.pieces(_MOST_TEXT))

    def save(self, file: BinaryIO, most: int, told: Callable[[int], None]) -> int:
        """Write the body; its length. `told` hears after each piece how much is there. Raises like `pieces`."""
        came = 0
        for piece in self.pieces(most):
            file.write(piece)
            came += len(piece)
            told(came)
        return came


class Http:
    """One scanner by its address. `stirs` says whether the desk has said something more."""

    def __init__(self, address: str, stirs: Callable[[], bool]) -> None:
        self._base = address.rstrip("/")
        self.stirs = stirs

    @property
    def host(self) -> str:
        """Where it is."""
        return urlsplit(self._base).hostname or ""

    def path(self, location: str) -> str:
        """The path of a `Location` that the scanner gave, however it wrote it.

        Host, port and scheme are ours: scanners name themselves by what they believe their address to be.
        """
        return urlsplit(urljoin(f"{self._base}/", location.strip())).path.rstrip("/")

    @contextmanager
    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        patience_s: float = PATIENCE_S,
        waiting: Callable[[float], bool] = lambda waited: False,
    ) -> Iterator[Answer]:
        """The answer to a request; `path` is absolute, or below the eSCL resource.

        `waiting` is told how long nothing has come and says whether that is well, beyond `patience_s` too. Raises
        `Stopped` when the desk says something meanwhile, and `ScannerTrouble`: SCANNER_UNREACHABLE, SCANNER_SILENT,
        SCANNER_IO, SCANNER_GARBLED.
        """

        def wait(waited: float) -> None:
            if self.stirs():
                raise Stopped
            if not waiting(waited) and waited > patience_s:
                raise ScannerTrouble("SCANNER_SILENT", method)

        connection: http.client.HTTPConnection | None = None
        try:
            for _ in range(_REDIRECTS + 1):
                connection, response = self._sent(method, path, body, wait)
                place = response.getheader("Location") or ""
                if response.status not in (301, 302, 307, 308) or not place or method == "DELETE":
                    break
                connection.close()
                path = self._moved(path, place)
            else:
                raise ScannerTrouble("SCANNER_GARBLED", "redirected in a circle")
            yield Answer(response)
        finally:
            if connection is not None:
                connection.close()

    def _moved(self, path: str, place: str) -> str:
        """Follow a redirection within the same host, from plain to secure too."""
        target = urlsplit(urljoin(self._url(path), place))
        if target.scheme not in ("http", "https") or target.hostname != self.host:
            raise ScannerTrouble("SCANNER_GARBLED", "redirected elsewhere")
        self._base = f"{target.scheme}://{target.netloc}{urlsplit(self._base).path}"
        return target.path

    def _url(self, path: str) -> str:
        return path if "://" in path else urljoin(f"{self._base}/", path)

    def _sent(
        self, method: str, path: str, body: bytes, wait: Callable[[float], None]
    ) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
        target = urlsplit(self._url(path))
        connection = _connection(target.scheme, target.hostname or "", target.port)
        try:
            connection.connect()
            line = connection.sock
            assert isinstance(line, socket.socket)
        except (OSError, UnicodeError) as problem:
            connection.close()
            raise ScannerTrouble("SCANNER_UNREACHABLE", type(problem).__name__) from problem
        try:
            headers = {"Connection": "close"} | ({"Content-Type": "text/xml"} if body else {})
            connection.request(method, target.path, body or None, headers)
            line.settimeout(None)  # from here on `wait` decides
            response = http.client.HTTPResponse(_File(line, wait), method=method)  # type: ignore[arg-type]
            response.begin()
        except http.client.HTTPException as problem:
            connection.close()
            lost = isinstance(problem, http.client.RemoteDisconnected)
            raise ScannerTrouble("SCANNER_IO" if lost else "SCANNER_GARBLED", type(problem).__name__) from problem
        except OSError as problem:
            connection.close()
            raise ScannerTrouble("SCANNER_IO", type(problem).__name__) from problem
        except BaseException:
            connection.close()
            raise
        return connection, response


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=CONNECT_S)
    # A scanner's certificate is its own work and changes with its name: it hides pages from listeners, no more.
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(host, port, timeout=CONNECT_S, context=context)
