"""Specimen papers as they come off a flatbed's glass: A4 at 300 dpi, a little askew, with a scanner's noise.

Everything on them is fictitious and marked as a specimen; no seal, emblem or signature of a real office is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clerk_app.domain.licence import Licence
from clerk_app.domain.people import Person

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Paper = Literal["health", "licence-front", "licence-back", "empty"]
PAPERS: tuple[Paper, ...] = ("health", "licence-front", "licence-back", "empty")

DPI = 300
A4 = (2480, 3508)
_CARD = (1011, 638)  # ISO 7810 ID-1, 85.6 × 54.0 mm
_FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"
_INK, _FAINT, _BLUE, _RED = (32, 32, 40), (120, 120, 128), (28, 48, 140), (176, 32, 36)


@dataclass(slots=True)
class _Pen:
    """Writes on a picture in millimetres."""

    draw: ImageDraw
    fonts: dict[tuple[str, float], FreeTypeFont]

    def font(self, weight: str, points: float) -> FreeTypeFont:
        from PIL import ImageFont

        key = (weight, points)
        if key not in self.fonts:
            self.fonts[key] = ImageFont.truetype(str(_FONTS / f"BeVietnamPro_{weight}.ttf"), round(points * DPI / 72))
        return self.fonts[key]

    def write(
        self,
        x: float,
        y: float,
        words: str,
        points: float = 11,
        weight: str = "400Regular",
        ink: tuple[int, int, int] = _INK,
        anchor: str = "ls",
    ) -> None:
        self.draw.text((_px(x), _px(y)), words, font=self.font(weight, points), fill=ink, anchor=anchor)

    def rule(
        self, x: float, y: float, x2: float, y2: float, ink: tuple[int, int, int] = _FAINT, width: int = 2
    ) -> None:
        self.draw.line((_px(x), _px(y), _px(x2), _px(y2)), fill=ink, width=width)

    def box(self, x: float, y: float, x2: float, y2: float, ink: tuple[int, int, int] = _INK, width: int = 3) -> None:
        self.draw.rectangle((_px(x), _px(y), _px(x2), _px(y2)), outline=ink, width=width)


def _px(mm: float) -> int:
    return round(mm * DPI / 25.4)


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "không thời hạn"


def _pen(picture: Image) -> _Pen:
    from PIL import ImageDraw

    return _Pen(ImageDraw.Draw(picture), {})


def _health(person: Person, licence: Licence) -> Image:
    """A health certificate for drivers in the layout of TT 36/2024/TT-BYT, annex I."""
    from PIL import Image

    page = Image.new("RGB", A4, (252, 251, 248))
    pen = _pen(page)
    pen.write(58, 22, "CƠ SỞ KHÁM BỆNH TẬP HUẤN", 10, anchor="ms")
    pen.write(58, 27, "PHÒNG KHÁM MẪU SỐ 1", 10, "700Bold", anchor="ms")
    pen.write(58, 32, "Số: 00042/GKSKLX/MAU15/26", 9.5, anchor="ms")
    pen.write(145, 22, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 10, "700Bold", anchor="ms")
    pen.write(145, 27, "Độc lập - Tự do - Hạnh phúc", 10, "600SemiBold", anchor="ms")
    pen.rule(120, 29, 170, 29, _INK, 3)
    pen.write(105, 46, "GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE", 16, "700Bold", anchor="ms")
    pen.box(22, 54, 52, 94)
    pen.write(37, 72, "Ảnh", 10, ink=_FAINT, anchor="ms")
    pen.write(37, 77, "(4 x 6 cm)", 10, ink=_FAINT, anchor="ms")
    sex = {"M": "Nam", "F": "Nữ"}.get(person.sex or "", "")
    rows = [
        ("Họ và tên (chữ in hoa):", person.name.upper()),
        ("Giới:", sex),
        ("Số CCCD/Căn cước:", person.number),
        ("Cấp ngày:", _day(person.issued)),
        ("Chỗ ở hiện tại:", ""),
        ("", person.residence),
        ("Đề nghị khám sức khỏe để lái xe hạng:", licence.code),
    ]
    for index, (label, value) in enumerate(rows):
        y = 59 + index * 6.2
        pen.write(58, y, label, 10.5)
        indent = f"{label}  " if label else ""
        start = 58 + pen.draw.textlength(indent, font=pen.font("400Regular", 10.5)) * 25.4 / DPI
        pen.write(start, y, value, 10.5, "600SemiBold", _BLUE)
    pen.write(96, 65.2, "Ngày sinh:", 10.5)
    pen.write(120, 65.2, _day(person.born), 10.5, "600SemiBold", _BLUE)
    pen.write(22, 106, "I. TIỀN SỬ BỆNH CỦA ĐỐI TƯỢNG KHÁM SỨC KHỎE", 11, "700Bold")
    pen.write(22, 113, "Có bệnh, tật cần theo dõi trong 5 năm gần đây:   [  ] Có    [x] Không", 10.5)
    pen.write(22, 119, "Đang điều trị bệnh:   [  ] Có    [x] Không", 10.5)
    pen.write(22, 129, "II. KHÁM LÂM SÀNG", 11, "700Bold")
    table = [
        ("1. Tâm thần", "Hiện tại không có rối loạn tâm thần"),
        ("2. Thần kinh", "Bình thường"),
        ("3. Mắt", "Phải 10/10   Trái 10/10   Thị trường bình thường   Sắc giác bình thường"),
        ("4. Tai - Mũi - Họng", "Nói thường 5 m, nói thầm 1,5 m (hai tai)"),
        ("5. Tim mạch", "Mạch 72 lần/phút   Huyết áp 120/80 mmHg"),
        ("6. Hô hấp", "Bình thường"),
        ("7. Cơ - Xương - Khớp", "Bình thường"),
        ("8. Nội tiết", "Bình thường"),
        ("9. Thai sản", "Không áp dụng"),
    ]
    for index, (organ, finding) in enumerate(table):
        y = 133 + index * 7.5
        pen.box(22, y, 192, y + 7.5, _FAINT, 2)
        pen.write(24, y + 5.2, organ, 9.5, "600SemiBold")
        pen.write(66, y + 5.2, finding, 9.5, ink=_BLUE)
    pen.rule(64, 133, 64, 133 + 7.5 * len(table))
    pen.write(22, 211, "III. KHÁM CẬN LÂM SÀNG", 11, "700Bold")
    pen.write(22, 218, "Xét nghiệm ma túy (Morphin/Heroin, Amphetamin, Methamphetamin, Marijuana): Âm tính", 10)
    pen.write(22, 224, "Nồng độ cồn trong máu hoặc hơi thở: 0", 10)
    pen.write(22, 235, "IV. KẾT LUẬN", 11, "700Bold")
    pen.write(22, 242, f"Đủ điều kiện sức khỏe lái xe hạng: {licence.code}", 11, "600SemiBold", _BLUE)
    pen.write(150, 250, "Bản mẫu, ngày 02 tháng 11 năm 2026", 10, "400Regular_Italic", anchor="ms")
    pen.write(150, 256, "NGƯỜI KẾT LUẬN", 10.5, "700Bold", anchor="ms")
    pen.draw.ellipse((_px(132), _px(259), _px(164), _px(291)), outline=_RED, width=7)
    pen.draw.ellipse((_px(135), _px(262), _px(161), _px(288)), outline=_RED, width=3)
    pen.write(148, 274, "BẢN MẪU", 12, "700Bold", _RED, "ms")
    pen.write(148, 280, "SPECIMEN", 8, "600SemiBold", _RED, "ms")
    return _marked(page, 60)


def _on_glass(card: Image) -> Image:
    from PIL import Image

    glass = Image.new("RGB", A4, (246, 246, 246))
    shadow = Image.new("RGB", (card.width + 14, card.height + 14), (196, 196, 198))
    glass.paste(shadow, (_px(14) - 4, _px(12) - 2))
    glass.paste(card, (_px(14), _px(12)))
    return glass


def _licence_front(person: Person, licence: Licence) -> Image:
    from PIL import Image

    card = Image.new("RGB", _CARD, (250, 238, 196))
    pen = _pen(card)
    for index in range(60):
        x = index * 34 - 800
        pen.draw.line((x, 0, x + 638, 638), fill=(246, 228, 178), width=7)
    pen.write(15, 7, "BẢN MẪU", 6, "700Bold", _RED, "ms")
    pen.write(57, 6.5, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 5.6, "600SemiBold", anchor="ms")
    pen.write(57, 10, "ĐỘC LẬP - TỰ DO - HẠNH PHÚC", 4.6, anchor="ms")
    pen.write(57, 16, "GIẤY PHÉP LÁI XE / DRIVER'S LICENSE", 6.6, "700Bold", _RED, "ms")
    pen.write(57, 21, f"Số/No: {licence.number}", 7.4, "700Bold", _RED, "ms")
    pen.draw.rectangle((_px(4), _px(11), _px(24), _px(38)), fill=(222, 226, 232), outline=_INK, width=2)
    pen.draw.ellipse((_px(9), _px(15), _px(19), _px(26)), fill=(170, 178, 190))
    pen.draw.pieslice((_px(5), _px(28), _px(23), _px(47.6)), 180, 360, fill=(170, 178, 190))
    pen.write(27, 26, f"Họ tên/Full name: {person.name.upper()}", 5.8, "600SemiBold")
    pen.write(27, 30, f"Ngày sinh/Date of Birth: {_day(person.born)}", 5.4)
    pen.write(27, 34, "Quốc tịch/Nationality: VIỆT NAM", 5.4)
    head, _, tail = person.residence.partition(", phường")
    pen.write(27, 38, f"Nơi cư trú/Address: {head}", 5.0)
    pen.write(27, 41.5, f"phường{tail}" if tail else "", 5.0)
    pen.write(57, 46, f"{licence.issuer or 'Cơ quan cấp mẫu'}, ngày/date {_day(licence.issued)}", 4.6, anchor="ms")
    pen.write(4, 44, "Hạng/Class:", 5.4)
    pen.write(17, 44.4, licence.code, 9.5, "700Bold", _RED)
    pen.write(4, 51, f"Có giá trị đến/Expires: {_day(licence.expires)}", 5.4, "600SemiBold", _RED)
    pen.write(57, 51, "KHÔNG CÓ GIÁ TRỊ", 5.6, "700Bold", _RED, "ms")
    return _on_glass(_marked(card, 17))


def _licence_back(person: Person, licence: Licence) -> Image:
    import segno
    from PIL import Image

    card = Image.new("RGB", _CARD, (244, 240, 226))
    pen = _pen(card)
    pen.write(43, 6, "CÁC LOẠI XE CƠ GIỚI ĐƯỜNG BỘ ĐƯỢC ĐIỀU KHIỂN", 5.2, "700Bold", anchor="ms")
    pen.write(43, 9.5, "CLASSIFICATION OF MOTOR VEHICLES", 4.4, anchor="ms")
    pen.box(4, 12, 82, 44, _FAINT, 2)
    pen.rule(16, 12, 16, 44)
    pen.rule(60, 12, 60, 44)
    pen.rule(4, 18, 82, 18)
    pen.write(10, 16.4, "Hạng", 5, "600SemiBold", anchor="ms")
    pen.write(38, 16.4, "Loại xe / Vehicles", 5, "600SemiBold", anchor="ms")
    pen.write(71, 16.4, "Ngày / Date", 5, "600SemiBold", anchor="ms")
    pen.write(10, 24, licence.code, 7, "700Bold", _RED, "ms")
    pen.write(18, 24, "Theo hạng ghi trên giấy phép", 5)
    pen.write(71, 24, _day(licence.issued), 5, anchor="ms")
    code = segno.make_qr(f"SPECIMEN|{licence.number}|{licence.code}", error="m")
    left, top = _px(69), _px(45.5)
    for row, modules in enumerate(code.matrix):
        for column, dark in enumerate(modules):
            if dark:
                x, y = left + column * 3, top + row * 3
                pen.draw.rectangle((x, y, x + 2, y + 2), fill=_INK)
    pen.write(4, 50, f"SPECIMEN   {person.name.upper()}", 5.4, "600SemiBold")
    return _on_glass(_marked(card, 17))


def _marked(page: Image, points: float) -> Image:
    """The page with SPECIMEN across it, so faint that every field stays readable."""
    from PIL import Image, ImageDraw, ImageFont

    mark = Image.new("L", page.size, 0)
    font = ImageFont.truetype(str(_FONTS / "BeVietnamPro_700Bold.ttf"), round(points * DPI / 72))
    middle = (page.width // 2, page.height // 2)
    ImageDraw.Draw(mark).text(middle, "SPECIMEN · BẢN MẪU", font=font, fill=34, anchor="mm")
    turned = mark.rotate(32 if page.width > page.height else 52, Image.Resampling.BILINEAR)
    page.paste((150, 150, 158), (0, 0), turned)
    return page


_DRAWN: dict[Paper, Callable[[Person, Licence], Image]] = {
    "health": _health,
    "licence-front": _licence_front,
    "licence-back": _licence_back,
}


def draw(paper: Paper, person: Person, licence: Licence, angle: float = 0.8) -> Image:
    """The paper on the glass: RGB, A4 at 300 dpi, turned by `angle` degrees; always the same pixels."""
    import numpy
    from PIL import Image

    lid = (247, 247, 247)
    sheet = _DRAWN[paper](person, licence) if paper in _DRAWN else Image.new("RGB", A4, lid)
    turned = sheet.rotate(angle, Image.Resampling.BICUBIC, fillcolor=lid) if angle else sheet
    grain = numpy.random.default_rng(7).integers(-4, 5, (A4[1], A4[0], 1), dtype=numpy.int16)
    pixels = numpy.asarray(turned, dtype=numpy.int16) + grain
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8), "RGB")
