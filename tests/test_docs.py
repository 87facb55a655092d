"""What documents promise is there: commands, pictures, settings, dependencies; nothing of the place they were made."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import click
import pytest
from PIL import Image

from clerk_app import settings
from clerk_app.__main__ import COMMANDS
from clerk_app.__main__ import clerk as door

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("[bir]*/**/README.md")])
OWN = {"test"}
"""Commands of the door itself, which come before the program's own."""
MOST_BYTES = 200_000
PLACES = tuple(
    "/".join(("", *parts)) for parts in (("work", "main"), ("work", "shared"), ("tmp", "plan"), ("opt", "pypi"))
)
WORDS = ("shared" + "/design", "shared" + "/domain", "shared" + "/devices", "pypi" + "-more", "index" + "-url")


def _said(document: str) -> set[tuple[str, ...]]:
    """Every command a document tells people to type, without its options: ("card", "read")."""
    found = re.findall(r"\./clerk ((?:[a-z][a-z-]* ?)+)", document)
    return {tuple(words.split()) for words in found}


def _known(words: tuple[str, ...]) -> bool:
    """Whether that is a command; words behind one that takes arguments are arguments."""
    command: click.Command = door
    for word in words:
        if not isinstance(command, click.Group):
            return True
        below = command.get_command(click.Context(command), word)
        if below is None:
            return word in OWN and command is door
        command = below
    return True


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- commands


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_named_is_a_command(path: Path) -> None:
    assert [words for words in _said(path.read_text("utf-8")) if not _known(words)] == []


def test_a_command_that_is_not_there_is_found() -> None:
    assert _said("run `./clerk frobnicate --hard`, then ./clerk card read --can 1") == {
        ("frobnicate",),
        ("card", "read"),
    }
    assert not _known(("frobnicate",))
    assert not _known(("card", "eat"))


def test_readme_names_every_command() -> None:
    named = {words[0] for words in _said(README)}
    assert named == {*COMMANDS, *OWN}


# ---- pictures and links


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", path.read_text("utf-8"))
    gone = [target for target in targets if "://" not in target and not (path.parent / target).exists()]
    assert gone == []


def test_readme_shows_pictures_that_are_pictures() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+\.png)\)", README)
    assert len(shown) >= 4
    for name in shown:
        file = ROOT / name
        assert file.stat().st_size <= MOST_BYTES, name
        with Image.open(file) as picture:
            assert min(picture.size) >= 600
            assert len(picture.convert("RGB").getcolors(1 << 24) or ()) > 16, f"{name} is empty"


def test_every_picture_is_one_that_the_command_makes() -> None:
    make = _module(ROOT / "docs" / "pictures" / "make.py")
    assert {path.stem for path in (ROOT / "docs" / "pictures").glob("*.png")} == {
        *make.SCREENS,
        *make.CARDS,
        *make.STEP_2,
        *make.STEP_3,
        *make.SHELF,
        *make.OVERSIGHT,
        *make.GALLERIES,
        make.RECEIPT,
    }
    assert make.MOST_BYTES == MOST_BYTES


# ---- settings, dependencies


def test_settings_are_documented_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    page = _module(ROOT / "docs" / "make_settings.py")
    assert page.FILE.read_text("utf-8") == page.document(), "run docs/make_settings.py"
    assert all(f"| `{name}` |" in page.document() for name, _, _ in settings.meanings())


def test_every_dependency_is_named_with_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[<>=!~\[ ]", line, maxsplit=1)[0] for line in project["dependencies"]}
    _, _, listed = (ROOT / "docs" / "third-party.md").read_text("utf-8").partition("## Needed by the program")
    rows = re.findall(r"^\| ([\w-]+) \| [^|]+ \| [^|]*\w[^|]* \|$", listed, re.M)
    assert sorted(rows) == sorted(["package", *needed])


# ---- nothing of the place where it was made


def _tracked() -> list[Path]:
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_the_place_where_it_was_made() -> None:
    guilty = []
    for path in _tracked():
        data = path.read_bytes()
        guilty += [f"{path.relative_to(ROOT)}: {one}" for one in (*PLACES, *WORDS) if one.encode() in data]
    assert guilty == []


def _listed() -> set[str]:
    """Every key that docs/keys.md names; "Alt 1 · 2" and "F2 … F6" stand for each of them."""
    found: set[str] = set()
    for line in (ROOT / "docs/keys.md").read_text("utf-8").splitlines():
        cells = line.split("|")
        if len(cells) < 5:
            continue
        before = ""
        for part in cells[2].split("·"):
            first, _, last = (end.strip() for end in part.partition("…"))
            start, _, name = first.rpartition(" ")
            before = start or (before if len(name) == 1 and name.isdigit() else "")
            letters = name.rstrip("0123456789")
            end = last.removeprefix(letters) if last else name.removeprefix(letters)
            digits = range(int(name.removeprefix(letters)), int(end) + 1) if end.isdigit() else ()
            names = [f"{letters}{digit}" for digit in digits] or [name]
            found |= {f"{before} {one}".strip() for one in names}
    return found


def test_every_key_of_the_window_is_in_the_list() -> None:
    keys = re.compile(r'"((?:(?:Ctrl|Alt|Shift)\+)+(?:[A-Z0-9↑↓]|PgDown|PgUp|Up|Down|Return|Enter|F\d+)|F\d\d?)"')
    written = {"PgDown": "PgDn", "Return": "Enter", "Up": "↑", "Down": "↓"}
    used = {
        (source.name, " ".join(written.get(part, part) for part in key.split("+")))
        for source in sorted((ROOT / "ui").rglob("*.py"))
        for key in keys.findall(source.read_text("utf-8"))
    }
    assert len(used) > 60
    listed = _listed()
    assert not sorted(one for one in used if one[1] not in listed)
