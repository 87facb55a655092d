"""Faces by dlib: found, described, compared. Runs in the face worker only.

The HOG detector, the 5-point predictor and the ResNet model (dlib's model notes: public domain) are read from the
package face_recognition_models, nothing else of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from clerk_app.devices.face_wire import Box

if TYPE_CHECKING:
    from clerk_app.devices.face_pictures import Pixels

LONG_SIDE = 800
"""Frames are searched at this size: HOG finds faces from 80 pixels on, so whoever stands far behind is not one."""
_SECOND = 0.6
"""A second face at least this part of the largest one's width makes it unclear who is meant."""


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of a picture, largest first, and `scale`: pixels of the picture for one of `searched`."""

    searched: Pixels
    scale: float
    boxes: tuple[Any, ...]

    @property
    def clear(self) -> bool:
        """Whether one face is meant."""
        if not self.boxes:
            return False
        return len(self.boxes) == 1 or self.boxes[1].width() < _SECOND * self.boxes[0].width()

    def box(self) -> Box:
        """The largest face in pixels of the picture."""
        one = self.boxes[0]
        left, top, width, height = one.left(), one.top(), one.width(), one.height()
        return round(left * self.scale), round(top * self.scale), round(width * self.scale), round(height * self.scale)


def find(picture: Pixels, upsample: int = 0) -> Faces:
    """Every face that looks at the camera."""
    import cv2

    height, width = picture.shape[:2]
    scale = max(1.0, max(height, width) / LONG_SIDE)
    searched = picture
    if scale > 1.0:
        size = (max(1, round(width / scale)), max(1, round(height / scale)))
        searched = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    boxes = sorted(_detector()(searched, upsample), key=lambda box: -box.area())
    return Faces(searched, scale, tuple(boxes))


def find_in_portrait(picture: Pixels) -> Faces:
    """Like `find`; a portrait is small and surely of somebody, so it is looked at more closely when nothing is seen."""
    found = find(picture)
    return found if found.boxes else find(picture, upsample=1)


def describe(faces: Faces) -> Any:
    """128 numbers for the largest face."""
    import numpy as np

    return np.asarray(_describer().compute_face_descriptor(faces.searched, _points()(faces.searched, faces.boxes[0])))


def distance(one: Any, other: Any) -> float:
    """Euclidean distance of two descriptions."""
    import numpy as np

    return float(np.linalg.norm(one - other))


def tilt_deg(faces: Faces) -> float:
    """How far the line through the eyes of the largest face is from level, by the corners of both eyes."""
    import math

    five = _points()(faces.searched, faces.boxes[0])
    corners = [five.part(index) for index in range(4)]
    eyes = sorted(((corners[at].x + corners[at + 1].x) / 2, (corners[at].y + corners[at + 1].y) / 2) for at in (0, 2))
    return math.degrees(math.atan2(eyes[1][1] - eyes[0][1], eyes[1][0] - eyes[0][0]))


@lru_cache(maxsize=1)
def _detector() -> Any:
    import dlib

    return dlib.get_frontal_face_detector()


@lru_cache(maxsize=1)
def _points() -> Any:
    import dlib

    return _loaded(dlib.shape_predictor, "shape_predictor_5_face_landmarks.dat")


@lru_cache(maxsize=1)
def _describer() -> Any:
    import dlib

    return _loaded(dlib.face_recognition_model_v1, "dlib_face_recognition_resnet_model_v1.dat")


def _loaded(load: Any, name: str) -> Any:
    with as_file(files("face_recognition_models") / "models" / name) as path:
        return load(str(path))
