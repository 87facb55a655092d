"""What desk and page maker say to each other: MessagePack, one sheet, its pages."""

from __future__ import annotations

from typing import Literal

import msgspec

from clerk_app.domain.pages import Made, Wish
from clerk_app.workers.wire import Wire

LARGEST = 128 * 1024 * 1024
"""A message: A4 in colour at 600 dpi as PNG has some 50 million octets, and more where the glass is dirty."""


class Make(msgspec.Struct, frozen=True, tag_field="ask", tag="make"):
    """Make the pages of this sheet; `dpi` 0 where nobody knows."""

    sheet: bytes
    dpi: int
    wish: Wish


class MadeOne(msgspec.Struct, frozen=True):
    """As `page_ports.MadePage`."""

    data: bytes
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    dpi: int
    made: Made


class Pages(msgspec.Struct, frozen=True, tag_field="is", tag="pages"):
    """The pages of the sheet."""

    pages: tuple[MadeOne, ...]


class Trouble(msgspec.Struct, frozen=True, tag_field="is", tag="trouble"):
    """Not this sheet: why, by its code in `imaging.faults`."""

    code: str


Ask = Make
Say = Pages | Trouble

WIRE: Wire[Ask, Say] = Wire(Ask, Say)
