"""Scans with their truth: papers drawn as a counter sees them, laid on a glass, spoilt as scanners and people do it.

Everything follows from a scan's number. A paper is drawn upright in colour; a scan is that paper turned, laid on its
lid, darkened, blurred or cut, with noise over all of it. `truth` says what must come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from math import cos, radians, sin
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parents[2] / "resources" / "fonts"
GLASS_MM = (210.0, 297.0)
PAPERS_MM = {"a4": (210.0, 297.0), "a5": (148.0, 210.0), "id1": (85.6, 53.98)}
Lid = Literal["white", "grey", "black", "noisy"]
NAMES = (
    "Nguyễn Thị Ngọc Hằng",
    "Trần Văn Quân",
    "Đặng Hữu Phước",
    "Lê Thị Bích Thủy",
    "Phạm Đức Thắng",
    "Vũ Ánh Tuyết",
)
PLACES = ("phường Hoàn Kiếm, Hà Nội", "xã Tân Lập, Lâm Đồng", "phường Thủ Đức, TP. Hồ Chí Minh", "xã Ea Kly, Đắk Lắk")
SENTENCES = (
    "Căn cứ Luật Trật tự, an toàn giao thông đường bộ ngày 27 tháng 6 năm 2024 và các văn bản hướng dẫn thi hành;",
    "Tôi xin cam đoan những điều ghi trên đây là đúng sự thật, nếu sai tôi hoàn toàn chịu trách nhiệm trước pháp luật.",
    "Đề nghị cơ quan có thẩm quyền xem xét, đổi giấy phép lái xe theo quy định hiện hành cho người có tên nêu trên.",
    "Người lái xe không sử dụng các chất kích thích thần kinh, thị lực hai mắt bình thường, đủ sức khỏe lái xe hạng B.",
    "Giấy khám sức khỏe này có giá trị sử dụng trong thời hạn mười hai tháng kể từ ngày ký kết luận.",
    "Hồ sơ gồm: đơn đề nghị, giấy khám sức khỏe, bản sao giấy phép lái xe, bản sao thẻ căn cước của người nộp.",
)


@dataclass(frozen=True, slots=True)
class Truth:
    """What a scan is. `angle_deg`: how far its print stands askew, anticlockwise; `papers`: corners of each in pixels,
    top left first, clockwise; `turn`: the clockwise quarter turns that put it on its feet, None if nobody can say.
    """

    angle_deg: float = 0.0
    papers: tuple[tuple[float, ...], ...] = ()
    turn: int | None = 0
    blank: bool = False
    colour: bool | None = None
    flaws: tuple[str, ...] = ()
    size: str = "a4"
    print_on_it: bool = True


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan: its name says what is special about it; `picture` is height × width × 3 in blue, green, red."""

    name: str
    number: int
    dpi: int
    picture: Any = field(repr=False)
    truth: Truth = Truth()


@cache
def _font(mm: float, dpi: int, weight: str = "400Regular") -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"BeVietnamPro_{weight}.ttf"), max(6, round(mm * dpi / 25.4)))


# ---- papers


def certificate(
    number: int, dpi: int, *, paper: str = "a4", ink: int = 35, stamp: bool = True, signed: bool = True
) -> Any:
    """A health certificate, form or decision: title, fields, sentences, table; RGB."""
    dice = np.random.default_rng(1000 + number)
    width, height = (round(edge * dpi / 25.4) for edge in PAPERS_MM[paper])
    tint = tuple(int(one) for one in dice.integers(243, 252, 1).repeat(3))
    page = Image.new("RGB", (width, height), tint)
    draw = ImageDraw.Draw(page)
    mm = dpi / 25.4
    left, right, y = 22 * mm, width - 16 * mm, 15 * mm
    black = (ink, ink, ink + 4)
    small = paper != "a4"
    body = 3.3 if small else 4.1
    draw.text((width / 2, y), "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", black, _font(body, dpi, "700Bold"), "ma")
    draw.text((width / 2, y + 6 * mm), "Độc lập - Tự do - Hạnh phúc", black, _font(body, dpi, "600SemiBold"), "ma")
    draw.line((width / 2 - 25 * mm, y + 13 * mm, width / 2 + 25 * mm, y + 13 * mm), black, max(1, round(0.3 * mm)))
    titles = ("GIẤY KHÁM SỨC KHỎE CỦA NGƯỜI LÁI XE", "ĐƠN ĐỀ NGHỊ ĐỔI GIẤY PHÉP LÁI XE", "QUYẾT ĐỊNH VỀ VIỆC CẤP ĐỔI")
    draw.text((width / 2, y + 19 * mm), titles[number % 3], black, _font(body * 1.35, dpi, "700Bold"), "ma")
    y += 32 * mm
    fields = (
        f"Họ và tên: {NAMES[number % len(NAMES)]}",
        f"Sinh ngày: {1 + number % 28:02d}/{1 + number % 12:02d}/{1960 + number % 45}",
        f"Số định danh: 0{number % 97:02d}19{number:07d}    Điện thoại: 09{number % 89:02d} 113 114",
        f"Nơi cư trú: {PLACES[number % len(PLACES)]}",
        f"Hạng giấy phép lái xe: {('B', 'C1', 'A1', 'D2')[number % 4]}    Số: {number * 7919 % 10**12:012d}",
    )
    for line in fields:
        draw.text((left, y), line, black, _font(body, dpi))
        y += (body + 3.2) * mm
    end = height - (55 if not small else 45) * mm
    at = number
    while y < end:
        y = _paragraph(draw, SENTENCES[at % len(SENTENCES)], left, right, y, body, dpi, black) + 2 * mm
        at += 1
        if at == number + 3 and not small:
            y = _table(draw, left, right, y, dpi, black, dice)
    draw.text(
        (right - 60 * mm, end + 8 * mm),
        "Hà Nội, ngày 27 tháng 11 năm 2026",
        black,
        _font(body * 0.9, dpi, "400Regular_Italic"),
    )
    draw.text((right - 50 * mm, end + 14 * mm), "THỦ TRƯỞNG ĐƠN VỊ", black, _font(body, dpi, "700Bold"))
    if stamp:
        _stamp(page, right - 48 * mm, end + 30 * mm, dpi)
    if signed:
        _signature(draw, right - 45 * mm, end + 28 * mm, dpi, dice, (40, 50, 150))
    return np.asarray(page)


def _paragraph(draw: Any, text: str, left: float, right: float, y: float, mm: float, dpi: int, ink: Any) -> float:
    font, line = _font(mm, dpi), ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if font.getlength(longer) > right - left:
            draw.text((left, y), line, ink, font)
            y += (mm + 1.9) * dpi / 25.4
            line = word
        else:
            line = longer
    draw.text((left, y), line, ink, font)
    return y + (mm + 1.9) * dpi / 25.4


def _table(draw: Any, left: float, right: float, y: float, dpi: int, ink: Any, dice: Any) -> float:
    mm = dpi / 25.4
    high, thick = 7.5 * mm, max(1, round(0.25 * mm))
    for row in range(5):
        draw.line((left, y + row * high, right, y + row * high), ink, thick)
    for column in range(4):
        x = left + (right - left) * column / 3
        draw.line((x, y, x, y + 4 * high), ink, thick)
        for row in range(4):
            if column < 3:
                text = (
                    ("Thị lực", "Thính lực", "Huyết áp", "Kết luận")[row]
                    if not column
                    else f"{dice.integers(1, 200)}/10"
                )
                draw.text((x + 2 * mm, y + row * high + 1.4 * mm), text, ink, _font(3.6, dpi))
    return float(y + 4 * high + 4 * mm)


def _stamp(page: Any, x: float, y: float, dpi: int, strength: float = 0.75) -> None:
    mm = dpi / 25.4
    layer = Image.new("RGBA", page.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    red = (205, 30, 45, round(255 * strength))
    for radius, thick in ((17, 0.9), (11, 0.4)):
        box = (x - radius * mm, y - radius * mm, x + radius * mm, y + radius * mm)
        draw.ellipse(box, outline=red, width=max(1, round(thick * mm)))
    draw.text((x, y - 14 * mm), "SỞ GIAO THÔNG", red, _font(2.6, dpi, "700Bold"), "ma")
    draw.text((x, y), "★", red, _font(5, dpi, "700Bold"), "mm")
    draw.text((x, y + 11.5 * mm), "HÀ NỘI", red, _font(2.6, dpi, "700Bold"), "ma")
    page.paste(layer, (0, 0), layer)


def _signature(draw: Any, x: float, y: float, dpi: int, dice: Any, ink: Any, thick_mm: float = 0.45) -> None:
    mm = dpi / 25.4
    t = np.linspace(0, 1, 90)
    a, b = dice.uniform(1.5, 4, 2)
    xs = x + (t * 34 + 3 * np.sin(2 * np.pi * a * t)) * mm
    ys = y + (7 * np.sin(2 * np.pi * b * t + 1) * (1 - 0.6 * t)) * mm
    draw.line([(float(p), float(q)) for p, q in zip(xs, ys, strict=True)], ink, max(1, round(thick_mm * mm)), "curve")


def card(number: int, dpi: int, side: str = "front") -> Any:
    """A licence or identity card with rounded corners (the background shows there as alpha); RGBA."""
    dice = np.random.default_rng(2000 + number)
    width, height = (round(edge * dpi / 25.4) for edge in PAPERS_MM["id1"])
    mm = dpi / 25.4
    base = ((214, 228, 206), (206, 222, 236), (238, 226, 200))[number % 3]
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    waves = 7 * np.sin(xx / mm * 1.7 + 2 * np.sin(yy / mm * 0.8))
    pixels = np.clip(np.asarray(base, np.float32) + waves[..., None], 0, 255).astype(np.uint8)
    page = Image.fromarray(pixels)
    draw = ImageDraw.Draw(page)
    black = (40, 40, 48)
    if side == "front":
        draw.text(
            (52 * mm, 4 * mm), "GIẤY PHÉP LÁI XE / DRIVER'S LICENSE", (150, 30, 40), _font(2.6, dpi, "700Bold"), "ma"
        )
        draw.rectangle((5 * mm, 14 * mm, 25 * mm, 41 * mm), (150, 170, 190))
        draw.ellipse((10 * mm, 18 * mm, 20 * mm, 30 * mm), (205, 170, 150))
        draw.rectangle((8 * mm, 31 * mm, 22 * mm, 41 * mm), (60, 70, 90))
        lines = (
            f"Số/No: {number * 104729 % 10**12:012d}",
            f"Họ tên: {NAMES[number % len(NAMES)].upper()}",
            f"Ngày sinh: {1 + number % 28:02d}/0{1 + number % 9}/1985",
            f"Nơi cư trú: {PLACES[number % len(PLACES)]}",
            "Quốc tịch/Nationality: VIỆT NAM",
            "Hạng/Class: B2    Có giá trị đến: 20/12/2026",
        )
        for at, line in enumerate(lines):
            draw.text((28 * mm, (13 + 6 * at) * mm), line, black, _font(2.35, dpi, "500Medium"))
    else:
        for at, line in enumerate(
            (
                "Các loại xe cơ giới đường bộ được điều khiển",
                "B2  Ô tô dùng để chở người đến 09 chỗ ngồi",
                "Ngày trúng tuyển: 20/12/2016",
                "Phòng Quản lý phương tiện và người lái",
            )
        ):
            draw.text((5 * mm, (5 + 6.5 * at) * mm), line, black, _font(2.6, dpi))
        draw.rectangle((62 * mm, 30 * mm, 80 * mm, 48 * mm), (235, 235, 235))
        code = dice.integers(0, 2, (24, 24)) * 215 + 20
        page.paste(
            Image.fromarray(code.astype(np.uint8)).resize((round(15 * mm),) * 2, Image.Resampling.NEAREST),
            (round(63.5 * mm), round(31.5 * mm)),
        )
    alpha = Image.new("L", (width, height), 0)
    ImageDraw.Draw(alpha).rounded_rectangle((0, 0, width - 1, height - 1), 3.18 * mm, 255)
    return np.dstack([np.asarray(page), np.asarray(alpha)])


def blank(number: int, dpi: int, what: str = "clean") -> Any:
    """An empty side, or one that only seems so; RGB."""
    dice = np.random.default_rng(3000 + number)
    width, height = (round(edge * dpi / 25.4) for edge in PAPERS_MM["a4"])
    mm = dpi / 25.4
    page = Image.new("RGB", (width, height), (248, 247, 245))
    draw = ImageDraw.Draw(page)
    if what == "through":
        back = certificate(number, dpi)[:, ::-1]
        soft = cv2.GaussianBlur(back, (0, 0), 0.22 * mm).astype(np.float32)
        share = dice.uniform(0.04, 0.09)
        page = Image.fromarray((np.asarray(page) * (1 - share) + soft * share).astype(np.uint8))
    elif what == "dust":
        for _ in range(60):
            x, y, r = dice.uniform(0, width), dice.uniform(0, height), dice.uniform(0.05, 0.35) * mm
            draw.ellipse((x - r, y - r, x + r, y + r), (120, 118, 116))
    elif what == "holes":
        for y in (height / 2 - 40 * mm, height / 2 + 40 * mm):
            draw.ellipse((9 * mm, y - 3 * mm, 15 * mm, y + 3 * mm), (60, 60, 60))
    elif what == "streak":
        x = round(dice.uniform(0.2, 0.8) * width)
        draw.line((x, 0, x, height), (150, 150, 150), 1)
    elif what == "stamp":
        _stamp(page, width * 0.6, height * 0.7, dpi, 0.16)
    elif what == "signature":
        _signature(draw, width * 0.5, height * 0.6, dpi, dice, (70, 80, 150))
    elif what == "pencil":
        _signature(draw, width * 0.3, height * 0.3, dpi, dice, (196, 196, 198), 0.5)
    elif what == "number":
        draw.text((width * 0.8, height * 0.06), "Tờ số 02", (60, 60, 66), _font(4.2, dpi))
    return np.asarray(page)


# ---- on the glass


LIDS = {"white": 255, "grey": 212, "black": 22, "noisy": 48}


def glass(dpi: int, lid: Lid, dice: Any) -> Any:
    """An empty scan."""
    width, height = (round(edge * dpi / 25.4) for edge in GLASS_MM)
    base = np.full((height, width, 3), LIDS[lid], np.float32)
    if lid == "noisy":
        rough = cv2.resize(dice.normal(0, 26, (height // 12, width // 12)).astype(np.float32), (width, height))
        base += rough[..., None]
    return base


def lay(onto: Any, paper: Any, middle: tuple[float, float], angle_deg: float) -> tuple[float, ...]:
    """Lay a paper (RGB or RGBA) on a scan, askew anticlockwise; its corners there."""
    height, width = paper.shape[:2]
    turn = radians(angle_deg)
    matrix = np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    shift = np.asarray(middle) - matrix @ np.array([width / 2, height / 2])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) @ matrix.T + shift
    # Only where it lies; what is beside it is left alone.
    left, top = (max(0, int(edge) - 2) for edge in corners.min(axis=0))
    right, bottom = (int(edge) + 3 for edge in corners.max(axis=0))
    whole, onto = onto, onto[top:bottom, left:right]
    affine = np.hstack([matrix, (shift - (left, top) + matrix @ np.array([0.5, 0.5]) - 0.5)[:, None]])
    size = onto.shape[1], onto.shape[0]
    alpha = paper[..., 3] if paper.shape[2] == 4 else np.full((height, width), 255, np.uint8)
    colours = np.ascontiguousarray(paper[..., :3])
    over = cv2.warpAffine(colours, affine, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpAffine(np.ascontiguousarray(alpha), affine, size, flags=cv2.INTER_LINEAR)
    edge = (mask > 0) & (mask < 255)
    part = mask[edge][:, None].astype(np.float32) / 255
    blend = onto[edge] * (1 - part) + over[edge] * part
    here = np.ascontiguousarray(onto)
    cv2.copyTo(over.astype(np.float32), cv2.inRange(mask, 255, 255), here)
    here[edge] = blend
    whole[top:bottom, left:right] = here
    return tuple(float(one) for one in corners.ravel())


def scanned(picture: Any, dice: Any, noise: float = 2.5) -> Any:
    """What the sensor makes of it: noise, and eight bits in blue, green, red."""
    grain = np.clip(dice.normal(0, noise, (397, 389, 3)), -60, 60)
    grain = grain.astype(np.float32)
    height, width = picture.shape[:2]
    done = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, 397):
        for left in range(0, width, 389):
            part = picture[top : top + 397, left : left + 389]
            spoilt = part + grain[: part.shape[0], : part.shape[1]]
            done[top : top + 397, left : left + 389] = np.clip(spoilt, 0, 255, out=spoilt)[:, :, ::-1]
    return done


def _askew(number: int) -> float:
    return float(np.random.default_rng(4000 + number).uniform(-8, 8))


# ---- scans


def _page(number: int, dpi: int, name: str, picture: Any, truth: Truth, noise: float = 2.5) -> Scan:
    return Scan(name, number, dpi, scanned(picture, np.random.default_rng(5000 + number), noise), truth)


def _middle(dpi: int, dx_mm: float = 0.0, dy_mm: float = 0.0) -> tuple[float, float]:
    return (GLASS_MM[0] / 2 + dx_mm) * dpi / 25.4, (GLASS_MM[1] / 2 + dy_mm) * dpi / 25.4


def _whole(number: int, dpi: int, kind: str) -> Scan:
    """A4 from the feeder: it fills the sheet; where it stands askew, the white lid shows in the corners."""
    angle = _askew(number)
    ink = 35
    stamp, signed = kind not in ("grey", "faint"), kind not in ("grey", "faint", "stamped")
    if kind == "faint":
        ink = 150
    paper = certificate(number, dpi, ink=ink, stamp=stamp, signed=signed)
    turn = {"upside-down": 180, "left": 90, "right": 270}.get(kind, 0)
    if turn:  # lying so, it takes this clockwise turn to stand
        paper = np.rot90(paper, turn // 90)
    onto = np.full((round(GLASS_MM[1] * dpi / 25.4), round(GLASS_MM[0] * dpi / 25.4), 3), 255, np.float32)
    if turn in (90, 270):
        onto = np.ascontiguousarray(np.swapaxes(onto, 0, 1))
    corners = lay(onto, np.ascontiguousarray(paper), (onto.shape[1] / 2, onto.shape[0] / 2), angle)
    truth = Truth(angle, (corners,), turn, colour=stamp or signed)
    if kind == "borders":
        dice = np.random.default_rng(number)
        wide, high = (round(dice.uniform(2, 9) * dpi / 25.4) for _ in range(2))
        onto[:high], onto[:, :wide] = 18, 24
    return _page(number, dpi, f"a4 {kind}", onto, truth, 5.0 if kind == "noise" else 2.5)


def _slip(number: int, dpi: int, lid: Lid, kind: str = "") -> Scan:
    """A smaller paper on the glass: A5 lying or standing, on a lid."""
    dice = np.random.default_rng(6000 + number)
    angle = _askew(number)
    picture = certificate(number, dpi, paper="a5")
    middle = _middle(dpi, float(dice.uniform(-12, 12)), float(dice.uniform(-28, 28)))
    if kind == "torn":
        h, w = picture.shape[:2]
        alpha = Image.new("L", (w, h), 255)
        reach = [float(one) * dpi / 25.4 for one in dice.uniform(12, 24, 2)]
        corner = number % 4
        x, y = (0 if corner in (0, 3) else w), (0 if corner < 2 else h)
        sx, sy = (1 if x == 0 else -1), (1 if y == 0 else -1)
        ImageDraw.Draw(alpha).polygon(
            [
                (x, y),
                (x + sx * reach[0], y),
                (x + sx * reach[0] * 0.4, y + sy * reach[1] * 0.6),
                (x, y + sy * reach[1]),
            ],
            0,
        )
        picture = np.dstack([picture, np.asarray(alpha)])
    if kind == "beyond":
        middle = _middle(dpi, 0, 297 / 2 - 60)
    onto = glass(dpi, lid, dice)
    corners = lay(onto, picture, middle, angle)
    truth = Truth(angle, (corners,), 0, colour=True, size="a5")
    if kind == "beyond":
        truth = Truth(angle, (), 0, flaws=("cut_off",), size="")
    return _page(number, dpi, f"slip {kind or lid}", onto, truth)


def _cards(number: int, dpi: int, lid: Lid, many: int = 1, turn: int = 0) -> Scan:
    """One card on the glass, or front and back of one."""
    dice = np.random.default_rng(7000 + number)
    onto = glass(dpi, lid, dice)
    found = []
    angle = _askew(number)
    for at in range(many):
        picture = np.ascontiguousarray(np.rot90(card(number, dpi, ("front", "back")[at]), turn // 90))
        where = _middle(dpi, float(dice.uniform(-40, 40)), (at - (many - 1) / 2) * 105 + float(dice.uniform(-8, 8)))
        found.append(lay(onto, picture, where, angle if not at else _askew(number + 500)))
    return _page(number, dpi, f"card {many} {lid}", onto, Truth(angle, tuple(found), turn, colour=True, size="id1"))


def _blank(number: int, dpi: int, what: str) -> Scan:
    picture = blank(number, dpi, what).astype(np.float32)
    empty = what in ("clean", "through", "dust", "holes", "streak")
    truth = Truth(0.0, (), None, blank=empty, print_on_it=False, colour=None)
    return _page(number, dpi, f"blank {what}", picture, truth, 2.5 + number % 3)


def _spoilt(number: int, dpi: int, what: str) -> Scan:
    """A page that has to be scanned again, and why."""
    angle = _askew(number) / 4
    paper = certificate(number, dpi)
    onto = np.full((*paper.shape[:2], 3), 255, np.float32)
    middle = onto.shape[1] / 2, onto.shape[0] / 2
    if what == "cut":
        middle = middle[0] + (-1) ** number * 34 * dpi / 25.4, middle[1]
    corners = lay(onto, paper, middle, angle)
    mm = dpi / 25.4
    flaw = {
        "blurred": "blurred",
        "half": "blurred",
        "cut": "cut_off",
        "dark": "too_dark",
        "bright": "too_bright",
        "glare": "glare",
    }[what]
    if what in ("blurred", "half"):
        soft = cv2.GaussianBlur(onto, (0, 0), 0.34 * mm)
        rows = slice(0, None) if what == "blurred" else slice(0, onto.shape[0] * 6 // 10)
        onto[rows] = soft[rows]
    elif what == "dark":
        onto = onto * 0.32 + 4
    elif what == "bright":
        onto = 255 - (255 - onto) * 0.16 + 6
    elif what == "glare":
        onto *= 0.86
        yy, xx = np.mgrid[0 : onto.shape[0], 0 : onto.shape[1]].astype(np.float32)
        away = ((xx - onto.shape[1] * 0.55) / (22 * mm)) ** 2 + ((yy - onto.shape[0] * 0.45) / (14 * mm)) ** 2
        onto += (np.clip(1.9 - away, 0, 1) * 260)[..., None]
    return _page(number, dpi, f"spoilt {what}", onto, Truth(angle, (corners,), 0, flaws=(flaw,)))


Draw = Callable[[int, int], Scan]


def _plan() -> list[tuple[int, Draw]]:
    """What is drawn, at which resolution; the place in this list is a scan's number."""
    plan: list[tuple[int, Draw]] = []

    def add(
        times: int, draw: Callable[..., Scan], *what: Any, dpis: tuple[int, ...] = (150, 150, 150, 150, 200)
    ) -> None:
        for at in range(times):
            plan.append((dpis[at % len(dpis)], lambda number, dpi, draw=draw, what=what: draw(number, dpi, *what)))

    add(12, _whole, "plain", dpis=(150, 200, 150, 150, 150, 300))
    for kind in ("grey", "stamped", "noise", "borders", "faint", "upside-down", "left", "right"):
        add(5, _whole, kind)
    for lid in ("white", "grey", "black", "noisy"):
        add(4, _slip, lid)
    add(5, _slip, "black", "torn")
    add(4, _slip, "black", "beyond")
    for lid in ("white", "grey", "black"):
        add(4, _cards, lid, dpis=(200, 200, 200, 300))
        add(2, _cards, lid, 2, dpis=(200, 200))
    add(2, _cards, "black", 1, 90, dpis=(300,))
    add(2, _cards, "white", 1, 180, dpis=(300,))
    for what in ("clean", "through", "through", "dust", "holes", "streak", "stamp", "signature", "pencil", "number"):
        add(4, _blank, what, dpis=(150, 150, 150, 200))
    for what in ("blurred", "half", "cut", "dark", "bright", "glare"):
        add(3, _spoilt, what)
    return plan


PLAN = _plan()


def scan(number: int, dpi: int = 0) -> Scan:
    """The scan of that number, `0 <= number < len(PLAN)`; at another resolution where one is given."""
    planned, draw = PLAN[number]
    return draw(number, dpi or planned)
