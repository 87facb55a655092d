"""What desk and face worker say to each other: MessagePack, one question, one answer."""

from __future__ import annotations

from typing import Literal

import msgspec

from clerk_app.workers.wire import Wire

Box = tuple[int, int, int, int]


class Compare(msgspec.Struct, frozen=True, tag_field="ask", tag="compare"):
    """Hold a frame (JPEG) against a portrait (JPEG or JPEG 2000)."""

    portrait: bytes
    frame: bytes


class Measure(msgspec.Struct, frozen=True, tag_field="ask", tag="measure"):
    """What is this frame worth as a licence photo?"""

    frame: bytes


class Cut(msgspec.Struct, frozen=True, tag_field="ask", tag="cut"):
    """Cut this frame 3:4 around its one face."""

    frame: bytes


class Compared(msgspec.Struct, frozen=True, tag_field="is", tag="compared"):
    """As `ports.FaceDistance`."""

    found: Literal["one", "none", "several", "no_portrait"]
    distance: float
    box: Box | None


class Measured(msgspec.Struct, frozen=True, tag_field="is", tag="measured"):
    """As `ports.PhotoMeasure`."""

    faces: int
    face: Box | None
    crop: Box | None
    sharpness: float
    light: float
    background: float
    unrest: float
    tilt_deg: float


class Photo(msgspec.Struct, frozen=True, tag_field="is", tag="photo"):
    """The picture as JPEG."""

    jpeg: bytes
    width: int
    height: int


class Trouble(msgspec.Struct, frozen=True, tag_field="is", tag="trouble"):
    """Not this time: why, by its code in `devices.faults`."""

    code: str


Ask = Compare | Measure | Cut
Say = Compared | Measured | Photo | Trouble

WIRE: Wire[Ask, Say] = Wire(Ask, Say)
