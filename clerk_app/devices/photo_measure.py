"""A frame as a licence photo: what OpenCV measures in it, and the part of it that would be kept. In the face worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clerk_app.devices import face_finding
from clerk_app.devices.face_wire import Box, Measured, Photo

if TYPE_CHECKING:
    from clerk_app.devices.face_pictures import Pixels

_TALLER = 2.3
"""A 3 × 4 cm photo is about this much taller than dlib's box from brows to chin: the head takes 70 % of it (ICAO
9303-3 asks for 70 to 80 %, measured from chin to crown)."""
_FACE_AT = 0.55
"""The middle of the box lies here between top and bottom of the photo: above it are forehead and hair."""
_BESIDE = 0.1
"""This part of the photo's width on either side is wall, as a rule: hair does not reach so far."""
_FACE_WIDTH = 200
_TALLEST = 1200
_QUALITY = 92


def crop_around(face: Box) -> Box:
    """The 3:4 picture around a face; it may reach beyond the frame."""
    left, top, width, height = face
    tall = round(height * _TALLER)
    wide = round(tall * 3 / 4)
    return round(left + width / 2 - wide / 2), round(top + height / 2 - tall * _FACE_AT), wide, tall


def measure(picture: Pixels) -> Measured:
    """Everything the hints are made of."""
    import cv2

    faces = face_finding.find(picture)
    if not faces.clear:
        return Measured(len(faces.boxes), None, None, 0.0, 0.0, 0.0, 0.0, 0.0)
    box = faces.box()
    crop = crop_around(box)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    face = _part(grey, box)
    same_size = cv2.resize(face, (_FACE_WIDTH, _FACE_WIDTH), interpolation=cv2.INTER_AREA)
    sharpness = float(cv2.Laplacian(same_size, cv2.CV_64F).var())
    mean, spread = cv2.meanStdDev(_beside(grey, box, crop))
    return Measured(
        faces=len(faces.boxes),
        face=box,
        crop=crop,
        sharpness=round(sharpness, 1),
        light=round(float(face.mean()), 1),
        background=round(float(mean[0][0]), 1),
        unrest=round(float(spread[0][0]), 1),
        tilt_deg=round(face_finding.tilt_deg(faces), 1),
    )


def cut(picture: Pixels) -> Photo | None:
    """The licence photo as JPEG; None where there is not one clear face. Beyond the frame its edge goes on."""
    import cv2

    faces = face_finding.find(picture)
    if not faces.clear:
        return None
    left, top, wide, tall = crop_around(faces.box())
    height, width = picture.shape[:2]
    around = (max(0, -top), max(0, top + tall - height), max(0, -left), max(0, left + wide - width))
    roomy = cv2.copyMakeBorder(picture, *around, cv2.BORDER_REPLICATE)
    left, top = left + around[2], top + around[0]
    photo = roomy[top : top + tall, left : left + wide]
    if tall > _TALLEST:
        photo = cv2.resize(photo, (_TALLEST * 3 // 4, _TALLEST), interpolation=cv2.INTER_AREA)
    made, octets = cv2.imencode(".jpg", cv2.cvtColor(photo, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))
    return Photo(octets.tobytes(), photo.shape[1], photo.shape[0]) if made else None


def _part(grey: Pixels, box: Box) -> Pixels:
    left, top, width, height = box
    return grey[max(0, top) : max(1, top + height), max(0, left) : max(1, left + width)]


def _beside(grey: Pixels, face: Box, crop: Box) -> Pixels:
    """The wall left and right of the head, from the photo's top to the brows, as one strip of pixels."""
    import numpy as np

    left, top, wide, _ = crop
    strip = max(1, round(wide * _BESIDE))
    to = max(1, face[1])
    sides = (
        grey[max(0, top) : to, max(0, left) : max(1, left + strip)],
        grey[max(0, top) : to, max(0, left + wide - strip) : max(1, left + wide)],
    )
    seen = np.concatenate([side.ravel() for side in sides])
    return seen if seen.size else grey.ravel()
