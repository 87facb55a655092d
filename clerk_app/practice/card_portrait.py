"""Draws the portrait of a specimen citizen: a neutral silhouette with the word SPECIMEN across it."""

from __future__ import annotations

import io
import random
from typing import Literal

WIDTH, HEIGHT = 300, 400
_OCTETS = 15_000
"""About what a real card keeps of a face."""

PortraitKind = Literal["jp2", "jpeg"]


def draw(seed: int, kind: PortraitKind) -> bytes:
    """The picture, the same for the same seed, as JPEG 2000 or JPEG of about 15 KB."""
    from PIL import Image, ImageDraw, ImageFilter, ImageFont

    dice = random.Random(seed)
    tint = dice.choice(((196, 208, 222), (206, 214, 204), (216, 206, 212), (204, 204, 220)))
    picture = Image.new("RGB", (WIDTH, HEIGHT), tint)
    pen = ImageDraw.Draw(picture)
    shoulders, skin, hair = (86, 98, 120), (198, 168, 146), (52, 46, 46)
    pen.ellipse((30, 285, 270, 560), fill=shoulders)
    pen.rectangle((128, 235, 172, 310), fill=skin)
    pen.ellipse((88, 78, 212, 262), fill=hair)
    pen.ellipse((97, 98, 203, 265), fill=skin)
    grain = Image.frombytes("L", (WIDTH, HEIGHT), dice.randbytes(WIDTH * HEIGHT)).filter(ImageFilter.GaussianBlur(1))
    picture = Image.blend(picture.filter(ImageFilter.GaussianBlur(1)), Image.merge("RGB", (grain, grain, grain)), 0.12)
    stamp = Image.new("L", (360, 60), 0)
    ImageDraw.Draw(stamp).text((180, 30), "SPECIMEN", fill=190, font=ImageFont.load_default(56), anchor="mm")
    turned = stamp.rotate(35, expand=True)
    picture.paste((176, 32, 44), ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2), turned)
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
