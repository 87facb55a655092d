"""The camera of a desk: the side of the desk. The camera itself is held by a worker, for drivers crash and hang."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from clerk_app.desk.ports import CameraState, Cancel, Frame
from clerk_app.devices.camera_wire import WIRE, Ask, Next, Open, Picture, Say, Trouble
from clerk_app.devices.faults import FAULTS, fault
from clerk_app.workers.keeper import Keeper, Names, WorkerFailed
from clerk_app.workers.pipe import python
from clerk_app.workers.restarts import Restarts

_FRESH_S = 5.0
_LOOK_EVERY_S = 0.02
_NAMES = Names("CAMERA_CRASHED", "CAMERA_SILENT", "CAMERA_GIVEN_UP", "CAMERA_SILENT")
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

    def cameras(self) -> tuple[CameraState, ...]:
        """The camera, if it is there; a network camera is asked unless it is just sending. Raises `CAMERA_…`."""
        setting = self._setting()
        if not setting:
            return ()
        if self._restarts.hopeless:
            raise fault(self._restarts.why)
        if time.monotonic() - self._seen > _FRESH_S:
            _look_for(setting)
        return (CameraState(setting.partition(":")[0], label(setting)),)

    def frames(self, on_frame: Callable[[Frame], None], cancel: Cancel) -> None:
        """Hand over the newest picture again and again until `cancel`. Raises `DeviceFault` `CAMERA_…`."""
        setting = self._setting()
        if not setting:
            raise fault("CAMERA_NONE")
        name = label(setting)
        kept = Keeper(
            WIRE,
            self._command,
            self._silence_s,
            _NAMES,
            self._restarts,
            first=Open(setting),
            ends_itself=False,
            steady_s=_STEADY_S,
        )
        try:
            while (picture := self._next(kept, cancel)) is not None:
                self._seen = time.monotonic()
                on_frame(Frame(picture.jpeg, picture.width, picture.height, name))
                while not cancel() and time.monotonic() - self._seen < self._every_s:
                    # Nothing to wait for: the camera has newer pictures, and they are not wanted so soon.
                    time.sleep(_LOOK_EVERY_S)
        except WorkerFailed as problem:
            raise fault(problem.code) from problem
        finally:
            kept.close()

    def _next(self, kept: Keeper[Ask, Say], cancel: Cancel) -> Picture | None:
        match kept.ask(Next(), cancel):
            case Trouble(code=code, status=status):
                self._seen = float("-inf")
                raise fault(code if code in FAULTS else "CAMERA_CRASHED", status=status)
            case picture:
                return picture


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
