"""The table: which benches there are, what a row is, and how rows are measured, checked and printed."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

BENCHES: dict[str, str] = {
    "cold-start": "bench.cold_start",
    "chip-read": "bench.chip_read",
    "receipt": "bench.receipt",
    "local-insert": "bench.local_insert",
    "push-dossiers": "bench.push_dossiers",
    "push-scans": "bench.push_scans",
    "noop": "bench.noop",
    "cut-half": "bench.cut_half",
    "outages": "bench.outages",
    "storm": "bench.storm",
    "soak": "bench.soak",
    "ingest": "bench.ingest",
    "frame": "bench.frame",
    "qr": "bench.qr",
    "page": "bench.page",
    "catalogue": "bench.catalogue",
    "reading": "bench.reading",
    "approvals": "bench.approvals",
    "online-queue": "bench.online_queue",
    "reports": "bench.reports",
    "result-cards": "bench.result_cards",
    "reports-window": "bench.reports_window",
}

FIELDS = ("name", "ours", "peer", "floor", "ratio", "goal", "met", "not_measured")
"""What every row has. `ours`, `peer`, `floor` and `ratio` are numbers or None, `met` a bool or None where it cannot be
said; `unit` names what the numbers are, `against` which of the two the ratio is taken to, `what` the work in words."""


def median_ms(work: Callable[[], object], runs: int) -> float:
    """The median time of `runs` runs of `work`, in milliseconds."""
    return alternated({"": work}, runs)[""]


def alternated(works: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The median time of each work in milliseconds, the works taking turns so that noise meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


def row(
    name: str,
    ours: float | None,
    *,
    peer: float | None = None,
    floor: float | None = None,
    at_most: float | None = None,
    at_least: float | None = None,
    against: str = "peer",
    unit: str = "ms",
    what: str = "",
    not_measured: Sequence[str] = (),
) -> dict[str, Any]:
    """A row whose ratio is ours over `against` (`peer` or `floor`) and whose goal bounds that ratio on one side."""
    other = peer if against == "peer" else floor
    ratio = ours / other if ours is not None and other else None
    bound = f"≤ {at_most:g}" if at_most is not None else f"≥ {at_least:g}" if at_least is not None else "–"
    met: bool | None = None
    if ratio is not None and at_most is not None:
        met = ratio <= at_most
    elif ratio is not None and at_least is not None:
        met = ratio >= at_least
    return {
        "name": name,
        "ours": _short(ours),
        "peer": _short(peer),
        "floor": _short(floor),
        "ratio": _short(ratio),
        "goal": "–" if bound == "–" else f"{bound} × {against}",
        "met": met,
        "not_measured": list(not_measured),
        "unit": unit,
        "against": against,
        "what": what,
    }


def _short(number: float | None) -> float | None:
    return None if number is None else float(f"{number:.4g}")


def missing(name: str, why: str) -> dict[str, Any]:
    """A row that says nothing was measured, and why. Never a guess."""
    return row(name, None, not_measured=[why])


def checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """The row with every field it must have. Raises `ValueError` naming what is wrong with it."""
    made = {"unit": "", "against": "", "what": "", **given}
    lacking = [field for field in FIELDS if field not in made]
    if lacking:
        raise ValueError(f"a row without {', '.join(lacking)}")
    for field in ("ours", "peer", "floor", "ratio"):
        value = made[field]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise ValueError(f"{field} of {made['name']} is not a number")
    if made["met"] not in (True, False, None):
        raise ValueError(f"met of {made['name']} is neither yes, no nor unknown")
    if not isinstance(made["not_measured"], list):
        raise ValueError(f"not_measured of {made['name']} is not a list")
    if made["ours"] is None and not made["not_measured"]:
        raise ValueError(f"{made['name']} measured nothing and does not say why")
    return made


def measure(name: str, benches: Mapping[str, str], given: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
    """The rows of one bench, told what of `given` it asks for; one that is absent or fails is a row that says so."""
    try:
        work = importlib.import_module(benches[name]).run
        asked = inspect.signature(work).parameters
        return [checked(one) for one in work(**{key: one for key, one in (given or {}).items() if key in asked})]
    except Exception as problem:  # noqa: BLE001 - one bench that fails must not cost the others
        traceback.print_exc()
        return [missing(name, f"{type(problem).__name__}: {problem}")]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a Markdown table, with what could not be measured below."""

    def said(value: float | None) -> str:
        return "–" if value is None else f"{value:g}"

    marks = {True: "yes", False: "**no**", None: "–"}
    lines = ["| name | ours | peer | floor | unit | ratio | goal | met |", "|---|---|---|---|---|---|---|---|"]
    lines += [
        f"| {one['name']} | {said(one['ours'])} | {said(one['peer'])} | {said(one['floor'])} | {one['unit']} "
        f"| {said(one['ratio'])} | {one['goal']} | {marks[one['met']]} |"
        for one in rows
    ]
    notes = [f"- {one['name']}: not measured: {why}" for one in rows for why in one["not_measured"]]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def main(arguments: Sequence[str]) -> int:
    """Run the named benches, or all; print the table, write the rows. 2 for a name that does not exist."""
    parser = argparse.ArgumentParser(prog="bench", description="What is measured, against what.")
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"one of: {', '.join(BENCHES)} (default: all)")
    parser.add_argument("--json", metavar="FILE", help="also write the rows as one JSON document; - for stdout only")
    parser.add_argument("--pace", metavar="S", type=float, help="result-cards: seconds from card to card (default: 1)")
    parser.add_argument("--cards", metavar="N", type=int, help="result-cards: how many (default: 1000)")
    options = parser.parse_args(arguments)
    given = {"pace_s": options.pace, "cards": options.cards}
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        print(
            f"BENCH_UNKNOWN: there is no bench {', '.join(unknown)}. Choose from: {', '.join(BENCHES)}.",
            file=sys.stderr,
        )
        return 2
    rows: list[dict[str, Any]] = []
    for name in options.names or BENCHES:
        print(f"… {name}", file=sys.stderr, flush=True)
        rows += measure(name, BENCHES, {key: value for key, value in given.items() if value is not None})
    document = json.dumps(rows, ensure_ascii=False, indent=1)
    if options.json == "-":
        print(document)
        return 0
    print(table(rows))
    if options.json:
        Path(options.json).write_text(document + "\n", "utf-8")
    return 0
