"""frame: how long the window's event loop ever stands still while it reads cards, scans, delivers and loses its line.

The window of the stories runs as a process of its own, offscreen, worked by keys; a timer in its loop measures the
gaps between its turns, and the processor time of the window's own thread in each. Practice devices and central are
processes beside it. The floor is what nobody notices.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.run import missing, row
from clerk_app import rehearsal, settings
from clerk_app.practice import escl_scanner, pcscd, scanner_papers, specimens
from tests.stories.desk_window import DeskWindow, Told

NAME = "frame"
MOST_MS = 50.0
PEOPLE = 3
SITTING_DOWN_S = 3.0
AFTER_S = 0.6
WEAK_CARDS = ("altered-dg1", "altered-dg2", "copied", "expired", "unknown-signer", "revoked-signer", "downgraded-pace")
STEPS = ("F3", "F4", "F5", "F6", "F2")
WORST = 6
SHEETS, TYPED_TIMES = 12, 6
REASON = "Giay phep sap het han, can doi som. "


def run() -> list[dict[str, Any]]:
    """Two rows: the longest gap of the loop in milliseconds, and the most work of the window itself in one turn."""
    if not pcscd.running() and sys.platform != "linux":
        return [missing(NAME, "the practice reader needs Linux")]
    with tempfile.TemporaryDirectory() as folder:
        pulse = measured(Path(folder))
        stack = measured_stack(Path(folder))
    gaps = [*pulse["gaps"], *stack["gaps"]]
    tell(pulse | {"beats": pulse["beats"] + stack["beats"], "gaps": gaps})
    what = (
        f"longest gap of the event loop, {PEOPLE} citizens served with an outage, every kind of card, a stack of pages"
    )
    work = (
        "most processor time of the window's own thread in one turn of its loop, which a busy machine does not change"
    )
    longest = max((gap["wall_ms"] for gap in gaps), default=0.0)
    hardest = max((gap["own_ms"] for gap in gaps), default=0.0)
    return [
        row(NAME, longest, floor=MOST_MS, at_most=1.0, against="floor", what=what),
        row(f"{NAME} (own work)", hardest, floor=MOST_MS, at_most=1.0, against="floor", what=work),
    ]


def tell(pulse: dict[str, Any]) -> None:
    """What went on during the longest turns, and where the window's thread stood in the worst of them."""
    gaps = pulse["gaps"]
    print(f"  {pulse['beats']} beats", file=sys.stderr)
    by_situation: dict[str, list[Told]] = defaultdict(list)
    for gap in gaps:
        by_situation[gap["during"]].append(gap)
    for during, seen in by_situation.items():
        longest = max(gap["wall_ms"] for gap in seen)
        hardest = max(gap["own_ms"] for gap in seen)
        print(f"  {longest:6.1f} ms, own work {hardest:6.1f}: {during}", file=sys.stderr)
    worst = [
        *sorted(gaps, key=lambda gap: -gap["wall_ms"])[:WORST],
        *sorted(gaps, key=lambda gap: -gap["own_ms"])[:WORST],
    ]
    for gap in worst:
        print(
            f"  {gap['wall_ms']} ms, own work {gap['own_ms']}, lanes {gap['lanes_ms']}, during {gap['during']}",
            file=sys.stderr,
        )
        for place, times in gap["places"]:
            print(f"      {times} × {place}", file=sys.stderr)


def measured(folder: Path) -> dict[str, Any]:
    """The pulse of a window while everything happens to it that happens at a desk."""
    with rehearsal.World(folder / "world") as world:
        hear = {"lay": lambda: world.lay_card(1), "take": world.take_card}
        glass = world.folder / "glass"
        with DeskWindow(
            world.profile, "", folder / "window", glass, hear=hear, platform="offscreen", anew=True, few_words=True
        ) as window:
            window.do("feel")
            _sign_in(window)
            _serve(window, world)
            _cards(window, world)
            _torn(window, world)
            _code(window, world)
            begun = len(window.told)
            window.order("felt")
            pulse = window.until("the pulse", lambda line: line["what"] == "pulse", begun)
            window.close()
            return pulse


def measured_stack(folder: Path) -> dict[str, Any]:
    """The pulse while a stack comes from a network scanner, is made and read, and the clerk types in step 2."""
    scanner = escl_scanner.start()
    try:
        with rehearsal.World(folder / "stack") as world:
            settings.change(
                world.profile,
                scanner_addresses=scanner.address,
                scanner_discovery="off",
                scanner_source="Feeder",
                sane_folder="",
            )
            return _typed_meanwhile(world, scanner, folder)
    finally:
        scanner.close()


def _typed_meanwhile(world: rehearsal.World, scanner: escl_scanner.PracticeEsclScanner, folder: Path) -> dict[str, Any]:
    person = specimens.specimen(1)
    kinds: tuple[scanner_papers.Paper, ...] = ("health", "licence-front", "licence-back", "empty")
    files = []
    for kind in kinds:
        files.append(folder / f"{kind}.ppm")
        scanner_papers.draw(kind, person.person, person.licences[0]).save(files[-1], "PPM")
    scanner.show(feeder=[files[number % len(files)] for number in range(SHEETS)])
    with DeskWindow(
        world.profile, "", folder / "stack-window", platform="offscreen", anew=True, few_words=True
    ) as window:
        window.do("feel")
        window.do("sign_in")
        _open(window, "opening a dossier for a stack")
        _read(window, world, "the card before a stack")
        window.do("press", key="F4")
        window.until("the papers", lambda line: line["what"] == "standing" and line["step"] == "papers")
        window.do("during", what="a stack comes and is made")
        begun = len(window.told)
        window.order("press", key="A")
        window.until("pages on their way", lambda line: line["what"] == "standing" and line["coming"] >= 0, begun)
        window.do("press", key="F3")
        window.do("to", field="reason")
        begun = len(window.told)
        for _ in range(TYPED_TIMES):
            window.do("type", text=REASON)
        window.until("every page made", _all_made, begun)
        window.do("during", what="pages looked at")
        window.do("press", key="F4")
        for _ in range(SHEETS):
            window.do("press", key="PgDown")
        window.watch(AFTER_S)
        begun = len(window.told)
        window.order("felt")
        pulse = window.until("the pulse", lambda line: line["what"] == "pulse", begun)
        window.close()
        return pulse


def _all_made(line: Told) -> bool:
    return bool(line["what"] == "standing" and line["coming"] < 0 and not line["raw"] and line["pages"])


def _sign_in(window: DeskWindow) -> None:
    window.do("during", what="sign-in")
    window.do("sign_in", user="supervisor")
    window.do("sign_out")
    window.do("sign_in")
    # The first citizen sits down.
    window.watch(SITTING_DOWN_S)


def _serve(window: DeskWindow, world: rehearsal.World) -> None:
    for person in range(PEOPLE):
        if person == 1:
            world.stop_central()
        if person == PEOPLE - 1:
            world.start_central()
        window.do("during", what=f"opening dossier {person + 1}")
        window.do("open")
        window.do("during", what=f"serving citizen {person + 1}")
        window.do("serve")


def _open(window: DeskWindow, what: str) -> None:
    window.do("during", what=what)
    window.do("open")
    window.do("type", text=specimens.specimen(1).person.number)


def _read(window: DeskWindow, world: rehearsal.World, what: str, *faults: str) -> None:
    """Lay a card in the place of another and wait until it was read and everything about it is shown."""
    world.take_card()
    begun = len(window.told)
    if window.do("look")["card"]:
        window.until("an empty reader", lambda line: line["what"] == "standing" and not line["card"], begun)
    window.do("during", what=what)
    begun = len(window.told)
    world.lay_card(1, *faults)
    window.until("the reading", lambda line: line["what"] == "standing" and line["reading"], begun)
    begun = len(window.told)
    window.until("its end", lambda line: line["what"] == "standing" and not line["reading"], begun)
    window.watch(AFTER_S)


def _cards(window: DeskWindow, world: rehearsal.World) -> None:
    """Cards that prove too little, one after the other, and everything a clerk does about one of them."""
    _open(window, "opening a dossier for weak cards")
    for fault in WEAK_CARDS:
        _read(window, world, f"card {fault}", fault)
    for turn in ("first", "second"):
        window.do("during", what=f"steps, {turn} time")
        for key in STEPS:
            window.do("press", key=key)
            window.watch(AFTER_S)
    window.do("during", what="every reason shown and hidden")
    window.do("press", key="F9")
    window.do("press", key="F9")
    window.do("during", what="an exception")
    window.do("press", key="F3")
    window.do("except")
    window.do("press", key="F2")
    window.watch(AFTER_S)
    _read(window, world, "good card after weak ones")


def _torn(window: DeskWindow, world: rehearsal.World) -> None:
    _open(window, "opening a dossier for a torn card")
    _read(window, world, "card torn out", "tear@40")
    _read(window, world, "card laid again")


def _code(window: DeskWindow, world: rehearsal.World) -> None:
    world.take_card()
    window.do("during", what="opening a dossier for a code")
    window.do("open")
    window.do("during", what="QR code")
    begun = len(window.told)
    window.do("scan", text=world.qr_text())
    window.until(
        "the name", lambda line: line["what"] == "standing" and bool(line["values"].get("applicant.name")), begun
    )
    window.watch(AFTER_S)
