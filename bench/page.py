"""page: A4 in colour at 300 dpi, turned by 2.3°: made straight, cut, judged and encoded, against plain libraries.

All start from the same pixels (what a scanner's PNG costs to open is the same for everybody and is not counted) and
leave a JPEG. The floor is encoding those pixels alone. What is right and wrong is told of the generated set of scans
that the tests use; processor time is compared, for other programs run beside this one.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.run import row

if TYPE_CHECKING:
    from tests.imaging.outcomes import Outcome

RUNS = 7
ANGLE_DEG = 2.3
MOST_TIMES = 4.0
MOST_ERROR_DEG = 0.1
MOST_OCTETS = 400 * 1024
WELL_FOUND = 0.01
"""Of the picture's diagonal."""
QUALITY = 75
Work = Callable[[], bytes]


def picture() -> Any:
    """The page as it was scanned, in blue, green, red."""
    import numpy as np

    from tests.imaging.scans import certificate, glass, lay

    onto = glass(300, "white", np.random.default_rng(1))
    lay(onto, certificate(5, 300), (onto.shape[1] / 2, onto.shape[0] / 2), ANGLE_DEG)
    grain = np.random.default_rng(2).normal(0, 2.0, onto.shape).astype(np.float32)
    return np.clip(onto + grain, 0, 255).astype(np.uint8)[:, :, ::-1].copy()


def ours(scan: Any) -> Work:
    """What the program does with a sheet."""
    from clerk_app.domain.pages import Wish
    from clerk_app.imaging import making, opening

    return lambda: making.pages_of(opening.of_colours(scan), 300, Wish())[0].data


def floor(scan: Any) -> Work:
    """Only the JPEG."""
    import simplejpeg

    return lambda: bytes(simplejpeg.encode_jpeg(scan, QUALITY, "BGR", "420"))


def plain_opencv(scan: Any) -> Work:
    """As it is usually written with OpenCV: the profile of a quarter, one turn, one JPEG."""
    import cv2
    import numpy as np

    def work() -> bytes:
        grey = cv2.cvtColor(scan, cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        ink = (small < 160).astype(np.float32)
        height, width = ink.shape

        def score(angle: float) -> float:
            matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -angle, 1)
            profile = cv2.warpAffine(ink, matrix, (width, height)).sum(axis=1)
            return float(((profile[1:] - profile[:-1]) ** 2).sum())

        rough = max(np.arange(-8, 8.1, 1.0), key=score)
        angle = max(np.arange(rough - 1, rough + 1.01, 0.1), key=score)
        tall, wide = grey.shape
        matrix = cv2.getRotationMatrix2D((wide / 2, tall / 2), -angle, 1)
        straight = cv2.warpAffine(scan, matrix, (wide, tall), borderValue=(255, 255, 255))
        cv2.Laplacian(cv2.cvtColor(straight, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var()
        return bytes(cv2.imencode(".jpg", straight, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())

    return work


def plain_pillow(scan: Any) -> Work:
    """The same with Pillow and numpy."""
    import numpy as np
    from PIL import Image

    def work() -> bytes:
        page = Image.fromarray(scan[:, :, ::-1])
        small = page.convert("L").reduce(4)

        def score(angle: float) -> float:
            turned = small.rotate(-angle, Image.Resampling.BILINEAR, fillcolor=255)
            profile = (np.asarray(turned) < 160).sum(axis=1).astype(np.float64)
            return float(((profile[1:] - profile[:-1]) ** 2).sum())

        rough = max(np.arange(-8, 8.1, 1.0), key=score)
        angle = max(np.arange(rough - 1, rough + 1.01, 0.1), key=score)
        out = io.BytesIO()
        page.rotate(-angle, Image.Resampling.BILINEAR, fillcolor="white").save(out, "JPEG", quality=QUALITY)
        return out.getvalue()

    return work


def plain_skimage(scan: Any) -> Work:
    """The same with scikit-image. Raises `ImportError` where it is not installed."""
    import numpy as np
    import simplejpeg
    from skimage.color import rgb2gray
    from skimage.transform import downscale_local_mean, rotate

    def work() -> bytes:
        small = downscale_local_mean(rgb2gray(scan[:, :, ::-1]), (4, 4))

        def score(angle: float) -> float:
            profile = (rotate(small, -angle, order=1, cval=1.0) < 0.63).sum(axis=1).astype(np.float64)
            return float(((profile[1:] - profile[:-1]) ** 2).sum())

        rough = max(np.arange(-8, 8.1, 1.0), key=score)
        angle = max(np.arange(rough - 1, rough + 1.01, 0.1), key=score)
        straight = (rotate(scan, -angle, order=1, cval=1.0) * 255).astype(np.uint8)
        return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(straight), QUALITY, "BGR", "420"))

    return work


def processor_ms(works: Mapping[str, Work]) -> dict[str, float]:
    """The median processor time of each work, the works taking turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for run in range(RUNS):
        for name, work in works.items():
            if run > 1 and name == "scikit-image":
                continue
            start = time.process_time()
            work()
            times[name].append((time.process_time() - start) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


def run() -> list[dict[str, Any]]:
    """The time against each peer and the floor; then what was right over the generated set."""
    import cv2

    cv2.setNumThreads(1)
    scan = picture()
    works: dict[str, Work] = {"ours": ours(scan), "floor": floor(scan), "OpenCV plain": plain_opencv(scan)}
    works["Pillow"] = plain_pillow(scan)
    absent = []
    try:
        works["scikit-image"] = plain_skimage(scan)
    except ImportError as problem:
        absent = [f"scikit-image: {problem} (pip install scikit-image)"]
    page = works["ours"]()
    works["floor"]()
    taken = processor_ms(works)
    what = f"A4, 300 dpi, colour, from pixels to JPEG; ours {len(page) // 1024} KB"
    rows = [
        row(
            f"page ({peer})",
            taken["ours"],
            peer=taken[peer],
            floor=taken["floor"],
            at_most=MOST_TIMES,
            against="floor",
            unit="ms of processor",
            what=what,
            not_measured=absent,
        )
        for peer in works
        if peer not in ("ours", "floor")
    ]
    found = over_the_set()
    return rows + _judged_rows(found, len(page)) + assigned(found) + photographed()


def over_the_set() -> list[Outcome]:
    """The pages of every generated scan."""
    from tests.imaging.outcomes import outcome
    from tests.imaging.scans import PLAN, scan

    return [outcome(scan(number)) for number in range(len(PLAN))]


def assigned(found: Sequence[Outcome]) -> list[dict[str, Any]]:
    """How many pages found their item by each sort of evidence; none may find another's. Its codes are drawn here."""
    from clerk_app.imaging.reading import TesseractReader
    from tests.imaging import assignments

    rules = assignments.rules_of()
    cards = [assignments.by_size(one, rules) for one in found if one.truth.size == "id1"]
    sorts = [
        ("bar code", list(assignments.by_code(rules)), "each item of the catalogue by QR, Code 128 and Data Matrix"),
        ("size", cards, "cards alone, and front and back on one sheet"),
    ]
    reader = TesseractReader()
    missing = f"{reader.lacks()}: apt-get install tesseract-ocr tesseract-ocr-vie" if reader.lacks() else ""
    if not missing:
        forms = [one for one in found if assignments.has_title(one)]
        read = [
            assignments.by_title(one, rules, lambda page: reader.title(page.data, page.dpi, go_on)) for one in forms
        ]
        strange = sum(one.wanted == one.open for one in read)
        what = f"certificates; {strange} forms that are no item of a checklist stay open"
        sorts.append(("title", read, what))
    rows = []
    for name, some, what in sorts:
        sought = [one.right for one in some if one.wanted != one.open]
        rows.append(_judged(f"page assigned by {name}", _percent(sought), "%", "–", None, f"of {len(sought)}: {what}"))
    wrong = sum(one.wrong for _, some, _ in sorts for one in some)
    every = sum(len(some) for _, some, _ in sorts)
    if missing:
        rows.append(row("page assigned by title", None, unit="%", what="certificates", not_measured=[missing]))
    rows.append(
        _judged("page assigned wrongly", wrong, "sheets", "none", wrong == 0, f"of {every}, in any of these ways")
    )
    return rows


def photographed() -> list[dict[str, Any]]:
    """Papers and cards in photographs: how many corners were found, how exactly, and which paper they are."""
    from tests.imaging.outcomes import corners_found
    from tests.peers.photographs import MANY, scenes

    some = [(scene, *corners_found(scene)) for scene in scenes(MANY)]
    found = [off for _, off, _ in some if off <= WELL_FOUND]
    told = [size == scene.kind for scene, off, size in some if off <= WELL_FOUND]
    what = f"of {len(some)} photographs; the worst corner is off by a median of {100 * statistics.median(found):.2f} %"
    share = 100 * len(found) / len(some)
    return [
        _judged("page in a photograph", share, "% found", "≥ 95 %", share >= 95, f"{what} of the diagonal"),
        _judged("page size by shape", _percent(told), "%", "≥ 95 %", _percent(told) >= 95, "A4 and ID-1 told apart"),
    ]


def go_on() -> bool:
    """Nobody gives up here."""
    return False


def _judged_rows(found: Sequence[Outcome], octets: int) -> list[dict[str, Any]]:
    """One row for each thing that is judged of the pages themselves."""
    errors = sorted(one.angle_error_deg for one in found if one.angle_error_deg is not None)
    crops = [one.crop_error_mm for one in found if one.crop_error_mm is not None]
    turned = [one.pages[0].made.upright == one.truth.turn for one in found if one.truth.turn is not None]
    said = [one for one in found if one.pages[0].made.blank]
    blank = [one for one in found if one.truth.blank]
    right = [one for one in said if one.truth.blank]
    flaws = [set(one.pages[0].made.flaws) == set(one.truth.flaws) for one in found]
    sought = [one.found for one in found if one.truth.size]
    weights = [len(page.data) for one in found for page in one.pages]
    heaviest = max(*weights, octets)
    spread = f"of {len(errors)} pages; 95 % within {errors[int(0.95 * len(errors))]:.3f}°, "
    spread += f"mean {statistics.mean(errors):.4f}°"
    return [
        _judged(
            "page angle error",
            max(errors),
            "° at most",
            f"≤ {MOST_ERROR_DEG:g}°",
            max(errors) <= MOST_ERROR_DEG,
            spread,
        ),
        _judged(
            "page crop error",
            max(crops),
            "mm at most",
            "–",
            None,
            f"worst corner of {len(crops)} sheets; mean {statistics.mean(crops):.3f}",
        ),
        _judged(
            "page papers found",
            _percent(sought),
            "%",
            "–",
            None,
            f"as many, and of the right size, of {len(sought)} sheets",
        ),
        _judged(
            "page blank precision",
            100 * len(right) / len(said),
            "%",
            "100 %",
            len(right) == len(said),
            "sides set aside that are blank",
        ),
        _judged("page blank recall", 100 * len(right) / len(blank), "%", "–", None, f"of {len(blank)} blank sides"),
        _judged(
            "page verdicts",
            _percent(flaws),
            "%",
            "–",
            None,
            f"exactly the flaws that are there, of {len(flaws)} sheets",
        ),
        _judged("page upright", _percent(turned), "%", "–", None, f"of {len(turned)} sheets in four directions"),
        _judged(
            "page weight",
            heaviest / 1024,
            "KB at most",
            "≤ 400 KB",
            heaviest <= MOST_OCTETS,
            f"of {len(weights)} pages; median {statistics.median(weights) / 1024:.0f}",
        ),
    ]


def _percent(right: list[bool]) -> float:
    return 100 * sum(right) / len(right)


def _judged(name: str, ours_: float, unit: str, goal: str, met: bool | None, what: str) -> dict[str, Any]:
    return row(name, ours_, unit=unit, what=what) | {"goal": goal, "met": met}
