"""A worker that crashes is not started again and again: growing pauses, then a word to the clerk and a try a minute."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clerk_app.devices.camera import DeskCamera
from clerk_app.devices.face import DlibFaces
from clerk_app.domain.refusals import DeviceFault
from clerk_app.workers.restarts import MOST, REST_S, Restarts
from tests.peers.processes import children

pytestmark = pytest.mark.wire


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def crashing(log: Path) -> tuple[str, ...]:
    """A worker that writes down that it was started, and ends."""
    return (sys.executable, "-c", f"open({str(log)!r}, 'a').write('x')")


def starts(log: Path) -> int:
    return len(log.read_text()) if log.exists() else 0


def test_pauses_grow_and_end_with_the_first_success() -> None:
    clock = Clock()
    tries = Restarts(clock)
    pauses = []
    for _ in range(MOST):
        assert tries.may_start()
        assert not tries.hopeless
        tries.failed()
        begun = clock.now
        while not tries.may_start():
            clock.now += 0.5
        pauses.append(clock.now - begun)
    assert pauses == [1, 2, 4, 8, REST_S]
    assert tries.hopeless
    tries.failed()
    assert not tries.may_start()
    tries.worked()
    assert tries.may_start()
    assert not tries.hopeless


def faulty(work: object) -> str:
    assert callable(work)
    with pytest.raises(DeviceFault) as found:
        work()
    return found.value.code


def test_a_face_worker_that_crashes_is_started_a_few_times_however_often_it_is_asked(tmp_path: Path) -> None:
    pytest.importorskip("dlib", reason="the optional package “face” is not installed")
    clock, log = Clock(), tmp_path / "starts"
    faces = DlibFaces(crashing(log), monotonic=clock)
    before = children()
    told = []
    for _ in range(60):
        told.append(faulty(lambda: faces.measure(b"frame")))
        clock.now += 0.7
    assert starts(log) == MOST
    assert told[0] == "FACE_CRASHED"
    assert told[-1] == "FACE_GIVEN_UP"
    assert faulty(lambda: faces.compare(b"portrait", b"frame")) == "FACE_GIVEN_UP"
    assert starts(log) == MOST + 1, "whoever asks by hand is not made to wait"
    assert children() == before


def test_a_camera_worker_that_crashes_is_started_a_few_times_and_its_lamp_says_so(tmp_path: Path) -> None:
    clock, log = Clock(), tmp_path / "starts"
    device = tmp_path / "video"
    device.touch()
    camera = DeskCamera(lambda: f"usb:{device}", crashing(log), monotonic=clock)
    assert camera.cameras()
    told = []
    for _ in range(12):
        told.append(faulty(lambda: camera.frames(lambda frame: None, lambda: False)))
        clock.now += 3
    assert starts(log) == MOST
    assert (told[0], told[-1]) == ("CAMERA_CRASHED", "CAMERA_GIVEN_UP")
    assert faulty(camera.cameras) == "CAMERA_GIVEN_UP"
    clock.now += REST_S
    faulty(lambda: camera.frames(lambda frame: None, lambda: False))
    assert starts(log) == MOST + 1
