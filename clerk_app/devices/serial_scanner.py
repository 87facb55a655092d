"""A code scanner on a serial port (RS-232, or USB as a serial port): texts ended by CR or LF.

State of the port, one `scan` at a time:

    closed --opened--> listening --octets--> half a text --CR or LF--> a text is handed over --> listening
      ^                    |                      |
      |                    |                      +--`half_s` of silence--> the half is dropped --> listening
      +----unplugged-------+
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from clerk_app.devices.faults import fault

if TYPE_CHECKING:
    import serial

    from clerk_app.desk.ports import Cancel

BAUD = 9600
LONGEST = 4096
"""Octets of a text; what is longer is noise and is dropped up to its end."""
HALF_S = 1.0
LOOK_S = 0.1
_SETTING = re.compile(r"serial:(?P<port>.+?)(?:@(?P<baud>[0-9]{3,7}))?")


class SerialScanner:
    """Fulfils `ports.CodeScanner`. The port is opened when it is first asked, and again after it was unplugged."""

    def __init__(self, setting: str, half_s: float = HALF_S) -> None:
        """`setting` is `serial:PORT` or `serial:PORT@BAUD`; one that cannot be understood is said by `scan`.

        `half_s` is the silence after which half a text is dropped.
        """
        self._setting = setting
        self._half_s = half_s
        self._port: serial.Serial | None = None
        self._half = bytearray()
        self._texts: list[str] = []
        self._last = 0.0
        self._refused = False
        """Whether it could not be opened the last time: another program has it, or it is no serial port."""

    def scan(self, cancel: Cancel, timeout_s: float) -> str | None:
        """The next text, NFC, without its end; None when none came within `timeout_s` seconds.

        Raises `DeviceFault`: CODE_SCANNER_SETTING, CODE_SCANNER_MISSING, CODE_SCANNER_LOST.
        """
        port = self._port or self._opened()
        deadline = time.monotonic() + timeout_s
        while not self._texts:
            if cancel() or time.monotonic() >= deadline:
                return None
            self._take(self._octets(port))
        return self._texts.pop(0)

    def look(self) -> str:
        """The name of the port. Raises `DeviceFault`: CODE_SCANNER_SETTING, CODE_SCANNER_MISSING.

        The port is not opened for it: a second program that looks would take away half a text.
        """
        port = self._asked()["port"]
        if self._refused or not _there(port):
            raise fault("CODE_SCANNER_MISSING", port=port)
        return port

    def forget(self) -> None:
        """Drop what came while nobody listened: it was meant for another dossier, perhaps for another clerk."""
        self._half.clear()
        self._texts.clear()
        if self._port is not None:
            try:
                self._port.reset_input_buffer()
            except (OSError, TypeError):
                # It was unplugged meanwhile: the next scan says so and opens it anew.
                self.close()

    def close(self) -> None:
        """Let the port go."""
        port, self._port = self._port, None
        self._half.clear()
        if port is not None:
            port.close()

    def _opened(self) -> serial.Serial:
        import serial

        asked = self._asked()
        try:
            self._port = serial.Serial(asked["port"], int(asked["baud"] or BAUD), timeout=LOOK_S)
            self._refused = False
        except (OSError, ValueError) as problem:
            self._refused = True
            # pyserial's own fault is an OSError; a baud rate that the port does not have is a ValueError.
            raise fault("CODE_SCANNER_MISSING", port=asked["port"]) from problem
        return self._port

    def _asked(self) -> re.Match[str]:
        asked = _SETTING.fullmatch(self._setting)
        if asked is None:
            raise fault("CODE_SCANNER_SETTING")
        return asked

    def _octets(self, port: serial.Serial) -> bytes:
        try:
            first: bytes = port.read(1)
            return first + (port.read(port.in_waiting) if first else b"")
        except (OSError, TypeError) as problem:
            # A port that goes while it is read is an OSError; pyserial says TypeError when it was closed meanwhile.
            self.close()
            raise fault("CODE_SCANNER_LOST") from problem

    def _take(self, octets: bytes) -> None:
        now = time.monotonic()
        if self._half and now - self._last > self._half_s:
            self._half.clear()
        if not octets:
            return
        self._last = now
        *whole, half = re.split(rb"[\r\n]", bytes(self._half) + octets)
        self._half = bytearray(half[: LONGEST + 1])
        self._texts += [_text(one) for one in whole if one.strip() and len(one) <= LONGEST]


def _there(port: str) -> bool:
    """Whether this computer has such a port."""
    if os.name != "nt":
        return Path(port).exists()
    from serial.tools import list_ports

    return any(one.device == port for one in list_ports.comports())


def _text(octets: bytes) -> str:
    """UTF-8, or octet for octet where it is not: the reader of the code says then that it is garbled."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("latin-1")
    return unicodedata.normalize("NFC", text)
