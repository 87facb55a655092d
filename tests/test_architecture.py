"""Who imports whom: every contract holds, and every contract bites when it is broken."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OFFENCES = {
    "Only the window may import Qt": ("clerk_app/desk/cashier.py", "import PySide6"),
    "The rooms look inward": ("clerk_app/desk/queue.py", "import clerk_app.store.journal"),
    "The domain is plain Python": ("clerk_app/domain/money.py", "import sqlalchemy"),
    "Central never imports the desk, the window's rooms or a device": (
        "clerk_app/central/blocks.py",
        "import clerk_app.desk.views",
    ),
    "Stand-ins share no code with the drivers": ("clerk_app/practice/registers.py", "import clerk_app.devices.codes"),
    "The window knows the desk and, at its door, the bootstrap": ("ui/texts.py", "import clerk_app.store.keys"),
    "Threads live only in ui.jobs": ("ui/form.py", "import threading"),
}


def _lint(root: Path) -> subprocess.CompletedProcess[str]:
    # The installed console script, not `-m`: the package has no __main__.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(root), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the sources that a test may spoil."""
    for room in ("clerk_app", "ui"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_is_kept(tree: Path) -> None:
    found = _lint(tree)
    assert found.returncode == 0, found.stdout
    assert f"Contracts: {len(OFFENCES)} kept, 0 broken." in found.stdout


def test_every_contract_bites(tree: Path) -> None:
    for file, line in OFFENCES.values():
        path = tree / file
        path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    found = _lint(tree)
    for contract in OFFENCES:
        assert f"{contract} BROKEN" in found.stdout, (contract, found.stdout)


def test_nobody_opens_a_nested_loop() -> None:
    """No `exec()` of a dialog anywhere; the program's own event loop is entered at its two doors."""
    calls = []
    for path in sorted((ROOT / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("exec", "exec_")
            ):
                calls.append(path.relative_to(ROOT).as_posix())
    assert set(calls) <= {"ui/__main__.py", "ui/demo.py"}, calls


def test_only_jobs_makes_threads() -> None:
    makers = ("Thread", "QThread", "ThreadPoolExecutor", "QThreadPool")
    found = set()
    for path in sorted([*(ROOT / "ui").rglob("*.py"), *(ROOT / "clerk_app").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in makers:
                    found.add(path.relative_to(ROOT).as_posix())
    assert found == {"ui/jobs.py"}


def test_widgets_hold_no_colour() -> None:
    import re

    literal = re.compile(r"#[0-9a-fA-F]{6}\b|QColor\(\s*\d")
    for path in sorted((ROOT / "ui").rglob("*.py")):
        if path.name != "theme.py":
            assert not literal.search(path.read_text("utf-8")), path


def test_every_room_has_a_door_plate() -> None:
    for door in [*(ROOT / "clerk_app").rglob("__init__.py"), *(ROOT / "ui").rglob("__init__.py")]:
        assert ast.get_docstring(ast.parse(door.read_text("utf-8"))), door


def test_the_lock_names_hashes_and_no_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "pyside6-essentials==6.11.3" in lock
