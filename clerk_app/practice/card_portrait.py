"""The portrait on the card of a specimen citizen: their face with the word SPECIMEN below it."""

from __future__ import annotations

import io
import random
from typing import Literal

from clerk_app.practice import faces

WIDTH, HEIGHT = faces.WIDTH, faces.HEIGHT
_OCTETS = 15_000
"""About what a real card keeps of a face."""

PortraitKind = Literal["jp2", "jpeg"]


def draw(seed: int, kind: PortraitKind) -> bytes:
    """The picture, the same for the same seed, as JPEG 2000 or JPEG of about 15 KB."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    dice = random.Random(seed)
    picture = faces.face(seed)
    grain = Image.frombytes("L", (WIDTH, HEIGHT), dice.randbytes(WIDTH * HEIGHT)).filter(ImageFilter.GaussianBlur(1))
    picture = Image.blend(picture, Image.merge("RGB", (grain, grain, grain)), 0.06)
    pen = ImageDraw.Draw(picture)
    stamp = ImageFont.load_default(34)
    at = WIDTH // 2, HEIGHT - 22
    pen.text(at, "SPECIMEN", fill=(196, 24, 40), font=stamp, anchor="ms", stroke_width=2, stroke_fill="white")
    return _jpeg_2000(picture) if kind == "jp2" else _jpeg(picture)


def _jpeg_2000(picture: object) -> bytes:
    from PIL import Image

    assert isinstance(picture, Image.Image)
    out = io.BytesIO()
    rate = picture.width * picture.height * 3 / _OCTETS
    picture.save(out, "JPEG2000", quality_mode="rates", quality_layers=[rate], irreversible=True)
    return out.getvalue()


def _jpeg(picture: object) -> bytes:
    from PIL import Image

    assert isinstance(picture, Image.Image)
    data = b""
    for quality in range(20, 96, 5):
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=quality)
        if data and len(out.getvalue()) > _OCTETS:
            break
        data = out.getvalue()
    return data
