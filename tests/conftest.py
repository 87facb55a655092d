"""What every test shares: peers on the real wire, and which tests may run side by side."""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.peers import costs

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling
    from xdist.workermanage import Producer, WorkerController

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["CLERK_KEY_STORE"] = "none"

ROOT = Path(__file__).resolve().parent.parent
IN_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30
"""Bytes: several times what the tests of all workers leave lying about at once."""


def _disk_in_memory() -> bool:
    """Whether there is one with room, from which a test's own programs may run. What a store writes it writes through
    to the disk, again and again, and no test pulls the plug: a program that is killed loses nothing either way.
    """
    if not hasattr(os, "statvfs") or not os.access(IN_MEMORY, os.W_OK):
        return False
    disk = os.statvfs(IN_MEMORY)
    return disk.f_bavail * disk.f_frsize >= _ROOM and not disk.f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _disk_in_memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))

costs.everywhere()

pytest_plugins = [
    "tests.peers.pcscd",
    "tests.peers.sane",
    "tests.peers.escl",
    "tests.peers.ipp",
    "tests.peers.postgres",
    "tests.peers.s3",
    "tests.peers.central",
    "tests.peers.line",
    "tests.peers.officer",
]

ONE_READER = (
    "tests/contracts/test_card_readers.py",
    "tests/devices/test_pcsc.py",
    "tests/judges/test_mrtdreader.py",
    "tests/practice/test_card_process.py",
    "tests/stories/test_camera.py",
    "tests/stories/test_headless.py",
    "tests/stories/test_identity_window.py",
    "tests/stories/test_kill.py",
    "tests/stories/test_missing.py",
    "tests/stories/test_newer_law.py",
    "tests/stories/test_online_card.py",
    "tests/stories/test_online_dossier.py",
    "tests/stories/test_scanners.py",
    "tests/stories/test_unreadable_chip.py",
    "tests/stories/test_window.py",
    "tests/test_commands.py",
)
"""A machine can have one PC/SC service: these files run one after the other, in one worker."""
ONE_READER_SCOPE = "one reader"

STORIES = "tests/stories/"
"""What is played in windows goes one after the other too, but for those with a reader and `OFFICES`: beside three pairs
of windows on two processors nobody keeps to real time."""
STORIES_SCOPE = "stories"

OFFICES = (
    "tests/stories/test_approvals.py",
    "tests/stories/test_approvals_killed.py",
    "tests/stories/test_approvals_killed_windows.py",
    "tests/stories/test_course.py",
    "tests/stories/test_online_supplement.py",
    "tests/stories/test_online_whole.py",
    "tests/stories/test_own_requests.py",
    "tests/stories/test_own_requests_windows.py",
    "tests/stories/test_two_windows.py",
)
OFFICES_SCOPE = "stories of offices"
"""Stories without a card, whose windows need no screen: they may go beside other stories, once those with a reader are
over, so that there are never more than two with windows at once."""

LONG = (
    "tests/outages/",
    "tests/test_every_event.py",
    "tests/salvage/",
    "tests/imaging/",
    "tests/archiving/",
    "tests/screens/",
    OFFICES_SCOPE,
    "tests/test_house_rules.py",
    "tests/fuzz/",
    "tests/central/test_protocol_machine.py",
)
"""Where tests are that take seconds each, and the few that take a minute and more."""

IN_REAL_TIME = {"wire": 1, "story": 1, "window": 1, "alone": 2}
"""Marks of tests in which several programs keep each other waiting, and how often one is played again before it counts
as failed: a computer that other programs hold up may miss a scanner's pace. `-ra` names every one played again."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever is played in real time gets its second chance."""
    for item in items:
        again = max((often for mark, often in IN_REAL_TIME.items() if item.get_closest_marker(mark)), default=0)
        if again:
            item.add_marker(pytest.mark.flaky(reruns=again))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Whole files go to a worker, so that what a module starts is started once; `ONE_READER` counts as one file, and so
    do `OFFICES` and the other stories.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        in_order = False

        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            if file in ONE_READER:
                return ONE_READER_SCOPE
            if file in OFFICES:
                return OFFICES_SCOPE
            return STORIES_SCOPE if file.startswith(STORIES) else file

        def _assign_work_unit(self, node: WorkerController) -> None:
            if not self.in_order:
                self.workqueue = OrderedDict(sorted(self.workqueue.items(), key=_turn))
                self.in_order = True
            super()._assign_work_unit(node)

    return ByFile(config, log)


def _turn(of: tuple[str, dict[str, bool]]) -> tuple[int, int]:
    """What takes longest begins first, however few its tests are, so that nobody waits for it at the end."""
    file, tests = of
    begins = (ONE_READER_SCOPE, STORIES_SCOPE, *LONG)
    first = next((at for at, begin in enumerate(begins) if file.startswith(begin)), len(begins))
    return first, -len(tests)
