"""A paper in a photograph: its four corners, however it lies before the camera."""

from __future__ import annotations

from typing import Any

from clerk_app.domain.pages import Corners

_LOOK = 800
_LEAST_PART = 0.12


def corners_of_paper(bgr: Any) -> Corners | None:
    """The corners of the largest bright quadrilateral in a picture (height × width × 3); None where there is none."""
    import cv2
    import numpy as np

    height, width = bgr.shape[:2]
    zoom = max(height, width) / _LOOK
    size = max(1, round(width / zoom)), max(1, round(height / zoom))
    grey = cv2.cvtColor(cv2.resize(bgr, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    _, bright = cv2.threshold(cv2.GaussianBlur(grey, (5, 5), 0), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:1]:
        hull = cv2.convexHull(contour)
        quad = cv2.approxPolyDP(hull, 0.02 * cv2.arcLength(hull, closed=True), closed=True)[:, 0].astype(np.float64)
        if len(quad) == 4 and cv2.contourArea(hull) > _LEAST_PART * grey.size:
            middle = quad.mean(axis=0)
            quad = quad[np.argsort(np.arctan2(*(quad - middle).T[::-1]))]
            first = int(np.argmin(quad.sum(axis=1)))
            x, y = (np.roll(quad, -first, axis=0) * zoom).T
            return tuple(np.stack([x, y], axis=1).ravel().tolist())
    return None
