"""Streams of pictures, cut where the line cuts them: every part whole, once and in order, or a refusal."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clerk_app.devices.multipart import NotParts, Parts

BODIES = st.lists(st.binary(min_size=1, max_size=200).filter(lambda body: b"--mark" not in body), max_size=6)


def stream(bodies: list[bytes], lengths: bool, dashes: bool, end: bytes = b"\r\n") -> bytes:
    """As cameras send it."""
    said = b"preamble\r\n"
    for body in bodies:
        said += b"--mark" + end + b"Content-Type: image/jpeg" + end
        said += (b"content-LENGTH: %d" % len(body) + end if lengths else b"") + end + body + b"\r\n"
    return said + b"--mark" + (b"--" if dashes else b"") + b"\r\n"


def cut(octets: bytes, places: list[int]) -> list[bytes]:
    marks = [0, *sorted(place % (len(octets) + 1) for place in places), len(octets)]
    return [octets[start:end] for start, end in pairwise(marks)]


@given(BODIES, st.booleans(), st.booleans(), st.sampled_from(["mark", "--mark", '"mark"']), st.lists(st.integers(0)))
def test_whatever_the_line_cuts_comes_out_whole_once_and_in_order(
    bodies: list[bytes], lengths: bool, dashes: bool, boundary: str, places: list[int]
) -> None:
    # Without a length the end of a body cannot be told from the line's end that belongs to the delimiter.
    sent = bodies if lengths else [body.rstrip(b"\r\n") + b"." for body in bodies]
    parts = Parts(boundary)
    found = [part for piece in cut(stream(sent, lengths, dashes), places) for part in parts.feed(piece)]
    assert found == sent


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_anything_else_is_refused_or_yields_nothing_that_was_not_sent(pieces: list[bytes]) -> None:
    parts = Parts("mark", largest=500)
    sent = b"".join(pieces)
    try:
        for piece in pieces:
            for part in parts.feed(piece):
                assert part in sent
    except NotParts:
        return


def test_a_part_without_end_is_refused_before_it_fills_the_memory() -> None:
    parts = Parts("mark", largest=10_000)
    parts.feed(b"--mark\r\n\r\n")
    for _ in range(10):
        parts.feed(b"x" * 1000)
    with pytest.raises(NotParts):
        parts.feed(b"x" * 10_000)


@pytest.mark.parametrize(
    "octets",
    [b"x" * 20_000, b"--mark\r\n" + b"x" * 20_000, b"--mark\r\nContent-Length: 99999999\r\n\r\n"],
)
def test_no_delimiter_no_end_of_a_head_and_a_part_too_large_are_refused(octets: bytes) -> None:
    with pytest.raises(NotParts):
        Parts("mark").feed(octets)
