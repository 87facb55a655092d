"""What a licence photo must be, held against what was measured in a frame. Advice: the clerk may take any picture."""

from __future__ import annotations

from clerk_app.desk.ports import Frame, PhotoMeasure
from clerk_app.desk.views import PhotoHint, PhotoView
from clerk_app.domain.refusals import Words

SMALLEST_FACE = 120
"""Pixels of a face's width; at 3 × 4 cm and 300 dpi about a third of the picture's width."""
SHARP_FROM = 40.0
LIGHT, BRIGHT_BACKGROUND = (60.0, 225.0), 130.0
UNREST_BELOW = 32.0
TILT_BELOW_DEG = 6.0


def hints(measure: PhotoMeasure, frame: Frame) -> PhotoView:
    """Every hint in the order in which a person mends them; without a single face only that one."""
    if measure.face is None or measure.crop is None:
        return PhotoView((_face(measure),), None)
    left, top, width, height = measure.crop
    crop = (left / frame.width, top / frame.height, width / frame.width, height / frame.height)
    return PhotoView((_face(measure), *_framing(measure, frame), *_quality(measure)), crop)


def _face(measure: PhotoMeasure) -> PhotoHint:
    if measure.faces == 0:
        words = Words("Chưa thấy khuôn mặt nhìn thẳng", "No face that looks at the camera")
    elif measure.face is None:
        words = Words("Nhiều người trước máy ảnh", "Several people before the camera")
    else:
        words = Words("Một khuôn mặt", "One face")
    return PhotoHint("face", measure.face is not None, words)


def _framing(measure: PhotoMeasure, frame: Frame) -> tuple[PhotoHint, PhotoHint]:
    assert measure.face is not None
    assert measure.crop is not None
    left, top, width, height = measure.crop
    too_near = width > frame.width or height > frame.height
    too_far = measure.face[2] < SMALLEST_FACE
    if too_near:
        size = Words("Quá gần: lùi lại một chút", "Too near: step back a little")
    elif too_far:
        size = Words("Quá xa: lại gần hơn", "Too far: come nearer")
    else:
        size = Words("Khoảng cách vừa", "Right distance")
    inside = left >= 0 and top >= 0 and left + width <= frame.width and top + height <= frame.height
    centre = Words("Đầu và vai nằm gọn trong khung 3×4", "Head and shoulders fit 3×4")
    off = Words("Lệch khung: đứng vào giữa", "Off the frame: move to the middle")
    return PhotoHint("size", not (too_near or too_far), size), PhotoHint("centre", inside, centre if inside else off)


def _quality(measure: PhotoMeasure) -> tuple[PhotoHint, ...]:
    sharp = measure.sharpness >= SHARP_FROM
    darkest, brightest = LIGHT
    light = (
        Words("Mặt quá tối: bật thêm đèn", "Face too dark: more light")
        if measure.light < darkest
        else Words("Mặt bị chói: bớt sáng", "Face too bright: less light")
        if measure.light > brightest
        else Words("Đủ sáng", "Enough light")
    )
    if measure.unrest >= UNREST_BELOW:
        behind = Words("Phông nền chưa trơn", "Background is not plain")
    elif measure.background < BRIGHT_BACKGROUND:
        behind = Words("Phông nền quá tối", "Background is too dark")
    else:
        behind = Words("Phông nền sáng, trơn", "Plain, bright background")
    plain = measure.unrest < UNREST_BELOW and measure.background >= BRIGHT_BACKGROUND
    level = abs(measure.tilt_deg) < TILT_BELOW_DEG
    return (
        PhotoHint(
            "sharp", sharp, Words("Ảnh nét", "Sharp") if sharp else Words("Ảnh mờ: giữ yên", "Blurred: hold still")
        ),
        PhotoHint("light", darkest <= measure.light <= brightest, light),
        PhotoHint("background", plain, behind),
        PhotoHint(
            "eyes", level, Words("Mắt ngang bằng", "Eyes level") if level else Words("Đầu bị nghiêng", "Head is tilted")
        ),
    )
