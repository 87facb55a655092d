"""Health certificates as pages for the reader: drawn, spoilt in the ways that papers at a counter are, JPEG at 300 dpi.

Everything on them is made up. What each one says is known, so that letters and values can be counted.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

DPI = 300
SIZE = (2480, 3508)
OWN = Path(__file__).parents[1] / "resources" / "fonts" / "BeVietnamPro_400Regular.ttf"
SERIF = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
_FAMILY, _MIDDLE = ("Nguyễn", "Trần", "Lê", "Phạm", "Đỗ", "Vũ", "Đặng", "Bùi"), ("Văn", "Thị", "Đức", "Minh", "Hữu")
_GIVEN = ("Hằng", "Quân", "Ngọc", "Đông", "Thủy", "Dũng", "Khánh", "Mỹ", "Tuệ", "Phước")
_CLASSES = ("A1", "B", "B1", "C", "C1", "D", "D2", "E")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate: its lines as printed, and the values that a form takes from it."""

    lines: tuple[str, ...]
    values: Mapping[str, str]

    @property
    def text(self) -> str:
        """All its print in reading order."""
        return "\n".join(self.lines)


def certificate(number: int) -> Certificate:
    """The same number always gives the same certificate."""
    dice = random.Random(number)
    name = f"{dice.choice(_FAMILY)} {dice.choice(_MIDDLE)} {dice.choice(_GIVEN)}".upper()
    born = date(1960, 1, 1) + timedelta(days=dice.randrange(16_000))
    person = f"001{int(born.year >= 2000) * 2}{born.year % 100:02d}{dice.randrange(1_000_000):06d}"
    concluded = date(2026, 1, 5) + timedelta(days=dice.randrange(300))
    serial = f"{dice.randrange(100_000):05d}/GKSKLX/{dice.randrange(1000, 99_999):05d}/26"
    wanted, fit = dice.choice(_CLASSES), dice.random() < 0.8
    conclusion = "Đủ" if fit else "Không đủ"
    lines = (
        f"Số: {serial}",
        "GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE",
        f"Họ và tên (chữ in hoa): {name}",
        f"Ngày sinh: {born:%d/%m/%Y}",
        f"Số CCCD/Căn cước: {person}",
        "Chỗ ở hiện tại: Số 12, phố Hàng Bông, phường Hoàn Kiếm, thành phố Hà Nội",
        "Tiền sử bệnh: có bệnh, tật cần theo dõi trong 5 năm gần đây: không",
        "Tâm thần: hiện tại không có rối loạn tâm thần. Thần kinh: bình thường.",
        "Mắt: phải 10/10, trái 10/10, thị trường bình thường, sắc giác bình thường.",
        "Tim mạch: mạch 72 lần/phút, huyết áp 120/80 mmHg. Hô hấp: bình thường.",
        "Xét nghiệm ma túy: âm tính. Nồng độ cồn trong máu hoặc hơi thở: không phát hiện.",
        "KẾT LUẬN",
        f"{conclusion} điều kiện sức khỏe lái xe hạng: {wanted}",
        f"Hà Nội, ngày {concluded.day} tháng {concluded.month} năm {concluded.year}",
        "NGƯỜI KẾT LUẬN",
    )
    values = {
        "health.number": serial,
        "health.conclusion": "fit" if fit else "unfit",
        "health.concluded": concluded.isoformat(),
        "applicant.name": name,
        "applicant.number": person,
        "applicant.born": born.isoformat(),
    }
    return Certificate(lines, values | {"health.class": wanted})


def drawn(one: Certificate, font: Path, ink: int = 30) -> Any:
    """The certificate on a white page, RGB (Pillow)."""
    from PIL import Image, ImageDraw

    page = Image.new("RGB", SIZE, (252, 252, 250))
    pen = ImageDraw.Draw(page)
    for at, line in enumerate(one.lines):
        middle = line.isupper()
        place = (SIZE[0] // 2 if middle else 260, 330 + at * 190)
        pen.text(
            place,
            line,
            font=_font(font, 15 if middle else 12),
            fill=(ink, ink, ink + 6),
            anchor="ms" if middle else "ls",
        )
    return page


@cache
def _font(path: Path, points: float) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(str(path), round(points * DPI / 72))


def _noise(page: Any, seed: int) -> Any:
    import numpy as np
    from PIL import Image

    pixels = np.asarray(page, np.int16) + np.random.default_rng(seed).normal(0, 22, (SIZE[1], SIZE[0], 1)).astype(
        np.int16
    )
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _straightened(page: Any, seed: int) -> Any:
    """Askew on the glass and turned back by the maker: twice resampled, a tenth of a degree is left."""
    from PIL import Image

    angle = random.Random(seed).uniform(-6, 6)
    there = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(252, 252, 250))
    return there.rotate(-angle + 0.1, Image.Resampling.BICUBIC, fillcolor=(252, 252, 250))


def _stamped(page: Any, seed: int) -> Any:
    """A round red stamp over the conclusion and its date."""
    from PIL import Image, ImageDraw

    layer = Image.new("RGB", page.size, (255, 255, 255))
    pen, dice = ImageDraw.Draw(layer), random.Random(seed)
    x, y, radius = dice.randrange(700, 1300), dice.randrange(2550, 2950), 210
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(200, 40, 46), width=14)
    pen.ellipse((x - 150, y - 150, x + 150, y + 150), outline=(200, 40, 46), width=5)
    pen.text((x, y + 14), "BẢN MẪU", font=_font(OWN, 11), fill=(200, 40, 46), anchor="ms")
    from PIL import ImageChops

    return ImageChops.multiply(page, layer)


def _blurred(page: Any, seed: int) -> Any:
    from PIL import ImageFilter

    return page.filter(ImageFilter.GaussianBlur(1.8))


def _copied(page: Any, seed: int) -> Any:
    """A copy of a copy: two tones, specks, broken strokes."""
    import numpy as np
    from PIL import Image, ImageFilter

    dice = np.random.default_rng(seed)
    grey = np.asarray(page.convert("L").filter(ImageFilter.GaussianBlur(1.2)), np.int16)
    two = np.where(grey + dice.normal(0, 30, grey.shape) > 150, 250, 20).astype(np.uint8)
    two[dice.random(grey.shape) < 0.0006] = 20
    return Image.fromarray(two).filter(ImageFilter.GaussianBlur(0.7)).convert("RGB")


SPOILT: Mapping[str, Callable[[Any, int], Any]] = {
    "clean": lambda page, _: page,
    "noise": _noise,
    "straightened": _straightened,
    "stamp": _stamped,
    "blurred": _blurred,
    "copied": _copied,
}
FAINT = 150
"""The grey of print that a tired ribbon leaves."""
KINDS = (*SPOILT, "faint")


def page(number: int, kind: str) -> tuple[Certificate, bytes]:
    """A certificate and its page as JPEG. Even numbers are set in the program's own sans serif, odd ones in a serif."""
    one = certificate(number)
    font = SERIF if number % 2 and SERIF.exists() else OWN
    picture = drawn(one, font, FAINT if kind == "faint" else 30)
    spoilt = SPOILT.get(kind, SPOILT["clean"])(picture, number)
    out = BytesIO()
    spoilt.save(out, "JPEG", quality=75, dpi=(DPI, DPI))
    return one, out.getvalue()


def letters_wrong(read: str, meant: str) -> tuple[int, int]:
    """(letters wrong, letters meant): the edit distance without blanks, marks and case counting."""
    one, other = "".join(read.split()), "".join(meant.split())
    before = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        now = [at]
        for place, wanted in enumerate(other, 1):
            now.append(min(before[place] + 1, now[-1] + 1, before[place - 1] + (letter != wanted)))
        before = now
    return before[-1], len(other)
