"""Pages as drivers leave them: whole, or refused for what is missing; JPEG as network scanners send it, and BMP."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from clerk_app.devices.scanner.bmps import bmp_shape, png_from_bmp
from clerk_app.devices.scanner.jpegs import PageAbsurd, PageOther, checked_jpeg, jpeg_shape
from clerk_app.devices.scanner.pages import PageCut, PageEmpty

SIZE = (160, 120)
PIXELS = SIZE[0] * SIZE[1]


def jpeg(**how: object) -> bytes:
    out = BytesIO()
    Image.effect_noise(SIZE, 60).convert("RGB").save(out, "JPEG", **how)
    return out.getvalue()


JPEG = jpeg(quality=90)


def check(folder: Path, data: bytes, most: int = PIXELS) -> tuple[int, int]:
    file = folder / "page1.jpg"
    file.write_bytes(data)
    return checked_jpeg(file, most)


@pytest.mark.parametrize(
    "how", [{}, {"progressive": True}, {"restart_marker_rows": 1}, {"exif": b"Exif\0\0" + b"x" * 99}]
)
def test_a_whole_jpeg_is_kept_octet_by_octet(tmp_path: Path, how: dict[str, object]) -> None:
    data = jpeg(**how)

    assert check(tmp_path, data) == SIZE
    assert (tmp_path / "page1.jpg").read_bytes() == data


@given(cut=st.integers(2, len(JPEG) - 1), ended=st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_jpeg_cut_anywhere_is_never_a_page(tmp_path: Path, cut: int, ended: bool) -> None:
    """Also where a scanner ends what it has properly: without the last octets of the rows nothing is a page."""
    with pytest.raises((PageCut, PageAbsurd)):
        check(tmp_path, JPEG[: min(cut, len(JPEG) - 8)] + b"\xff\xd9" * ended)


def test_rows_lost_in_the_middle_are_missed(tmp_path: Path) -> None:
    with pytest.raises(PageCut):
        check(tmp_path, JPEG[: len(JPEG) // 3] + JPEG[2 * len(JPEG) // 3 :])


@given(data=st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_octets_are_refused_for_a_reason(tmp_path: Path, data: bytes) -> None:
    for whole in (data, b"\xff\xd8" + data, JPEG[:40] + data):
        with pytest.raises((PageCut, PageEmpty, PageOther, PageAbsurd)):
            check(tmp_path, whole)


def test_a_picture_far_larger_than_asked_for_is_absurd_before_it_is_decoded(tmp_path: Path) -> None:
    at = jpeg_shape(JPEG)[2]

    with pytest.raises(PageAbsurd):
        check(tmp_path, JPEG[:at] + struct.pack(">HH", 65000, 65000) + JPEG[at + 4 :])


def test_what_else_a_scanner_may_send_is_named(tmp_path: Path) -> None:
    with pytest.raises(PageOther) as other:
        check(tmp_path, b"%PDF-1.7\n")
    assert other.value.kind == "application/pdf"
    with pytest.raises(PageEmpty):
        check(tmp_path, b"")


# ---- BMP


def bmp(mode: str) -> bytes:
    out = BytesIO()
    Image.effect_noise(SIZE, 60).convert(mode).save(out, "BMP")
    return out.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
def test_a_windows_bitmap_becomes_the_same_pixels_as_png(tmp_path: Path, mode: str) -> None:
    data = bmp(mode)
    (tmp_path / "page1.bmp").write_bytes(data)

    assert png_from_bmp(tmp_path / "page1.bmp", tmp_path / "page1.png", 300) == SIZE

    with Image.open(tmp_path / "page1.png") as kept, Image.open(BytesIO(data)) as sent:
        assert kept.convert("RGB").tobytes() == sent.convert("RGB").tobytes()
        assert round(kept.info["dpi"][0]) == 300


@given(missing=st.integers(1, len(bmp("RGB")) - 1))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_bitmap_cut_anywhere_is_never_a_page(tmp_path: Path, missing: int) -> None:
    (tmp_path / "page1.bmp").write_bytes(bmp("RGB")[:-missing])

    with pytest.raises((PageCut, PageEmpty)):
        png_from_bmp(tmp_path / "page1.bmp", tmp_path / "page1.png", 300)
    assert not (tmp_path / "page1.png").exists()


@given(head=st.binary(max_size=80))
def test_any_head_has_a_bearable_shape_or_is_refused(head: bytes) -> None:
    for octets in (head, b"BM" + head):
        try:
            width, height, row, offset = bmp_shape(octets)
        except PageCut:
            continue
        assert width >= 0
        assert height >= 0
        assert row % 4 == 0
        assert offset >= 54
