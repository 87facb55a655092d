"""The faces of the specimen citizens: drawn so that a detector finds them, and one photograph of NASA."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from clerk_app.practice.specimens import folder

if TYPE_CHECKING:
    from PIL import Image

WIDTH, HEIGHT = 300, 400
PHOTOGRAPHED = 2
"""The specimen citizen whose face is NASA's astronaut; see resources/practice/faces/LICENCE.md."""

_SKINS = ((218, 178, 150), (226, 188, 160), (206, 164, 134))
_HAIRS = ((40, 34, 34), (58, 46, 40), (74, 54, 42))
_CLOTHES = ((70, 84, 110), (112, 60, 66), (64, 92, 80))
_WALLS = ((206, 214, 222), (214, 220, 212), (222, 216, 218))


def face(person: int) -> Image.Image:
    """The picture of a specimen citizen, 300 × 400, the same every time."""
    from PIL import Image

    if person == PHOTOGRAPHED:
        with Image.open(folder() / "faces" / "astronaut.jpg") as photograph:
            return photograph.convert("RGB")
    return _drawn(person)


def _drawn(person: int) -> Image.Image:
    from PIL import Image, ImageDraw, ImageFilter

    dice = random.Random(person)
    skin, hair, clothes, wall = (dice.choice(paints) for paints in (_SKINS, _HAIRS, _CLOTHES, _WALLS))
    shade = (skin[0] - 28, skin[1] - 32, skin[2] - 30)
    wide, low = dice.randint(-6, 8), dice.randint(-5, 6)
    picture = Image.new("RGB", (WIDTH, HEIGHT), wall)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((30, 300, 270, 580), fill=clothes)
    pen.polygon([(120, 300), (180, 300), (150, 350)], fill=(235, 235, 235))
    pen.rectangle((125, 240, 175, 310), fill=shade)
    pen.ellipse((82 - wide, 70, 218 + wide, 270), fill=hair)
    pen.ellipse((92 - wide, 95, 208 + wide, 275), fill=skin)
    pen.pieslice((86 - wide, 70, 214 + wide, 190), 180, 360, fill=hair)
    pen.ellipse((96 - wide, 128, 204 + wide, 175), fill=skin)
    for x in (125, 175):
        pen.ellipse((x - 18, 158, x + 18, 178), fill=shade)
        pen.ellipse((x - 14, 161, x + 14, 177), fill=(245, 245, 245))
        pen.ellipse((x - 7, 161, x + 7, 176), fill=(50, 30, 25))
        pen.arc((x - 16, 157, x + 16, 180), 190, 350, fill=(60, 40, 35), width=3)
        pen.line((x - 18, 149, x - 4, 144, x + 16, 149), fill=hair, width=6)
    pen.line((146, 165, 143, 205), fill=shade, width=4)
    pen.ellipse((135, 196, 165, 214), fill=shade)
    for x in (142, 157):
        pen.ellipse((x - 3, 206, x + 4, 212), fill=(120, 80, 70))
    pen.ellipse((127, 226 + low, 173, 244 + low), fill=(172, 104, 94))
    pen.line((127, 235 + low, 173, 235 + low), fill=(110, 50, 50), width=3)
    return picture.filter(ImageFilter.GaussianBlur(1.2))
