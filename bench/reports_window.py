"""reports-window: the reports of 2023 and of the first quarter of 2024 in the real window, at a central that holds all
125,561 generated dossiers (`bench.generated_years`): figures read off the screen, lists behind them, one dossier.

Every time is from the key to what then stands painted on the screen, with the line in between, and has a goal of 3 s;
there is no peer. The desk was joined right before and still hears of the half a million entries of its office while it
is asked, so that the figures are those of a desk with its hands full. `--picture FILE` of this module keeps a picture.
The figures that stand on the screen are held against those of the seed; each of the lists against its figure.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench import generated_years, loaded_years
from bench.run import row

GOAL_S = 3.0
SAID = ("13,7 %", "59,6 %")
LISTED = ("received-online", "late", "waiting", "returned", "paid-online")
"""The figures of which the list behind is opened."""
PATIENCE_S = 180.0


def run(
    stretches: tuple[generated_years.Stretch, ...] = generated_years.WHOLE, picture: Path | None = None
) -> list[dict[str, Any]]:
    """A row for each thing that is done. Raises `RuntimeError` where the screen does not say what is there."""
    with tempfile.TemporaryDirectory() as folder:
        return _measured(Path(folder), stretches, picture)


def _measured(
    folder: Path, stretches: tuple[generated_years.Stretch, ...], picture: Path | None
) -> list[dict[str, Any]]:
    from tests.stories.desk_window import DeskWindow

    central = loaded_years.loaded(folder, stretches)
    central.start()
    try:
        with DeskWindow(
            folder / "desk", "", folder / "window", platform="offscreen", reader=False, few_words=True
        ) as window:
            return _asked(window, stretches, picture)
    finally:
        central.close()


def _asked(window: Any, stretches: tuple[generated_years.Stretch, ...], picture: Path | None) -> list[dict[str, Any]]:
    def at(step: str, kind: str, **more: str) -> Any:
        begun = len(window.told)
        window.order("report", step=step, **more)
        return window.until(step, lambda told: told["what"] == kind, begun, PATIENCE_S)

    window.do("sign_in", user="supervisor")
    window.do("report", step="open")
    rows, read = [], []
    for name, stretch in zip(("year", "quarter"), stretches, strict=True):
        asked = {"first": f"{stretch.first:%d%m%Y}", "last": f"{stretch.last:%d%m%Y}"}
        shown = at("choose", "report", **asked)
        _stands(shown, stretch)
        read.append(shown["lines"]["online"][0])
        rows.append(_row(name, shown["took_s"], f"F5 to the painted report; {stretch.received:,} received"))
        _check("the sign", "trung tâm" in shown["sign"])
        if picture is not None:
            at("save", "grabbed", to=str(picture.with_stem(f"{picture.stem}-{name}")))
        for line in LISTED:
            listed = at("figure", "behind", line=line)
            _check(line, f"{shown['lines'][line][0]} hồ sơ" in listed["title"])
            _check("a page", listed["rows"] <= 500)
            rows.append(_row(f"{name}, {line}", listed["took_s"], "Enter on a figure to its first 500 dossiers"))
            window.do("report", step="back")
    _check(f"{read}", stretches is not generated_years.WHOLE or tuple(read) == SAID)
    year = stretches[0]
    at("choose", "report", first=f"{year.first:%d%m%Y}", last=f"{year.last:%d%m%Y}")
    listed = at("figure", "behind", line="received")
    rows.append(_row("year, received", listed["took_s"], "Enter on the largest figure to its first 500 dossiers"))
    turned = at("turn", "behind")
    rows.append(_row("next page", turned["took_s"], "the 500 after them"))
    if picture is not None:
        at("save", "grabbed", to=str(picture.with_stem(f"{picture.stem}-behind")))
    window.do("report", step="back")
    # The oldest of them came here first.
    listed = at("figure", "behind", line="received")
    followed = at("follow", "followed")
    _check("the dossier", followed["code"] == listed["top"][0])
    rows.append(_row("to a dossier", followed["took_s"], "Enter on a dossier of the list to its page"))
    _check("the end", window.close() == 0)
    return rows


def _stands(shown: Any, stretch: generated_years.Stretch) -> None:
    lines = {name: texts[0] for name, texts in shown["lines"].items()}
    wanted = {
        "received": stretch.received,
        "received-online": stretch.online,
        "received-direct": stretch.received - stretch.online,
        "received-post": 0,
    }
    found = {name: int(lines[name].replace(".", "")) for name in wanted}
    _check(f"{found}", found == wanted)
    number = {name: int(text.replace(".", "")) for name, text in lines.items() if text.replace(".", "").isdigit()}
    came = number["carried"] + number["reopened"] + number["received"]
    stood = ("processed", "in-process", "waiting", "stopped", "returned", "withdrawn")
    _check("the balance", number["total"] == came == sum(number[name] for name in stood))
    _check("processed", number["processed"] == number["early"] + number["on-time"] + number["late"])


def _check(what: str, true: bool) -> None:
    if not true:
        raise RuntimeError(f"the screen says otherwise: {what}")


def _row(name: str, ours: float, what: str) -> dict[str, Any]:
    made = row(f"reports-window ({name})", ours, unit="s", what=what)
    return made | {"goal": f"≤ {GOAL_S:g} s", "met": ours <= GOAL_S}


def main(arguments: Sequence[str]) -> int:
    """By itself: with a picture, and with fewer dossiers for a try."""
    parser = argparse.ArgumentParser(prog="bench.reports_window")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="keep pictures beside this name")
    parser.add_argument("--one-in", type=int, default=1, metavar="N", help="load one dossier in N")
    options = parser.parse_args(arguments)
    stretches = generated_years.WHOLE if options.one_in == 1 else generated_years.smaller(options.one_in)
    print(json.dumps(run(stretches, options.picture), ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
