"""How a driver says that a conversation with its scanner ended badly."""

from __future__ import annotations


class ScannerTrouble(Exception):
    """`code` names the fault in `devices.scanner_faults`; `detail` is for the log and holds no personal data."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


class Stopped(Exception):
    """The desk said to stop, or is gone: no trouble of the scanner's."""
