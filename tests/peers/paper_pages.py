"""Pages with Vietnamese print on them, and where each word stands, as a reader of print would say it."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from clerk_app.desk.page_ports import ArchivePage
from clerk_app.domain.pages import PageText, Word

FONT = Path(__file__).parents[2] / "resources" / "fonts" / "BeVietnamPro_400Regular.ttf"
A4, CARD = (2480, 3508), (1011, 638)
CERTIFICATE = (
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập – Tự do – Hạnh phúc",
    "GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE",
    "Kết luận: Đủ điều kiện lái xe hạng B, ngày 03/11/2026",
)


@lru_cache(maxsize=32)
def printed(
    lines: tuple[str, ...] = CERTIFICATE,
    size: tuple[int, int] = A4,
    mode: str = "RGB",
    kind: str = "JPEG",
    letters: int = 50,
) -> tuple[bytes, PageText]:
    """A picture of these lines and its words."""
    picture = Image.new(mode, size, "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), letters)
    words, top = [], letters * 2
    for number, line in enumerate(lines):
        left = float(letters * 2)
        for text in line.split():
            box = draw.textbbox((left, top), text, font=font)
            draw.text((left, top), text, font=font, fill="black")
            place = (int(box[0]), int(box[1]), int(box[2] - box[0]), int(box[3] - box[1]))
            words.append(Word(text, place, 0.93, number))
            left = box[2] + letters * 0.35
        top += int(letters * 1.8)
    out = BytesIO()
    picture.save(out, kind, dpi=(300, 300))
    return out.getvalue(), PageText(tuple(words), *size)


def page(
    size: tuple[int, int] = A4, *, lines: tuple[str, ...] = CERTIFICATE, read: bool = True, **other
) -> ArchivePage:  # type: ignore[no-untyped-def]
    """A page for an archive copy at 300 dpi; `other` are fields of it, and `mode` and `kind` of its picture."""
    picture, text = printed(lines, size, other.pop("mode", "RGB"), kind := other.pop("kind", "JPEG"))
    media = "image/png" if kind == "PNG" else "image/jpeg"
    return ArchivePage(picture, media, *size, other.pop("dpi", 300), text=text if read else None, **other)
