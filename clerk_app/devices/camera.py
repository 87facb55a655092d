"""The camera of a desk: the side of the desk. The camera itself is held by a worker, for drivers crash and hang."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from clerk_app.desk.ports import CameraState, Cancel, Frame
from clerk_app.devices.camera_wire import WIRE, Next, Open, Picture, Trouble
from clerk_app.devices.faults import FAULTS, fault
from clerk_app.domain.refusals import DeviceFault
from clerk_app.workers.pipe import Worker, WorkerLost, WorkerSilent, python
from clerk_app.workers.restarts import Restarts

_FRESH_S = 5.0
_LOOK_EVERY_S = 0.02
_STEADY_S = 10.0
"""A driver that hands over a picture and then crashes has not worked; one that goes on for so long has."""


class DeskCamera:
    """Fulfils `ports.Cameras` for the one camera that the setting names.

    A camera that sends nothing for `silence_s` seconds is given up and its worker killed; the next `frames` starts
    another one, later each time that it failed (`Restarts`). Pictures come at most every `every_s` seconds.
    """

    def __init__(
        self,
        setting: Callable[[], str],
        command: Sequence[str] = (),
        silence_s: float = 8.0,
        every_s: float = 0.1,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._setting = setting
        self._command = tuple(command) or python("clerk_app.devices.camera_worker")
        self._silence_s = silence_s
        self._every_s = every_s
        self._seen = float("-inf")
        self._restarts = Restarts(monotonic)
        self._why = "CAMERA_CRASHED"

    def cameras(self) -> tuple[CameraState, ...]:
        """The camera, if it is there; a network camera is asked unless it is just sending. Raises `CAMERA_…`."""
        setting = self._setting()
        if not setting:
            return ()
        if self._restarts.hopeless:
            raise fault(self._why)
        if time.monotonic() - self._seen > _FRESH_S:
            _look_for(setting)
        return (CameraState(setting.partition(":")[0], label(setting)),)

    def frames(self, on_frame: Callable[[Frame], None], cancel: Cancel) -> None:
        """Hand over the newest picture again and again until `cancel`. Raises `DeviceFault` `CAMERA_…`."""
        setting = self._setting()
        if not setting:
            raise fault("CAMERA_NONE")
        if not self._restarts.may_start():
            raise fault(self._why)
        name = label(setting)
        begun = time.monotonic()
        try:
            worker = Worker(self._command)
        except WorkerLost as problem:
            raise self._failed("CAMERA_CRASHED") from problem
        try:
            worker.tell(WIRE.message(Open(setting)), self._silence_s, cancel)
            while not cancel():
                picture = self._next(worker, cancel)
                if picture is None:
                    return
                self._seen = time.monotonic()
                if self._seen - begun > _STEADY_S:
                    self._restarts.worked()
                on_frame(Frame(picture.jpeg, picture.width, picture.height, name))
                while not cancel() and time.monotonic() - self._seen < self._every_s:
                    # Nothing to wait for: the camera has newer pictures, and they are not wanted so soon.
                    time.sleep(_LOOK_EVERY_S)
        except (WorkerLost, msgspec.MsgspecError) as problem:
            raise self._failed("CAMERA_CRASHED") from problem
        except WorkerSilent as problem:
            raise self._failed("CAMERA_SILENT") from problem
        finally:
            worker.close()

    def _failed(self, code: str) -> DeviceFault:
        self._restarts.failed()
        self._why = "CAMERA_GIVEN_UP" if self._restarts.hopeless and code == "CAMERA_CRASHED" else code
        return fault(self._why)

    def _next(self, worker: Worker, cancel: Cancel) -> Picture | None:
        if not worker.tell(WIRE.message(Next()), self._silence_s, cancel):
            return None
        heard = worker.hear(self._silence_s, cancel)
        if heard is None:
            return None
        match WIRE.say_from(heard):
            case Picture() as picture:
                return picture
            case Trouble(code=code, status=status):
                self._seen = float("-inf")
                raise fault(code if code in FAULTS else "CAMERA_CRASHED", status=status)


def label(setting: str) -> str:
    """A short name for people and the journal: never a password, never a path that may hold one."""
    if setting.startswith("usb:"):
        return f"USB {setting[4:]}"
    try:
        return urlsplit(setting).hostname or "camera"
    except ValueError:
        return "camera"


def _look_for(setting: str) -> None:
    """Raise the fault that stands in the way of the camera, without opening one of this computer."""
    from clerk_app.devices.camera_sources import CameraTrouble, ask_camera

    if setting.startswith("usb:") and len(setting) > 4:
        which = setting[4:]
        path = Path(f"/dev/video{which}") if which.isdecimal() else Path(which)
        if sys.platform.startswith("linux") and not path.exists():
            raise fault("CAMERA_UNPLUGGED")
        return
    if not setting.startswith(("http://", "https://")):
        raise fault("CAMERA_SETTING")
    try:
        ask_camera(setting).close()
    except CameraTrouble as trouble:
        raise fault(trouble.code, status=trouble.status) from None
