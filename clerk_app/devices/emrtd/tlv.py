"""Tag-length-value as chips write it (ISO 7816-4 §5.2.2): definite lengths only, every length checked."""

from __future__ import annotations

from collections.abc import Iterator

from clerk_app.devices.emrtd.apdu import Malformed

MOST_NODES = 512
"""No structure on a citizen card has more: a bound against data made to keep a parser busy."""


def encode(tag: int, value: bytes) -> bytes:
    """One data object with the shortest length form."""
    size = len(value)
    if size < 0x80:
        length = bytes((size,))
    elif size < 0x100:
        length = bytes((0x81, size))
    elif size < 0x10000:
        length = b"\x82" + size.to_bytes(2, "big")
    else:
        length = b"\x83" + size.to_bytes(3, "big")
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length + value


def header(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """(tag, where the value starts, its length) of the object at `at`. The value itself may not be there yet."""
    try:
        tag = data[at]
        at += 1
        if tag & 0x1F == 0x1F:
            for _ in range(2):
                tag = tag << 8 | data[at]
                at += 1
                if not data[at - 1] & 0x80:
                    break
            else:
                raise Malformed("tag longer than three bytes")
        length = data[at]
        at += 1
        if length == 0x80 or length > 0x83:
            raise Malformed("length form")
        if length > 0x80:
            octets = data[at : at + (length & 0x7F)]
            if len(octets) < length & 0x7F:
                raise Malformed("length cut off")
            at += len(octets)
            length = int.from_bytes(octets, "big")
    except IndexError:
        raise Malformed("header cut off") from None
    return tag, at, length


def objects(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every (tag, value) of `data` in order. Raises `Malformed` when a value is cut off or there are too many."""
    at = 0
    for _ in range(MOST_NODES):
        while at < len(data) and data[at] == 0:
            at += 1
        if at >= len(data):
            return
        tag, start, length = header(data, at)
        if start + length > len(data):
            raise Malformed("value cut off")
        yield tag, data[start : start + length]
        at = start + length
    raise Malformed("too many objects")


def first(data: bytes, tag: int) -> bytes:
    """The value of the first object with `tag`. Raises `Malformed` when there is none."""
    for found, value in objects(data):
        if found == tag:
            return value
    raise Malformed(f"no object {tag:X}")
