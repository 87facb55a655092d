"""Photographs of papers and cards on a table, with the true corners: a pinhole camera, tables, light, hands, blur."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]
Kind = Literal["a4", "id1"]
Table = Literal["wood", "stone", "cloth", "plain", "white", "lines"]
TABLES: tuple[Table, ...] = ("wood", "stone", "cloth", "plain", "white", "lines")
SIZES_MM: dict[Kind, tuple[float, float]] = {"a4": (210.0, 297.0), "id1": (85.6, 54.0)}
WIDTH, HEIGHT = 1200, 900
"""Pixels of a photograph; small ones, so that many can be made."""
MANY = 42
"""As many scenes are measured where time does not matter."""


@dataclass(frozen=True, slots=True)
class Scene:
    """How a photograph is taken; angles in degrees, `fills` how much of the shorter side of the picture it takes."""

    seed: int
    kind: Kind = "a4"
    table: Table = "wood"
    tilt: float = 15.0
    towards: float = 0.0
    turned: float = 0.0
    fills: float = 0.8
    shadow: bool = False
    hand: bool = False
    blur: float = 0.0
    clutter: bool = False


def scenes(count: int) -> list[Scene]:
    """Scenes of every sort, always the same ones."""
    found = []
    for seed in range(count):
        chance = np.random.default_rng(1000 + seed)
        found.append(
            Scene(
                seed,
                kind="id1" if seed % 3 == 2 else "a4",
                table=TABLES[seed % len(TABLES)],
                tilt=float(chance.uniform(0, 38)),
                towards=float(chance.uniform(0, 360)),
                turned=float(chance.uniform(-25, 25) + 90 * (chance.random() < 0.25)),
                fills=float(chance.uniform(0.45, 0.86)),
                shadow=bool(chance.random() < 0.5),
                hand=bool(chance.random() < 0.3),
                blur=float(chance.choice((0, 0, 0.8, 1.6, 2.4))),
                clutter=bool(chance.random() < 0.4),
            )
        )
    return found


def photograph(scene: Scene) -> tuple[Picture, Floats]:
    """The photograph (blue, green, red) and its paper's corners, 4 × 2: going round from the paper's upper left."""
    chance = np.random.default_rng(scene.seed)
    cv2.setRNGSeed(scene.seed)
    corners = _projected(scene)
    paper, alpha = _paper(scene.kind, chance)
    table = _table(scene.table, chance)
    flat = np.array([(0, 0), (paper.shape[1], 0), (paper.shape[1], paper.shape[0]), (0, paper.shape[0])], np.float32)
    matrix = cv2.getPerspectiveTransform(flat - 0.5, corners.astype(np.float32))
    if scene.clutter:
        _clutter(table, corners, chance)
    mask = cv2.warpPerspective(alpha, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_AREA).astype(np.float64)[..., None] / 255
    laid = cv2.warpPerspective(paper, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    under = cv2.GaussianBlur(np.roll(mask[..., 0], (4, 3), axis=(0, 1)), (0, 0), 5)[..., None]
    scenery = table * (1 - 0.35 * under)
    lit = scenery * (1 - mask) + laid * mask
    lit = lit * _light(scene, chance)
    if scene.hand:
        lit = _hand(lit, corners, chance)
    if scene.blur:
        lit = cv2.GaussianBlur(lit, (0, 0), scene.blur)
    noise = cv2.randn(np.zeros(lit.shape, np.int16), 0, 3)
    noisy = np.clip(lit + noise, 0, 255).astype(np.uint8)
    _, octets = cv2.imencode(".jpg", noisy, (cv2.IMWRITE_JPEG_QUALITY, 82))
    return np.asarray(cv2.imdecode(octets, cv2.IMREAD_COLOR), np.uint8), corners


def _projected(scene: Scene) -> Floats:
    """A sheet seen by a camera with the angle of view of a telephone (about 65° across)."""
    width, height = SIZES_MM[scene.kind]
    focal = WIDTH / 2 / np.tan(np.radians(32.5))
    turn, tilt, way = np.radians([scene.turned, scene.tilt, scene.towards])
    sheet = np.array([(-width, -height, 0), (width, -height, 0), (width, height, 0), (-width, height, 0)]) / 2
    round_z = np.array([(np.cos(turn), -np.sin(turn), 0), (np.sin(turn), np.cos(turn), 0), (0, 0, 1)])
    axis = np.array([np.cos(way), np.sin(way), 0])
    tilted, _ = cv2.Rodrigues(axis * tilt)
    placed = sheet @ round_z.T @ tilted.T
    at = np.array((0.0, 0.0, 4000.0))
    for _ in range(60):  # nearer until it fills what it shall, and before the middle of the lens
        seen = focal * (placed + at)[:, :2] / (placed + at)[:, 2:]
        reach = max(np.ptp(seen[:, 0]) / WIDTH, np.ptp(seen[:, 1]) / HEIGHT)
        at[:2] -= (seen.max(axis=0) + seen.min(axis=0)) / 2 / focal * at[2]
        at[2] *= max(0.7, min(1.4, reach / scene.fills))
    return np.asarray(focal * (placed + at)[:, :2] / (placed + at)[:, 2:] + (WIDTH / 2, HEIGHT / 2))


def _paper(kind: Kind, chance: np.random.Generator) -> tuple[Picture, Picture]:
    """A printed sheet or a card, and where it is; 5 pixels to the millimetre of a sheet, 12 of a card."""
    per_mm = 5.0 if kind == "a4" else 12.0
    width, height = (round(one * per_mm) for one in SIZES_MM[kind])
    alpha = np.full((height, width), 255, np.uint8)
    if kind == "id1":
        return _card(width, height, per_mm, chance, alpha)
    white = int(chance.integers(226, 250))
    sheet = np.full((height, width, 3), (white - 4, white, white), np.uint8)
    ink = int(chance.integers(20, 80))
    cv2.putText(sheet, "GIAY CHUNG NHAN", (width // 4, 160), cv2.FONT_HERSHEY_DUPLEX, 2, (ink,) * 3, 4)
    for row in range(260, height - 200, 42):
        if chance.random() < 0.85:
            end = int(chance.uniform(0.5, 0.92) * width)
            for left in range(110, end, 60):
                right = left + int(chance.integers(20, 54))
                cv2.line(sheet, (left, row), (min(end, right), row), (ink,) * 3, 9)
    if chance.random() < 0.5:  # a printed frame: its edges are straighter than the paper's
        cv2.rectangle(sheet, (50, 50), (width - 50, height - 50), (ink,) * 3, 5)
    if chance.random() < 0.5:  # a table
        for row in range(700, 1001, 60):
            cv2.line(sheet, (110, row), (width - 110, row), (ink,) * 3, 3)
        cv2.rectangle(sheet, (110, 700), (width - 110, 1000), (ink,) * 3, 3)
    if chance.random() < 0.5:
        cv2.circle(sheet, (int(0.7 * width), int(0.82 * height)), 90, (60, 60, 200), 7)
    return sheet, alpha


def _card(
    width: int, height: int, per_mm: float, chance: np.random.Generator, alpha: Picture
) -> tuple[Picture, Picture]:
    across = np.linspace(0, 1, width)[None, :, None]
    one, two = chance.integers(150, 245, 3), chance.integers(150, 245, 3)
    sheet = np.broadcast_to(one * (1 - across) + two * across, (height, width, 3)).astype(np.uint8).copy()
    cv2.rectangle(sheet, (40, 170), (300, 560), (120, 110, 100), -1)
    cv2.ellipse(sheet, (170, 340), (80, 110), 0, 0, 360, (150, 170, 210), -1)
    for row in range(190, 600, 60):
        cv2.line(sheet, (350, row), (350 + int(chance.integers(200, 600)), row), (50, 50, 60), 12)
    cv2.putText(sheet, "CAN CUOC", (380, 110), cv2.FONT_HERSHEY_DUPLEX, 2, (40, 40, 190), 4)
    radius = round(3.18 * per_mm)
    alpha[:] = 0
    cv2.rectangle(alpha, (radius, 0), (width - radius, height), 255, -1)
    cv2.rectangle(alpha, (0, radius), (width, height - radius), 255, -1)
    for x in (radius, width - radius - 1):
        for y in (radius, height - radius - 1):
            cv2.circle(alpha, (x, y), radius, 255, -1)
    return sheet, alpha


def _table(table: Table, chance: np.random.Generator) -> Floats:
    tone = np.array(
        {
            "wood": (70, 105, 150),
            "stone": (125, 125, 128),
            "cloth": (110, 60, 50),
            "plain": (90, 95, 92),
            "white": (206, 212, 214),
            "lines": (110, 130, 150),
        }[table],
        float,
    )
    plane = np.broadcast_to(tone, (HEIGHT, WIDTH, 3)).copy()
    if table == "wood":
        grain = chance.normal(0, 1, (HEIGHT, 40))
        grain = cv2.resize(cv2.GaussianBlur(grain, (0, 0), 3), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        plane += 45 * grain[..., None]
    elif table == "stone":
        for across in (6, 25, 90):
            spots = cv2.resize(chance.normal(0, 1, (HEIGHT // across + 2, WIDTH // across + 2)), (WIDTH, HEIGHT))
            plane += 12 * spots[..., None]
    elif table == "cloth":
        rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
        checks = ((rows // 60 + columns // 60) % 2)[..., None] * np.array((30, 40, 90))
        plane += checks + 10 * np.sin(rows / 2.0 + columns / 3.0)[..., None]
    elif table == "lines":  # boards: long straight edges everywhere
        rows = (np.arange(HEIGHT) // 170)[:, None] * np.ones((1, WIDTH), int)
        plane += (chance.normal(0, 14, 12)[rows % 12])[..., None]
        plane[np.arange(HEIGHT) % 170 < 5] -= 60
    return np.asarray(np.clip(plane + chance.normal(0, 2, plane.shape), 5, 250))


def _light(scene: Scene, chance: np.random.Generator) -> Floats:
    """A lamp from one side, and maybe the shadow of whoever takes the picture."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    way = chance.uniform(0, 2 * np.pi)
    ramp = (np.cos(way) * (columns / WIDTH - 0.5) + np.sin(way) * (rows / HEIGHT - 0.5)) * 0.25
    light = 0.95 + ramp
    if scene.shadow:
        edge = np.cos(way + 1) * (columns - WIDTH * chance.uniform(0.3, 0.7)) + np.sin(way + 1) * (
            rows - HEIGHT * chance.uniform(0.3, 0.7)
        )
        soft = chance.uniform(6, 60)
        light = light * (1 - chance.uniform(0.2, 0.45) / (1 + np.exp(-np.clip(edge / soft, -50, 50))))
    return np.asarray(light[..., None])


def _hand(lit: Floats, corners: Floats, chance: np.random.Generator) -> Floats:
    """Two fingers over one side of the paper."""
    side = int(chance.integers(4))
    start, end = corners[side], corners[(side + 1) % 4]
    along = (end - start) / np.linalg.norm(end - start)
    outward = np.array((along[1], -along[0]))
    mask = np.zeros((HEIGHT, WIDTH))
    for at in (0.35, 0.47):
        tip = start + (end - start) * at - outward * 45
        root = tip + outward * 300
        points = tuple(int(one) for one in tip), tuple(int(one) for one in root)
        cv2.line(mask, points[0], points[1], 1.0, 42)
    mask = cv2.GaussianBlur(mask, (0, 0), 2)[..., None]
    return np.asarray(lit * (1 - mask) + np.array((130.0, 160.0, 205.0)) * mask)


def _clutter(table: Floats, corners: Floats, chance: np.random.Generator) -> None:
    """A pen and another sheet, half out of the picture."""
    for _ in range(2):
        middle = chance.uniform((0, 0), (WIDTH, HEIGHT))
        turn = float(chance.uniform(0, 180))
        box = cv2.boxPoints(((float(middle[0]), float(middle[1])), (270.0, 14.0), turn))
        cv2.fillPoly(table, [box.astype(np.int32)], (120.0, 40.0, 30.0))
    edge = (float(chance.choice((0, WIDTH))), float(chance.uniform(0, HEIGHT)))
    box = cv2.boxPoints((edge, (210.0, 315.0), float(chance.uniform(0, 90))))
    if all(cv2.pointPolygonTest(box, (float(x), float(y)), measureDist=True) < -30 for x, y in corners):
        cv2.fillPoly(table, [box.astype(np.int32)], (215.0, 220.0, 222.0))


def empty(seed: int, table: Table) -> Picture:
    """A table with nothing on it."""
    chance = np.random.default_rng(seed)
    lit = _table(table, chance) * _light(Scene(seed, shadow=seed % 2 == 0), chance)
    return np.clip(lit + chance.normal(0, 3, lit.shape), 0, 255).astype(np.uint8)


def contact_sheet(pictures: list[tuple[Any, Any, Any]], across: int = 6) -> Picture:
    """Photographs side by side with the true corners (green) and those found (red), for a person to look at."""
    small = []
    for picture, true, found in pictures:
        drawn = picture.copy()
        for points, colour in ((true, (0, 200, 0)), (found, (0, 0, 255))):
            if points is not None:
                cv2.polylines(drawn, [np.round(points).astype(np.int32)], True, colour, 6)
        small.append(cv2.resize(drawn, (400, 300), interpolation=cv2.INTER_AREA))
    small += [np.zeros_like(small[0])] * (-len(small) % across)
    return np.vstack([np.hstack(small[row : row + across]) for row in range(0, len(small), across)])
