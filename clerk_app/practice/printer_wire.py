"""IPP messages as a printer reads and writes them (RFC 8010), for the practice printer alone."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OPERATION, JOB, END, PRINTER, UNSUPPORTED = 0x01, 0x02, 0x03, 0x04, 0x05
INTEGER, BOOLEAN, ENUM, RANGE, RESOLUTION = 0x21, 0x22, 0x23, 0x33, 0x32
TEXT, NAME, KEYWORD, URI, CHARSET, LANGUAGE, MIME = 0x41, 0x42, 0x44, 0x45, 0x47, 0x48, 0x49
COLLECTION, _END_COLLECTION, _MEMBER = 0x34, 0x37, 0x4A

Value = int | bool | str | tuple[int, ...]
Attribute = tuple[int, Sequence["Value | Mapping[str, Attribute]"]]
Attributes = Mapping[str, Attribute]


class NotIpp(Exception):
    """The bytes are no IPP message."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question: its number, the operation's code, its attributes by group, and the document behind them."""

    version: tuple[int, int]
    operation: int
    number: int
    groups: Mapping[int, Mapping[str, tuple[Value, ...]]]
    document: bytes

    def first(self, name: str, group: int = OPERATION) -> Value | None:
        """The first value of an attribute."""
        values = self.groups.get(group, {}).get(name, ())
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Every text of an operation attribute."""
        return tuple(v for v in self.groups.get(OPERATION, {}).get(name, ()) if isinstance(v, str))


def _value(tag: int, raw: bytes) -> Value:
    if tag in (INTEGER, ENUM) and len(raw) == 4:
        return int(struct.unpack(">i", raw)[0])
    if tag == BOOLEAN and len(raw) == 1:
        return raw != b"\0"
    return raw.decode("utf-8", "replace")


def read(message: bytes) -> Request:
    """The question in `message`. Raises `NotIpp`. Collections are kept as their members' bare values."""
    try:
        major, minor, operation, number = struct.unpack_from(">BBHI", message)
        groups: dict[int, dict[str, tuple[Value, ...]]] = {}
        group, name, at = 0, "", 8
        while (tag := message[at]) != END:
            at += 1
            if tag < 0x10:
                group = tag
                groups.setdefault(group, {})
                continue
            (length,) = struct.unpack_from(">H", message, at)
            name = message[at + 2 : at + 2 + length].decode("ascii") if length else name
            at += 2 + length
            (length,) = struct.unpack_from(">H", message, at)
            raw = message[at + 2 : at + 2 + length]
            at += 2 + length
            groups[group][name] = (*groups[group].get(name, ()), _value(tag, raw))
    except (struct.error, IndexError, KeyError, UnicodeDecodeError) as problem:
        raise NotIpp from problem
    return Request((major, minor), operation, number, groups, message[at + 1 :])


def _bytes(tag: int, value: Value) -> bytes:
    if isinstance(value, bool):
        return b"\1" if value else b"\0"
    if isinstance(value, int):
        return struct.pack(">i", value)
    if isinstance(value, str):
        return value.encode("utf-8")
    return struct.pack(">iib" if tag == RESOLUTION else ">ii", *value)


def _field(tag: int, name: str, raw: bytes) -> bytes:
    label = name.encode("ascii")
    return struct.pack(">BH", tag, len(label)) + label + struct.pack(">H", len(raw)) + raw


def _written(name: str, attribute: Attribute) -> bytes:
    """An attribute with all its values; the members of a collection follow it (RFC 8010 §3.1.6)."""
    tag, values = attribute
    out = bytearray()
    for index, value in enumerate(values):
        label = name if index == 0 else ""
        if isinstance(value, Mapping):
            out += _field(COLLECTION, label, b"")
            for member, inner in value.items():
                out += _field(_MEMBER, "", member.encode("ascii")) + _written("", inner)
            out += _field(_END_COLLECTION, "", b"")
        else:
            out += _field(tag, label, _bytes(tag, value))
    return bytes(out)


def answer(request: Request, status: int, groups: Sequence[tuple[int, Attributes]] = ()) -> bytes:
    """The answer to `request` with its attribute groups."""
    common: Attributes = {
        "attributes-charset": (CHARSET, ("utf-8",)),
        "attributes-natural-language": (LANGUAGE, ("en",)),
    }
    out = bytearray(struct.pack(">BBHI", *request.version, status, request.number))
    for group, attributes in ((OPERATION, common), *groups):
        out.append(group)
        for name, attribute in attributes.items():
            out += _written(name, attribute)
    out.append(END)
    return bytes(out)
