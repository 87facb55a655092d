"""The pictures of the qr bench: a card's QR code as a camera at the counter sees it, made from a number alone.

A normal picture is one that a person would call good: sharp or nearly, well lit, the card turned as it lies. A hard one
has at least one thing wrong with it to a degree that people still meet: out of focus, small, flat light, a shadow over
half of it, held askew, saved by a messenger at a low quality.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from io import BytesIO
from typing import Any

WIDTH, HEIGHT = 1280, 800
SURNAMES = ("NGUYỄN", "TRẦN", "LÊ", "PHẠM", "HOÀNG", "ĐỖ", "VŨ", "ĐẶNG", "BÙI", "HỒ", "NGÔ", "DƯƠNG")
MIDDLES = ("THỊ", "VĂN", "MINH", "NGỌC", "HỮU", "ĐỨC", "THÙY", "XUÂN", "KHÁNH", "QUỐC")
GIVENS = ("QUÂN", "HẰNG", "ÁNH", "ĐẠT", "HƯƠNG", "TUẤN", "LỘC", "THỦY", "NGUYỆT", "VƯỢNG", "KỲ", "SƠN")
STREETS = (
    "phố Hàng Bông",
    "đường Nguyễn Trãi",
    "ngõ Thịnh Hào",
    "phố Lý Thường Kiệt",
    "thôn Đoài",
    "tổ 5, khu Đồi Chè",
)
PLACES = ("Hoàn Kiếm, Hà Nội", "Thanh Xuân, Hà Nội", "Đống Đa, Hà Nội", "Thủ Đức, Hồ Chí Minh", "Ý Yên, Nam Định")


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: grey (`numpy` uint8, `HEIGHT` × `WIDTH`) as decoded from `jpeg`, and the text that stands in it."""

    text: str
    grey: Any
    jpeg: bytes
    hard: bool


def payload(dice: random.Random) -> str:
    """The text of a fictitious citizen's card."""
    year, sex = dice.randrange(1945, 2008), dice.choice(("Nam", "Nữ"))
    digit = (year - 1900) // 100 * 2 + (sex == "Nữ")
    number = f"001{digit}{year % 100:02d}{dice.randrange(10**6):06d}"
    old = dice.choice(("", f"{dice.randrange(10**9):09d}"))
    name = " ".join((dice.choice(SURNAMES), dice.choice(MIDDLES), dice.choice(GIVENS)))
    born = f"{dice.randrange(1, 29):02d}{dice.randrange(1, 13):02d}{year}"
    home = f"Số {dice.randrange(1, 300)}, {dice.choice(STREETS)}, {dice.choice(PLACES)}"
    return "|".join((number, old, name.title(), born, sex, home, f"{dice.randrange(1, 29):02d}052021"))


def picture(number: int, hard: bool) -> Picture:
    """Picture `number` of its set; the same number is the same picture, octet for octet."""
    import cv2
    import numpy as np

    dice = random.Random(f"{'hard' if hard else 'normal'} {number}")
    text = payload(dice)
    side = dice.uniform(150, 330) if hard else dice.uniform(220, 380)
    paper = _card(cv2, np, text, side, dice, hard)
    blur = dice.uniform(0.5, 2.5) if hard else dice.uniform(0, 1.4)
    if blur > 0.2:
        paper = cv2.GaussianBlur(paper, (0, 0), blur)
    paper = _light(np, paper, dice, hard)
    noise = np.random.default_rng(number).normal(0, dice.uniform(1, 7 if hard else 4), paper.shape)
    grey = np.clip(paper + noise, 0, 255).astype(np.uint8)
    quality = dice.choice((20, 35, 60, 85)) if hard else dice.choice((60, 75, 90))
    jpeg = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
    return Picture(text, cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE), jpeg, hard)


def _card(cv2: Any, np: Any, text: str, side: float, dice: random.Random, hard: bool) -> Any:
    """The code, printed on a card that lies turned and askew on a desk."""
    import segno
    from PIL import Image

    out = BytesIO()
    segno.make_qr(text, error="m").save(out, kind="png", scale=8, border=4)
    code = np.array(Image.open(out).convert("L"))
    size = code.shape[0]
    turned = dice.uniform(0, 360) * np.pi / 180
    askew = dice.uniform(0.0, 0.16 if hard else 0.06)
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], np.float64) * side / 2
    corners *= 1 + np.array([[dice.uniform(-askew, askew)] for _ in range(4)])
    spin = np.array([(np.cos(turned), -np.sin(turned)), (np.sin(turned), np.cos(turned))])
    reach = side * 0.85
    middle = np.array((dice.uniform(reach, WIDTH - reach), dice.uniform(min(reach, 399), max(HEIGHT - reach, 401))))
    corners = corners @ spin.T + middle
    desk, card = dice.uniform(60, 150), dice.uniform(180, 235)
    paper = np.full((HEIGHT, WIDTH), desk, np.uint8)
    lid = np.array([(-2.4, -1.5), (1.4, -1.5), (1.4, 1.5), (-2.4, 1.5)], np.float64) * side * 0.62 @ spin.T + middle
    cv2.fillConvexPoly(paper, lid.astype(np.int32), card)
    for line in range(7):
        # Printed lines beside the code, as on the card.
        at = np.array([(-1.35, -0.7 + line * 0.22)]) * side @ spin.T + middle
        words = SURNAMES[line] + " " + GIVENS[line]
        cv2.putText(paper, words.encode("ascii", "replace").decode(), at[0].astype(int).tolist(), 0, 0.5, 70, 1)
    flat = np.array([(0, 0), (size, 0), (size, size), (0, size)], np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners.astype(np.float32))
    ink = card * dice.uniform(0.35, 0.7) if hard else card * dice.uniform(0.1, 0.3)
    shades = (ink + (card - ink) * (code.astype(np.float32) / 255)).astype(np.float32)
    there = cv2.warpPerspective(np.ones_like(shades), matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    drawn = cv2.warpPerspective(shades, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    return np.where(there > 0.5, drawn, paper.astype(np.float32))


def _light(np: Any, paper: Any, dice: random.Random, hard: bool) -> Any:
    """A lamp from one side, and in a hard picture the edge of a shadow across it."""
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    angle, fall = dice.uniform(0, 6.283), dice.uniform(0, 0.5 if hard else 0.25)
    slope = (across / WIDTH - 0.5) * np.cos(angle) + (down / HEIGHT - 0.5) * np.sin(angle)
    lit = paper * (1 - fall * (slope + 0.5))
    if hard and dice.random() < 0.4:
        edge = (across - dice.uniform(0.3, 0.7) * WIDTH) * np.cos(angle + 1) + (
            down - dice.uniform(0.3, 0.7) * HEIGHT
        ) * np.sin(angle + 1)
        lit = lit * (1 - dice.uniform(0.2, 0.55) / (1 + np.exp(-edge / 12)))
    return lit
