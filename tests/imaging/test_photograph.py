"""Papers and cards in photographs: corners, shape, the page laid flat; and nothing where there is none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from clerk_app.imaging.photograph import corners_of_paper, flattened, in_order, shape_of
from tests.imaging.outcomes import corners_found
from tests.peers.photographs import HEIGHT, MANY, SIZES_MM, TABLES, WIDTH, Scene, empty, photograph, scenes

COUNT = 24
EACH = COUNT // len(TABLES)


def hardest() -> list[Scene]:
    """On every table those scenes with most that makes them hard; `bench page` takes all of them."""

    def hardness(scene: Scene) -> int:
        return sum((scene.shadow, scene.hand, scene.clutter, scene.blur > 1, 2 * (scene.tilt > 25)))

    some = sorted(scenes(MANY), key=hardness, reverse=True)
    return [scene for table in TABLES for scene in [one for one in some if one.table == table][:EACH]]


@pytest.fixture(scope="module")
def measured() -> list[tuple[Scene, float, str]]:
    return [(scene, *corners_found(scene)) for scene in hardest()]


@pytest.mark.timeout(600)
def test_the_corners_of_nearly_every_paper_are_found(measured: list[tuple[Scene, float, str]]) -> None:
    wrong = [(scene, off) for scene, off, _ in measured if off > 0.01]
    assert len(wrong) <= 0.05 * COUNT, wrong
    assert np.median([off for _, off, _ in measured]) < 0.001


@pytest.mark.timeout(600)
def test_sheets_and_cards_are_told_apart_by_their_shape_alone(measured: list[tuple[Scene, float, str]]) -> None:
    wrong = [(scene, size) for scene, off, size in measured if off <= 0.01 and size != scene.kind]
    assert len(wrong) <= 0.05 * COUNT, wrong


def test_the_scenes_are_of_every_sort() -> None:
    some = hardest()
    assert len(some) == COUNT
    assert {scene.table for scene in some} == set(TABLES)
    assert {scene.kind for scene in some} == {"a4", "id1"}
    for sort in ("shadow", "hand", "clutter"):
        assert sum(getattr(scene, sort) for scene in some) >= 6
    assert sum(scene.blur > 1 for scene in some) >= 6
    assert sum(scene.tilt > 25 for scene in some) >= 6


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("seed", [1, 2])
def test_an_empty_table_has_no_paper(table: str, seed: int) -> None:
    assert corners_of_paper(empty(seed, table)) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(1, 1), (63, 400), (64, 64), (3, 4000), (700, 900)])
def test_pictures_of_nothing_have_no_paper(size: tuple[int, int]) -> None:
    assert corners_of_paper(np.full((*size, 3), 128, np.uint8)) is None
    noise = np.random.default_rng(1).integers(0, 256, (*size, 3), dtype=np.uint8)
    assert corners_of_paper(noise) is None


def test_a_paper_that_is_not_all_in_the_picture_is_not_guessed_at() -> None:
    picture, true = photograph(Scene(3, table="plain", tilt=5, fills=0.8))
    x = int(np.mean(true[:, 0]))
    half = np.ascontiguousarray(picture[:, x:])
    found = corners_of_paper(half)
    assert found is None


def test_small_and_large_pictures_give_the_same_corners() -> None:
    picture, true = photograph(Scene(6, table="stone", tilt=20, towards=40, turned=8))
    for zoom in (0.4, 2.5):
        other = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
        found = corners_of_paper(np.asarray(other, np.uint8))
        assert found is not None
        off = np.array(found).reshape(4, 2) / zoom - in_order(true)
        assert np.abs(off).max() < 6


# ---- laid flat


@pytest.mark.parametrize("kind", ["a4", "id1"])
@pytest.mark.parametrize("tilt", [0.0, 12.0, 34.0])
def test_a_paper_has_its_true_shape_however_it_is_seen(kind: str, tilt: float) -> None:
    width, height = SIZES_MM[kind]  # type: ignore[index]
    for towards in (0, 50, 90, 160):
        _, true = photograph(Scene(1, kind, "plain", tilt, towards, 10.0))  # type: ignore[arg-type]
        ratio = shape_of(tuple(in_order(true).ravel()), WIDTH, HEIGHT)  # type: ignore[arg-type]
        assert ratio == pytest.approx(width / height, rel=0.03)


def test_a_page_laid_flat_is_the_paper_that_was_photographed() -> None:
    picture, true = photograph(Scene(9, "id1", "wood", 28, 70, 5, 0.85))
    page, size = flattened(picture, tuple(in_order(true).ravel()), 900)  # type: ignore[arg-type]
    assert size == "id1"
    assert page.shape[1] / page.shape[0] == pytest.approx(85.6 / 53.98, rel=0.01)
    assert 500 <= page.shape[1] <= 900
    face = page[int(0.55 * page.shape[0]), int(0.05 * page.shape[1]) : int(0.25 * page.shape[1])].astype(int)
    beside = page[int(0.5 * page.shape[0]), int(0.32 * page.shape[1])].astype(int)
    assert np.abs(face - beside).sum(axis=1).max() > 60  # the portrait's place is where it belongs
    straight, _ = photograph(Scene(9, "id1", "wood", 0, 0, 0, 0.85))
    assert straight.shape == picture.shape


def test_uneven_light_on_a_sheet_is_evened_and_ink_stays_ink() -> None:
    sheet = np.full((1200, 850, 3), 235, np.uint8)
    sheet[300:320, 100:700] = 30
    light = np.linspace(1.0, 0.65, 850)[None, :, None]
    dim = (sheet * light).astype(np.uint8)
    page, _ = flattened(dim, (0, 0, 849, 0, 849, 1199, 0, 1199), 1200)
    white = page[600, 40:-40].astype(float)
    assert white.max() - white.min() < 0.15 * white.max()
    assert page[308, 200:600].max() < 80


def test_no_page_has_more_pixels_than_the_picture_shows() -> None:
    page, _ = flattened(np.zeros((400, 300, 3), np.uint8), (10, 10, 110, 10, 110, 151, 10, 151), 5000)
    assert max(page.shape[:2]) <= 142
