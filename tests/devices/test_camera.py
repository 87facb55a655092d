"""What cameras do wrong, each by its name; a worker that hangs, crashes or talks nonsense; what nobody may read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from clerk_app.desk.ports import Frame
from clerk_app.devices import camera_faults
from clerk_app.devices.camera import DeskCamera, label
from clerk_app.devices.camera_sources import LARGEST_PIXELS, picture_of
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import camera as practice
from tests.contracts.test_cameras import recording, watch
from tests.peers.ipp import until
from tests.peers.processes import alive, children

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def machine() -> Iterator[practice.PracticeCamera]:
    camera = practice.start(1)
    yield camera
    camera.close()


def code_of(camera: DeskCamera) -> str:
    with pytest.raises(DeviceFault) as found:
        watch(camera, 1)
    assert found.value.words.vi
    assert found.value.words.en
    assert found.value.remedy.vi
    assert found.value.remedy.en
    assert "{" not in found.value.words.vi
    return found.value.code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("stops", "CAMERA_STOPPED"),
        ("garbage", "CAMERA_GARBLED"),
        ("huge", "CAMERA_GARBLED"),
        ("password", "CAMERA_PASSWORD"),
        ("missing", "CAMERA_REFUSED"),
        ("page", "CAMERA_NOT_ONE"),
    ],
)
def test_each_fault_of_a_network_camera_has_its_name(machine: practice.PracticeCamera, fault: str, code: str) -> None:
    machine.show(1, fault)
    assert code_of(DeskCamera(lambda: machine.video)) == code
    if fault != "stops":
        assert code_of(DeskCamera(lambda: machine.snapshot)) == code
    machine.show(1)
    assert watch(DeskCamera(lambda: machine.video), 1)


def test_a_camera_that_falls_silent_is_given_up_and_can_be_watched_again(machine: practice.PracticeCamera) -> None:
    camera = DeskCamera(lambda: machine.video, silence_s=1.0)
    before = children()
    machine.show(1, "stalls")
    assert code_of(camera) == "CAMERA_SILENT"
    assert children() == before
    machine.show(1)
    assert watch(DeskCamera(lambda: machine.video), 1)


def test_a_slow_camera_is_only_slow(machine: practice.PracticeCamera) -> None:
    machine.show(1, "slow")
    assert len(watch(DeskCamera(lambda: machine.video), 2)) == 2
    machine.show(1)


@pytest.mark.parametrize("setting", ["webcam", "usb:", "ftp://camera", "http://[", "http://"])
def test_a_setting_that_is_none_is_called_so(setting: str) -> None:
    assert code_of(DeskCamera(lambda: setting)) == "CAMERA_SETTING"


def test_the_end_of_a_usb_camera_in_the_middle_of_its_work_is_a_fault(tmp_path: Path) -> None:
    film = recording(tmp_path / "short.avi", seconds=1)
    seen: list[Frame] = []
    with pytest.raises(DeviceFault) as found:
        DeskCamera(lambda: f"usb:{film}", every_s=0.0).frames(seen.append, lambda: False)
    assert found.value.code == "CAMERA_STOPPED"
    assert seen


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(600)", "CAMERA_SILENT"),
        ("raise SystemExit(3)", "CAMERA_CRASHED"),
        ("import os; os.abort()", "CAMERA_CRASHED"),
        ("import os; os.write(1, b'\\0\\0\\0\\3abc')", "CAMERA_CRASHED"),
        ("import os; os.write(1, b'\\xff' * 4096)", "CAMERA_CRASHED"),
    ],
)
def test_a_driver_that_hangs_crashes_or_writes_nonsense_takes_its_worker_alone(program: str, code: str) -> None:
    before = children()
    assert code_of(DeskCamera(lambda: "usb:0", (sys.executable, "-c", program), silence_s=0.5)) == code
    assert children() == before


def test_a_worker_ends_when_its_desk_is_killed(machine: practice.PracticeCamera) -> None:
    program = (
        "import sys; from clerk_app.devices.camera import DeskCamera; from tests.peers.processes import children;"
        "say = lambda frame: print(*children(), flush=True);"
        "DeskCamera(lambda: sys.argv[1]).frames(say, lambda: False)"
    )
    machine.show(1)
    command = [sys.executable, "-c", program, machine.video]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout is not None
        (worker,) = (int(pid) for pid in desk.stdout.readline().split())
        assert alive(worker)
        desk.kill()
    assert until(lambda: not alive(worker))


def test_a_worker_that_is_asked_nonsense_ends() -> None:
    command = [sys.executable, "-m", "clerk_app.devices.camera_worker"]
    for asked in (b"", b"\0\0\0\xff", b"\0\0\0\3abc", b"\xff" * 64):
        done = subprocess.run(command, input=asked, capture_output=True, timeout=60, check=False)
        assert (done.returncode, done.stdout) == (2, b"")


def test_no_password_of_a_camera_is_shown_or_journalled() -> None:
    for setting in ("http://admin:hunter2@10.0.0.9/video?pwd=hunter2", "https://admin:hunter2@camera.local/hunter2"):
        assert "hunter2" not in label(setting)
    assert "jpeg" not in repr(Frame(b"a face", 1, 1, "USB 0"))


def test_a_picture_that_claims_to_be_enormous_is_not_opened() -> None:
    assert picture_of(practice.picture(1, "huge")) is None
    assert picture_of(practice.picture(1, "garbage")) is None
    good = picture_of(practice.picture(1))
    assert good is not None
    assert good.width * good.height < LARGEST_PIXELS


def test_every_fault_of_cameras_and_faces_is_written_down_in_both_languages() -> None:
    for code, (words, remedy) in (camera_faults.CAMERA | camera_faults.FACE).items():
        assert code == code.upper()
        for said in (words, remedy):
            assert said.vi.endswith(".")
            assert said.en.endswith(".")
