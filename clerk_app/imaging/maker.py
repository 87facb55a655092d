"""Pages made of sheets: the side of the desk. The work is done in a worker process."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import assert_never

from clerk_app.desk.page_ports import MadePage
from clerk_app.desk.ports import Cancel
from clerk_app.domain.pages import Wish
from clerk_app.domain.refusals import DeviceFault
from clerk_app.imaging.faults import FAULTS, fault
from clerk_app.imaging.maker_wire import LARGEST, WIRE, Make, Pages, Trouble
from clerk_app.imaging.opening import LARGEST_OCTETS, LARGEST_PIXELS
from clerk_app.workers.keeper import Keeper, Names, WorkerFailed
from clerk_app.workers.pipe import python
from clerk_app.workers.restarts import Restarts

_NAMES = Names("PAGE_CRASHED", "PAGE_SILENT", "PAGE_MAKER_GIVEN_UP", "PAGE_MAKER_GIVEN_UP")


class WorkerPageMaker:
    """Fulfils `page_ports.PageMaker`. The worker starts with the first sheet; it is killed when it hangs, when whoever
    asked gives up, or by `close`. One that crashed too often is tried once a minute (`Restarts`).

    Nothing of OpenCV is ever loaded here.
    """

    def __init__(
        self,
        command: Sequence[str] = (),
        patience_s: float = 60.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        command = command or python("clerk_app.imaging.maker_worker")
        self._keeper = Keeper(WIRE, command, patience_s, _NAMES, Restarts(monotonic), largest=LARGEST)

    def make(self, sheet: bytes, dpi: int, wish: Wish, cancel: Cancel) -> tuple[MadePage, ...]:
        """The pages of one sheet (PNG or JPEG). Raises `DeviceFault` `PAGE_…`."""
        if len(sheet) > LARGEST_OCTETS:
            raise _fault("PAGE_TOO_LARGE")
        try:
            said = self._keeper.ask(Make(sheet, dpi, wish), cancel, rests="hopeless")
        except WorkerFailed as problem:
            raise fault(problem.code) from problem
        match said:
            case Pages(pages):
                return tuple(MadePage(one.data, one.media, one.width, one.height, one.dpi, one.made) for one in pages)
            case Trouble(code):
                raise _fault(code if code in FAULTS else "PAGE_CRASHED")
            case None:
                raise fault("PAGE_GIVEN_UP")
            case other:
                assert_never(other)

    @property
    def pid(self) -> int | None:
        """The worker's process, while there is one."""
        return self._keeper.pid

    def close(self) -> None:
        """End the worker, also while it works; whoever waits for it hears `PAGE_GIVEN_UP`."""
        self._keeper.close()


def _fault(code: str) -> DeviceFault:
    return fault(code, megapixels=LARGEST_PIXELS // 1_000_000)
