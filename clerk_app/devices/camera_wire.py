"""What desk and camera worker say to each other: MessagePack, one message after the other."""

from __future__ import annotations

import msgspec

from clerk_app.workers.wire import Wire


class Open(msgspec.Struct, frozen=True, tag_field="ask", tag="open"):
    """Open this camera, as the setting `camera` names it. It may hold a password: never on a command line."""

    source: str


class Next(msgspec.Struct, frozen=True, tag_field="ask", tag="next"):
    """The newest picture, please."""


class Picture(msgspec.Struct, frozen=True, tag_field="is", tag="picture"):
    """A JPEG that is small enough to be opened, with its size in pixels."""

    jpeg: bytes
    width: int
    height: int


class Trouble(msgspec.Struct, frozen=True, tag_field="is", tag="trouble"):
    """The end: what went wrong, by its code in `devices.faults`, and the HTTP status where that is the reason."""

    code: str
    status: int = 0


Ask = Open | Next
Say = Picture | Trouble

WIRE: Wire[Ask, Say] = Wire(Ask, Say)
