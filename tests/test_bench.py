"""The table says what was measured and never guesses. Nothing here looks at a clock."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import run

ROOT = Path(__file__).parents[1]


@pytest.fixture
def benches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Three small benches: one that works, one that fails, one that forgets what it must say."""
    (tmp_path / "bench_good.py").write_text(
        "from bench.run import row\n"
        "def run():\n"
        "    return [row('good', 3.0, peer=2.0, floor=1.0, at_most=1.3, not_measured=['the moon'])]\n"
    )
    (tmp_path / "bench_broken.py").write_text("def run():\n    raise OSError('no reader')\n")
    (tmp_path / "bench_silent.py").write_text(
        "def run():\n    return [dict(name='silent', ours=None, peer=None, floor=None, ratio=None, goal='', met=None,"
        " not_measured=[])]\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    named = {name: f"bench_{name}" for name in ("good", "broken", "silent", "absent")}
    monkeypatch.setattr(run, "BENCHES", named)
    return named


def test_a_ratio_is_taken_to_what_the_goal_names() -> None:
    slow = run.row("a", 3.0, peer=2.0, floor=1.0, at_most=1.3)
    assert (slow["ratio"], slow["met"], slow["goal"]) == (1.5, False, "≤ 1.3 × peer")
    near = run.row("b", 3.0, peer=2.0, floor=2.5, at_most=1.3, against="floor")
    assert (near["ratio"], near["met"], near["goal"]) == (1.2, True, "≤ 1.3 × floor")
    many = run.row("c", 30.0, peer=60.0, at_least=0.5, unit="entries/s")
    assert (many["ratio"], many["met"]) == (0.5, True)


def test_without_the_other_side_nothing_is_claimed() -> None:
    alone = run.row("a", 3.0, at_most=1.3)
    assert alone["ratio"] is None
    assert alone["met"] is None


def test_a_bench_that_cannot_measure_says_why(benches: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["broken", "absent", "silent", "--json", "-"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in rows] == ["broken", "absent", "silent"]
    assert [one["ours"] for one in rows] == [None, None, None]
    assert rows[0]["not_measured"] == ["OSError: no reader"]
    assert "ModuleNotFoundError" in rows[1]["not_measured"][0]
    assert "does not say why" in rows[2]["not_measured"][0]
    assert [one["met"] for one in rows] == [None, None, None]


def test_rows_go_to_the_table_and_the_file(
    benches: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "rows.json"
    assert run.main(["good", "--json", str(file)]) == 0
    rows = json.loads(file.read_text("utf-8"))
    assert set(run.FIELDS) <= set(rows[0])
    out = capsys.readouterr().out
    assert "| good | 3 | 2 | 1 | ms | 1.5 | ≤ 1.3 × peer | **no** |" in out
    assert "good: not measured: the moon" in out


@pytest.mark.parametrize(
    ("field", "value"), [("ours", "fast"), ("ratio", True), ("met", "yes"), ("not_measured", "nothing")]
)
def test_a_row_of_the_wrong_shape_is_named(field: str, value: object) -> None:
    good = run.row("a", 3.0, peer=2.0, at_most=1.3)
    assert run.checked(good) == good
    with pytest.raises(ValueError, match=field):
        run.checked(good | {field: value})
    del good[field]
    with pytest.raises(ValueError, match=field):
        run.checked(good)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    command = [sys.executable, "-m", "bench", "warp-drive"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("BENCH_UNKNOWN:")
    assert "cold-start" in done.stderr


def test_both_sides_of_the_receipt_print_the_same_facts() -> None:
    from bench import receipt, receipt_platypus
    from clerk_app.printing.forms import PaperForms

    dossier = receipt.dossier(7)
    issued = dossier.submitted.received_at if dossier.submitted else None
    assert issued is not None
    papers = [
        PaperForms(lambda *_: receipt.WORDS, receipt.STATION, receipt.RESOURCES).render("M01", dossier, 1, issued),
        receipt_platypus.render(dossier, receipt.WORDS, receipt.STATION, issued, receipt.RESOURCES, 2),
    ]
    texts = []
    for pdf in papers:
        done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
        texts.append(done.stdout.decode("utf-8"))
    entered = [dossier.text(f"applicant.{name}") for name in ("name", "number", "phone")]
    facts = [*entered, dossier.code, "12 giờ 00 phút"]
    for text in texts:
        for fact in facts:
            assert text.count(fact) >= 2
        assert text.count("\f") == 2


def test_a_bench_is_told_only_what_it_asks_for(
    benches: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bench_paced.py").write_text(
        "from bench.run import row\ndef run(pace_s=1.0):\n    return [row('paced', pace_s, unit='s')]\n"
    )
    benches["paced"] = "bench_paced"
    assert run.main(["good", "paced", "--pace", "0.25", "--cards", "3", "--json", "-"]) == 0
    assert [one["ours"] for one in json.loads(capsys.readouterr().out)] == [3.0, 0.25]
