"""Tag-length-value in the plainest way, for terminals that share no code with the program."""

from __future__ import annotations


def objects(data: bytes) -> dict[int, bytes]:
    """The values by one-octet tag, in their order; a length of several octets says how many."""
    found: dict[int, bytes] = {}
    at = 0
    while at < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size > 0x80:
            octets = size - 0x80
            size, at = int.from_bytes(data[at : at + octets], "big"), at + octets
        found[tag] = data[at : at + size]
        at += size
    return found
