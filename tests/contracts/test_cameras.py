"""What `ports.Cameras` promises, over each way to a camera: MJPEG and single pictures by HTTP, OpenCV in its worker."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clerk_app.desk.ports import Cameras, Frame
from clerk_app.devices.camera import DeskCamera
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import camera as practice
from tests.peers.processes import children

pytestmark = pytest.mark.wire


@dataclass(frozen=True, slots=True)
class Way:
    """One way to a camera, and the same way to one that is not there."""

    cameras: Cameras
    missing: Cameras
    code: str
    kind: str


def recording(path: Path, seconds: int = 40) -> Path:
    """What a USB camera would have sent, as a file that OpenCV opens like one."""
    import cv2
    import numpy as np

    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25.0, practice.SIZE)
    shown = [cv2.cvtColor(np.asarray(practice.scene(1, moment=at)), cv2.COLOR_RGB2BGR) for at in range(4)]
    for at in range(25 * seconds):
        writer.write(shown[at % 4])
    writer.release()
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("usb") / "camera.avi")


@pytest.fixture(params=["video", "snapshot", "usb"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    if request.param == "usb":
        film: Path = request.getfixturevalue("film")
        missing = DeskCamera(lambda: f"usb:{tmp_path / 'none'}")
        yield Way(DeskCamera(lambda: f"usb:{film}", every_s=0.01), missing, "CAMERA_UNPLUGGED", "usb")
        return
    machine = practice.start(1)
    gone = practice.start(1)
    address = gone.address
    gone.close()
    path = "/video" if request.param == "video" else "/snapshot.jpg"
    here, there = DeskCamera(lambda: machine.address + path, every_s=0.01), DeskCamera(lambda: address + path)
    yield Way(here, there, "CAMERA_UNREACHABLE", "http")
    machine.close()


def watch(cameras: Cameras, count: int) -> list[Frame]:
    """The next frames; giving up after them."""
    seen: list[Frame] = []
    cameras.frames(seen.append, lambda: len(seen) >= count)
    return seen


def test_pictures_come_with_their_size_until_the_person_gives_up(way: Way) -> None:
    from PIL import Image

    before = children()
    for frame in watch(way.cameras, 3):
        assert (frame.width, frame.height) == practice.SIZE
        with Image.open(io.BytesIO(frame.jpeg), formats=("JPEG",)) as picture:
            assert picture.size == practice.SIZE
            picture.load()
    assert children() == before, "the worker went with the camera"


def test_a_camera_is_named_for_people_without_its_address(way: Way) -> None:
    (state,) = way.cameras.cameras()
    assert state.name == way.kind
    assert state.label
    assert "://" not in state.label


def test_giving_up_at_once_starts_nothing_that_stays(way: Way) -> None:
    before = children()
    way.cameras.frames(lambda frame: pytest.fail("nobody looks any more"), lambda: True)
    assert children() == before


def test_a_camera_that_is_not_there_is_a_fault_with_its_remedy(way: Way) -> None:
    with pytest.raises(DeviceFault) as found:
        way.missing.cameras()
    assert found.value.code == way.code
    assert found.value.remedy.vi
    with pytest.raises(DeviceFault) as found:
        watch(way.missing, 1)
    assert found.value.code in (way.code, "CAMERA_NOT_OPENED")


def test_a_desk_without_a_camera_has_none() -> None:
    none = DeskCamera(lambda: "")
    assert none.cameras() == ()
    with pytest.raises(DeviceFault) as found:
        watch(none, 1)
    assert found.value.code == "CAMERA_NONE"
