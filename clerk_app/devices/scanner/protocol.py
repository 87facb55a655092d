"""What desk and scan worker say to each other, one JSON object per line."""

from __future__ import annotations

from typing import Literal

import msgspec


class AskDevices(msgspec.Struct, frozen=True, tag_field="ask", tag="devices"):
    """Which scanners are there? `address` is that of the one to ask, for a driver that talks to one by its address."""

    driver: str
    address: str = ""


class AskFind(msgspec.Struct, frozen=True, tag_field="ask", tag="find"):
    """Which scanners does the network announce? `interfaces` empty: on every one of this computer's."""

    within_s: float = 2.5
    interfaces: tuple[str, ...] = ()


class AskScan(msgspec.Struct, frozen=True, tag_field="ask", tag="scan"):
    """Scan until `source` is empty (a glass: one page) into files in `folder`."""

    driver: str
    device: str
    source: str
    dpi: int
    folder: str


class AskCancel(msgspec.Struct, frozen=True, tag_field="ask", tag="cancel"):
    """Stop after what is complete."""


class Device(msgspec.Struct, frozen=True, tag_field="is", tag="device"):
    """One scanner. `host` is where a network scanner is, empty for others."""

    name: str
    label: str
    sources: tuple[str, ...]
    host: str = ""


class Found(msgspec.Struct, frozen=True, tag_field="is", tag="found"):
    """A scanner that the network announces, by the name it keeps (a UUID) and where it is now."""

    name: str
    address: str
    label: str


class Notice(msgspec.Struct, frozen=True, tag_field="is", tag="notice"):
    """Something to wait for that is no fault, by its code in `devices.scanner_faults.NOTICES`."""

    code: str


class Progress(msgspec.Struct, frozen=True, tag_field="is", tag="progress"):
    """The scanner is alive: thousandths of the page under way."""

    page: int
    permille: int


class Page(msgspec.Struct, frozen=True, tag_field="is", tag="page"):
    """A complete, checked page in a file of the folder. `dpi` 0 where the scanner does not say."""

    file: str
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    dpi: int


class Fault(msgspec.Struct, frozen=True, tag_field="is", tag="fault"):
    """The end: what went wrong, by its code in `devices.faults`."""

    code: str
    detail: str = ""


class Done(msgspec.Struct, frozen=True, tag_field="is", tag="done"):
    """The end: all that was asked for is there."""

    pages: int = 0


Ask = AskDevices | AskFind | AskScan | AskCancel
Say = Device | Found | Progress | Notice | Page | Fault | Done

_encoder = msgspec.json.Encoder()
_asks: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)
_says: msgspec.json.Decoder[Say] = msgspec.json.Decoder(Say)


def line(message: Ask | Say) -> bytes:
    """The message as one line with its end."""
    return _encoder.encode(message) + b"\n"


def ask_from(text: bytes) -> Ask:
    """What the desk asks. Raises `msgspec.MsgspecError` for anything else."""
    return _asks.decode(text)


def say_from(text: bytes) -> Say:
    """What the worker says. Raises `msgspec.MsgspecError` for anything else."""
    return _says.decode(text)
