"""What the desk and the worker that opens a file say to each other: the file in pieces, then page after page."""

from __future__ import annotations

from typing import Literal

import msgspec

from clerk_app.workers.wire import Wire

PIECE = 4 * 1024 * 1024
LARGEST_PAGE = 20 * 1024 * 1024
"""Octets of one page: it has to fit into one message, here and to whoever makes a page of it."""


class Piece(msgspec.Struct, frozen=True, tag_field="ask", tag="piece"):
    """The next octets of the file; empty: that was all of it."""

    data: bytes


class Next(msgspec.Struct, frozen=True, tag_field="ask", tag="next"):
    """The next page, please."""


class Sheet(msgspec.Struct, frozen=True, tag_field="is", tag="sheet"):
    """A page; as `ports.ScannedPage`."""

    data: bytes
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int
    dpi: int


class End(msgspec.Struct, frozen=True, tag_field="is", tag="end"):
    """There are no more pages."""


class Trouble(msgspec.Struct, frozen=True, tag_field="is", tag="trouble"):
    """No page, and none after it: why, by its code in `file_faults`."""

    code: str


Ask = Piece | Next
Say = Sheet | End | Trouble

WIRE: Wire[Ask, Say] = Wire(Ask, Say)
