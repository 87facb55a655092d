"""By how much print stands askew: the angle at which the lines of a page add up to the sharpest profile.

The profile is summed in its frequencies: columns of the page are shifted against each other by a phase, which is exact
between pixels, and the power of what is left at the pitch of lines and letters is the score. A page without print has
no such angle, unlike by the smallest rectangle around its ink, which answers −90° for a straight one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from clerk_app.imaging.opening import Plane, Reals

LARGEST_DEG = 12.0
_STEP_DEG = 0.5
_COLUMNS = 64
"""About as many, across the page."""
_SHORTEST_MM, _LONGEST_MM = 0.9, 12.0
"""Wave lengths that count: from the strokes of small print to the pitch of wide lines."""


@dataclass(frozen=True, slots=True)
class _Waves:
    """Columns of a page in frequencies: `power` columns × frequencies, `turns` the phase of each by row (radians)."""

    power: NDArray[np.complex64]
    turns: Reals
    apart: float

    def roughly(self) -> _Waves:
        """Half the columns and the longer waves only: enough to find the neighbourhood of an angle."""
        import numpy as np

        half = self.power.shape[1] // 2
        pairs = self.power[: self.power.shape[0] // 2 * 2, :half].reshape(-1, 2, half).sum(axis=1)
        return _Waves(np.ascontiguousarray(pairs), self.turns[:half], 2 * self.apart)

    def scores(self, angles_deg: Reals) -> Reals:
        """How sharp the profile is at each angle."""
        import numpy as np

        step = np.exp(1j * np.tan(np.radians(angles_deg))[:, None] * (self.turns * self.apart)).astype(np.complex64)
        total = np.zeros_like(step)
        for column in self.power[::-1]:
            total *= step
            total += column
        return np.asarray((total.real**2 + total.imag**2).sum(axis=1), np.float64)


class Lines:
    """The lines of print in a picture whose `ink` is bright on black (height × width), looked for within ± 12°.

    `clear` tells how far the best angle stands out of all: about 1 where there is no print, some ten for a page.
    """

    def __init__(self, ink: Plane, pixels_per_mm: float) -> None:
        import numpy as np

        self._waves = _waves(ink, pixels_per_mm)
        steps = round(LARGEST_DEG / _STEP_DEG)
        wide = np.linspace(-LARGEST_DEG, LARGEST_DEG, 2 * steps + 1)
        scores = self._waves.roughly().scores(wide)
        middle = float(np.median(scores))
        self._nearly = float(wide[int(scores.argmax())])
        self.clear = float(scores.max()) / middle if middle > 0 else 0.0

    def angle_deg(self) -> float:
        """How far they stand askew, anticlockwise positive, to some hundredths of a degree."""
        import numpy as np

        angle = self._nearly
        for reach in (_STEP_DEG, _STEP_DEG / 5, _STEP_DEG / 20):
            near = angle + np.linspace(-reach, reach, 11)
            angle = _peak(near, self._waves.scores(near))
        return round(angle, 4)


def _waves(ink: Plane, pixels_per_mm: float) -> _Waves:
    import cv2
    import numpy as np

    height, width = ink.shape
    # Whole pixels to a column and a height of small factors: several times quicker to average and to transform.
    apart = max(1, round(width / _COLUMNS))
    columns, long = width // apart, cv2.getOptimalDFTSize(height)
    narrow = cv2.resize(ink[:, : columns * apart], (columns, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    narrow -= narrow.mean(axis=0)
    power = np.fft.rfft(narrow, n=long, axis=0)
    number = np.arange(power.shape[0])
    lowest = long / (_LONGEST_MM * pixels_per_mm)
    highest = long / max(_SHORTEST_MM * pixels_per_mm, 2.5)
    kept = (number >= lowest) & (number <= highest)
    weighted = power[kept] * np.sqrt(number[kept])[:, None]
    return _Waves(np.ascontiguousarray(weighted.T, np.complex64), -2 * np.pi * number[kept] / long, apart)


def _peak(angles: Reals, scores: Reals) -> float:
    """Where the parabola through the best score and its neighbours has its top."""
    best = min(max(int(scores.argmax()), 1), len(scores) - 2)
    before, here, after = (float(scores[best + by]) for by in (-1, 0, 1))
    bend = before - 2 * here + after
    step = float(angles[1] - angles[0])
    shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
    return float(angles[best]) + max(-1.0, min(1.0, shift)) * step
