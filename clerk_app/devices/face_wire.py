"""What desk and face worker say to each other: MessagePack, one question, one answer."""

from __future__ import annotations

from typing import Literal

import msgspec

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

_encoder = msgspec.msgpack.Encoder()
_asks: msgspec.msgpack.Decoder[Ask] = msgspec.msgpack.Decoder(Ask)
_says: msgspec.msgpack.Decoder[Say] = msgspec.msgpack.Decoder(Say)


def message(said: Ask | Say) -> bytes:
    """The message's octets."""
    return _encoder.encode(said)


def ask_from(octets: bytes) -> Ask:
    """What the desk asks. Raises `msgspec.MsgspecError` for anything else."""
    return _asks.decode(octets)


def say_from(octets: bytes) -> Say:
    """What the worker says. Raises `msgspec.MsgspecError` for anything else."""
    return _says.decode(octets)
