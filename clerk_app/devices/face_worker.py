"""The face worker: keeps dlib (some 130 MB) out of the desk's process. `python -m clerk_app.devices.face_worker`.

It answers one question after the other and ends by itself when nobody asked for `IDLE_S` seconds or the desk is gone.
"""

from __future__ import annotations

import os
import sys
from typing import assert_never

import msgspec

from clerk_app.devices import face_finding, photo_measure
from clerk_app.devices.face_pictures import LARGEST_PORTRAIT_PIXELS, BadPicture, pixels
from clerk_app.devices.face_wire import WIRE, Ask, Compare, Compared, Cut, Measure, Say, Trouble
from clerk_app.workers.pipe import Desk

IDLE_S = 120.0


def answer(ask: Ask) -> Say:
    """What is true of the pictures."""
    try:
        match ask:
            case Compare():
                return _compare(ask)
            case Measure():
                return photo_measure.measure(pixels(ask.frame))
            case Cut():
                return _cut(ask)
            case _:
                assert_never(ask)
    except BadPicture as problem:
        return Trouble(problem.code)


def _compare(ask: Compare) -> Compared:
    frame = face_finding.find(pixels(ask.frame))
    if not frame.boxes:
        return Compared("none", 0.0, None)
    if not frame.clear:
        return Compared("several", 0.0, frame.box())
    try:
        portrait = face_finding.find_in_portrait(pixels(ask.portrait, LARGEST_PORTRAIT_PIXELS))
    except BadPicture:
        return Compared("no_portrait", 0.0, frame.box())
    if not portrait.boxes:
        return Compared("no_portrait", 0.0, frame.box())
    apart = face_finding.distance(face_finding.describe(portrait), face_finding.describe(frame))
    return Compared("one", apart, frame.box())


def _cut(ask: Cut) -> Say:
    picture = pixels(ask.frame)
    photo = photo_measure.cut(picture)
    if photo is not None:
        return photo
    return Trouble("PHOTO_SEVERAL_FACES" if face_finding.find(picture).boxes else "PHOTO_NO_FACE")


def main() -> int:
    """Answer until nobody asks any more."""
    said = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # stdout is for messages only, whatever a library prints
    desk = Desk(said=said)
    while desk.asks(IDLE_S):
        asked = desk.hear()
        if asked is None:
            return 0
        try:
            desk.say(WIRE.message(answer(WIRE.ask_from(asked))))
        except ModuleNotFoundError:
            desk.say(WIRE.message(Trouble("FACE_NOT_INSTALLED")))
        except (msgspec.MsgspecError, OSError):
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
