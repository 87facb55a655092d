"""The camera worker: holds one camera open and hands over its newest picture whenever the desk asks for one.

`python -m clerk_app.devices.camera_worker`. It ends when the camera fails or the desk is gone.
"""

from __future__ import annotations

import os
import sys

import msgspec

from clerk_app.devices.camera_sources import CameraTrouble, open_source
from clerk_app.devices.camera_wire import WIRE, Next, Open, Trouble
from clerk_app.workers.pipe import Desk


def _own_output() -> int:
    """A copy of stdout for messages; whatever a driver prints goes to stderr from now on."""
    said = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return said


def _serve(desk: Desk, setting: str) -> None:
    source = open_source(setting)
    while True:
        while not desk.asks(source.idle_s):
            source.skip()
        asked = desk.hear()
        if asked is None or not isinstance(WIRE.ask_from(asked), Next):
            return
        desk.say(WIRE.message(source.newest()))


def main() -> int:
    """Serve until the end; 0 when it was a proper one."""
    desk = Desk(said=_own_output())
    asked = desk.hear()
    try:
        first = WIRE.ask_from(asked) if asked is not None else None
        if not isinstance(first, Open):
            return 2
        try:
            _serve(desk, first.source)
        except CameraTrouble as trouble:
            desk.say(WIRE.message(Trouble(trouble.code, trouble.status)))
    except (msgspec.MsgspecError, OSError):  # the desk is gone, or is none
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
