"""The real window is locked in every step and while a real scanner draws its sheets: nothing lost, nothing visible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image, ImageChops

from clerk_app import bootstrap, rehearsal, settings
from clerk_app.central import people
from clerk_app.central.database import database_url, open_database
from clerk_app.domain.oversight import SessionHappened
from clerk_app.domain.people import search_key
from clerk_app.imaging.reading import TesseractReader
from clerk_app.practice import escl_scanner, specimens
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from clerk_app.wire import decode_entry
from tests.peers.display import screen
from tests.stories.desk_window import DeskWindow, Told
from tests.stories.test_papers_story import Stack, at_the_papers, begin, standing

pytestmark = [
    *(pytest.mark.story, pytest.mark.wire, pytest.mark.window),
    pytest.mark.skipif(TesseractReader().lacks() != "", reason="tesseract-ocr and tesseract-ocr-vie are missing"),
]
STEPS = ("identity", "application", "papers", "fee", "receipt")
TYPED = "Doi som"
PIN = "271935"
SHEETS = 6
GLASS_DPI = 96


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    """A desk of its own for each story."""
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.notes:
            pytest.skip("; ".join(world.notes))
        yield world


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen() as name:
        yield name


def opened(world: rehearsal.World, display: str, name: str = "window") -> DeskWindow:
    hear = {"lay": lambda: world.lay_card(1), "take": world.take_card}
    return DeskWindow(world.profile, display, world.folder / name, world.folder / "glass", hear=hear)


def caret(window: DeskWindow) -> Told:
    """Where exactly the keyboard is."""
    begun = len(window.told)
    window.do("caret")
    told = window.until("the caret", lambda line: line["what"] == "caret", begun)
    return {name: told[name] for name in ("place", "scrolled", "rows")}


def stands(line: Told) -> Told:
    """What of the dossier must be the same before and after."""
    return {name: value for name, value in line.items() if name not in ("what", "t", "order", "caret", "card")}


def grabbed(window: DeskWindow, to: Path) -> Image.Image:
    """Everything on the glass of the screen, other windows and hints too."""
    begun = len(window.told)
    window.do("grab", to=str(to))
    assert window.until("the picture", lambda line: line["what"] == "grabbed", begun)["saved"]
    with Image.open(to) as picture:
        return picture.convert("RGB")


def read(picture: Path) -> set[str]:
    """The words that can be read off it, without marks and case."""
    found = TesseractReader().read(picture.read_bytes(), GLASS_DPI, lambda: False)
    return set(re.findall(r"[a-z0-9]{3,}", search_key(found.text)))


def secrets(line: Told, world: rehearsal.World) -> set[str]:
    """Every word of the specimen citizen and of the dossier that stands there, but those of the office's own name."""
    who = specimens.specimen(1)
    person, licence = who.person, who.licences[0]
    texts = [person.name, person.number, person.residence, licence.number, who.phone, line["code"], *_typed(line)]
    words = {word for text in texts for word in re.findall(r"[a-z0-9]{4,}", search_key(text))}
    office = bootstrap.station_of(world.profile).office_name_vi
    return words - set(re.findall(r"[a-z0-9]+", search_key(office)))


def _typed(line: Told) -> list[str]:
    return [str(value) for name, value in line["values"].items() if name not in ("case", "licence.regime")]


def behind(window: DeskWindow, world: rehearsal.World, folder: Path, name: str) -> Image.Image:
    """Lock, look at the glass and at every word told of it, open again: all is as it was, nothing was to be seen."""
    window.watch(0.6)
    before, at = stands(window.do("look")), caret(window)
    locking = len(window.told)
    window.do("lock")
    words = [line for line in window.told[locking:] if line["what"] == "words"][-1]
    picture = grabbed(window, folder / f"{name}.png")
    seen = read(folder / f"{name}.png") | {word for text in words["shown"] for word in search_key(text).split()}
    assert {"khoa", "khau"} <= seen, f"the lock itself can be read: {seen}"
    assert not seen & secrets(before, world), f"{seen & secrets(before, world)} is to be seen behind the lock in {name}"
    titles = [line for line in window.told if line["what"] == "titles"][-1]["titles"]
    assert set(titles) <= {"Quầy · Bộ phận Một cửa", ""}
    after = stands(window.do("unlock"))
    assert after == before, name
    assert caret(window) == at, name
    return picture


def shown_at(window: DeskWindow, step: str, begun: int) -> None:
    """Until the story has come to this step and waits."""
    window.until(f"the step {step}", lambda line: line["what"] == "shown" and line["name"] == step, begun)


def same(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is None


def test_locked_in_every_step(world: rehearsal.World, display: str, tmp_path: Path) -> None:
    """The main job, locked at each of its five steps; it goes on from there as if nothing had been."""
    pictures = {}
    with opened(world, display) as window:
        window.do("sign_in", user="supervisor")
        window.do("sign_out")
        window.do("sign_in")
        begun = len(window.told)
        window.order("open")
        window.order("serve", hold="every")
        for step in STEPS:
            shown_at(window, step, begun)
            if step == "identity":
                grabbed(window, tmp_path / "open.png")
                open_words = read(tmp_path / "open.png")
                assert open_words & secrets(window.do("look"), world), "print of this size can be read off the glass"
            pictures[step] = behind(window, world, tmp_path, step)
            begun = len(window.told)
            window.order("go")
        done = window.until("the end", lambda line: line["what"] == "did" and line["order"] == "serve", begun)
        assert done["code"]
        window.do("delivered")
        first = pictures["identity"]
        for step, picture in pictures.items():
            assert same(first, picture), f"{step}: the lock looks the same whatever stands behind it"
        window.do("open")
        assert same(first, behind(window, world, tmp_path, "another")), "nor does it tell dossiers apart"
        window.do("press", key="Ctrl+2")
        window.do("lock")
        assert same(first, grabbed(window, tmp_path / "list.png")), "nor the list of all of them"
        window.do("unlock")
        assert window.close() == 0
        assert not window.complaints()
    assert rehearsal.submissions(world.folder / "central") == {done["code"]: 1}
    events = sessions(world)
    assert events.count("locked") == events.count("unlocked") == len(STEPS) + 2


def sessions(world: rehearsal.World) -> list[str]:
    """Comings and goings as the journal tells them, all of them central's too."""
    _, database, journal = bootstrap.open_store(world.profile, rehearsal.PASSPHRASE)
    with closing(database):
        assert journal.verify().ok
        assert not journal.refused()
        entries = [decode_entry(one.body).what for one in journal.own_after(0, 100_000, 100_000_000)]
    return [what.event for what in entries if isinstance(what, SessionHappened)]


def test_half_a_word_marked_and_copied(world: rehearsal.World, display: str, tmp_path: Path) -> None:
    """Caret, selection and undo in the middle of typing; what was copied is taken back; a key that is pressed at once
    after opening goes on where it was. The last time it opens by a PIN."""
    desk = bootstrap.open_desk(world.profile, rehearsal.PASSPHRASE)
    with closing(desk):
        desk.sign_in.sign_in(rehearsal.USER, rehearsal.PASSWORD)
        desk.pins.choose(rehearsal.PASSWORD, PIN)
    with opened(world, display) as window:
        window.do("sign_in")
        window.do("open")
        window.do("type", text="0010900")
        for key in ("Shift+Left", "Shift+Left", "Ctrl+C"):
            window.do("press", key=key)
        begun = len(window.told)
        window.do("caret")
        assert window.until("the caret", lambda line: line["what"] == "caret", begun)["copied"] == "00"
        behind(window, world, tmp_path, "marked")
        begun = len(window.told)
        window.do("caret")
        assert window.until("the caret", lambda line: line["what"] == "caret", begun)["copied"] == ""
        window.do("type", text="12")
        held = window.do("look")
        assert held["values"]["applicant.number"] == "0010912"
        window.do("press", key="Ctrl+Z")
        assert window.do("look")["values"]["applicant.number"] != "0010912"
        window.do("lock")
        for key in ("Ctrl+N", "Ctrl+K", "F3", "F1", "Ctrl+S", "Ctrl+Shift+L"):
            window.do("press", key=key)
        window.do("scan", text=specimens.qr_text(specimens.specimen(1).person))
        held = window.do("unlock", secret=PIN)
        assert (held["step"], held["values"].get("applicant.name", "")) == ("identity", "")
        assert window.close() == 0
        assert not window.complaints()


@pytest.fixture(scope="module")
def machine() -> Iterator[PracticeEsclScanner]:
    running = escl_scanner.start()
    yield running
    running.close()


def test_locked_while_a_feeder_draws_its_sheets(
    world: rehearsal.World, display: str, machine: PracticeEsclScanner, tmp_path: Path
) -> None:
    """Every sheet of the stack lands in the open dossier behind the lock, and is there when it opens."""
    settings.change(
        world.profile,
        scanner_addresses=machine.address,
        scanner_discovery="off",
        scanner_source="Feeder",
        sane_folder="",
    )
    stack = Stack(tmp_path)
    sheets = [stack.sheet(f"sheet-{number}", "health", f"GKSK-{number}") for number in range(1, SHEETS + 1)]
    machine.show(feeder=sheets, fault="busy", times=10_000)
    with opened(world, display) as window:
        at_the_papers(window, world)
        begin(window, "A")
        window.until_words("Máy quét đang bận, chờ đến lượt.")
        left = standing(window, "a scanner that is waited for", coming=0, pages=0, trouble="")
        window.do("lock")
        at_the_lock = len(window.told)
        machine.show(feeder=sheets)
        window.until("a page behind the lock", lambda line: line["what"] == "standing" and line["pages"], at_the_lock)
        grabbed(window, tmp_path / "coming.png")
        there = standing(window, "the whole stack behind the lock", at_the_lock, coming=-1, raw=0, pages=SHEETS)
        assert there["dossier"] == left["dossier"]
        grabbed(window, tmp_path / "came.png")
        words = {str(line["shown"]) for line in window.told[at_the_lock:] if line["what"] == "words"}
        seen = read(tmp_path / "coming.png") | read(tmp_path / "came.png") | set(search_key(" ".join(words)).split())
        assert not seen & (secrets(there, world) | {"trang", "gksk"}), "nothing of it is to be seen"
        back = window.do("unlock")
        assert (back["step"], back["pages"], back["trouble"], back["raw"]) == ("papers", SHEETS, "", 0)
        assert back["of"] == ["GKSK"] * SHEETS
        assert len(set(back["sheets"])) == SHEETS, "none is missing and none came twice"
        assert back["focus"] == left["focus"]
        assert window.close() == 0
        assert not window.complaints()


def test_locked_while_the_glass_is_scanned(world: rehearsal.World, display: str, tmp_path: Path) -> None:
    """The same with a flatbed behind SANE: the page that was on its way is there."""
    with opened(world, display) as window:
        at_the_papers(window, world)
        window.order("press", key="Space")
        window.order("lock")
        begun = len(window.told)
        standing(window, "the page behind the lock", begun, coming=-1, raw=0, pages=1)
        assert window.do("unlock")["pages"] == 1
        assert window.close() == 0
        assert not window.complaints()


def test_locked_while_the_chip_is_read(world: rehearsal.World, display: str, tmp_path: Path) -> None:
    """What was begun before ends behind the lock. A card that is laid down later is read when somebody is back."""
    person = specimens.specimen(1).person
    with opened(world, display) as window:
        window.do("sign_in")
        window.do("open")
        window.do("type", text=person.number)
        world.lay_card(1)
        window.until("the chip on its way", lambda line: line["what"] == "standing" and line["reading"])
        begun = len(window.told)
        window.do("lock")
        window.until("the chip", lambda line: line["what"] == "standing" and line["verified"], begun)
        grabbed(window, tmp_path / "chip.png")
        assert not read(tmp_path / "chip.png") & secrets(window.do("unlock"), world)
        world.take_card()
        begun = len(window.told)
        window.do("open")
        window.do("type", text=person.number)
        window.do("lock")
        world.lay_card(1)
        window.watch(4.0)
        behind_it = [line for line in window.told[begun:] if line["what"] == "standing"]
        assert not any(
            line["reading"] or line["verified"] for line in behind_it if line["dossier"] == behind_it[-1]["dossier"]
        )
        begun = len(window.told)
        window.do("unlock")
        window.until("the chip after all", lambda line: line["what"] == "standing" and line["verified"], begun)
        assert window.close() == 0
        assert not window.complaints()


def test_killed_behind_the_lock(world: rehearsal.World, display: str, tmp_path: Path) -> None:
    """The same dossier, step and field; and nobody is let in without signing in."""
    with opened(world, display, "killed") as window:
        window.do("sign_in")
        window.do("open")
        window.do("type", text="0010900")
        before = window.do("press", key="Tab")
        window.do("type", text=TYPED)
        before = window.do("look")
        window.do("lock")
        window.kill()
    with opened(world, display, "again") as window:
        window.until_words("Đăng nhập")
        after = window.do("sign_in")
        for name in ("dossier", "step", "focus", "caret", "values"):
            assert after[name] == before[name], name
        assert window.close() == 0
        assert not window.complaints()
    assert sessions(world)[-1:] != ["unlocked"]


def test_each_ones_own_dossier_comes_back(world: rehearsal.World, display: str, tmp_path: Path) -> None:
    """clerk locks, clerk2 takes the seat and works; each finds their own dossier at its own field, again and again."""
    with opened(world, display) as window:
        window.do("sign_in", user="clerk2")
        window.do("sign_out")
        window.do("sign_in", user="clerk")
        window.do("open")
        window.do("type", text="0010900")
        window.do("to", field="applicant.name")
        window.do("type", text=TYPED)
        for key in ("Left", "Left", "Shift+Left"):
            window.do("press", key=key)
        window.watch(0.6)
        first, at = window.do("look"), caret(window)["place"]
        window.do("lock")
        second = window.do("instead", user="clerk2")
        assert "dossier" not in second, "the next one finds today's list"
        window.do("open")
        window.do("type", text="0791880")
        second = window.do("look")
        assert second["dossier"] != first["dossier"]
        for user, theirs in (("clerk", first), ("clerk2", second), ("clerk", first)):
            window.do("lock")
            back = window.do("instead", user=user)
            for name in ("dossier", "step", "focus", "caret", "values"):
                assert back[name] == theirs[name], (user, name)
            if user == "clerk":
                # All but the undo of what was typed before: that went with the page.
                assert caret(window)["place"][:-1] == at[:-1]
        window.do("delivered")
        assert window.close() == 0
        assert not window.complaints()
    _, database, journal = bootstrap.open_store(world.profile, rehearsal.PASSPHRASE)
    with closing(database):
        for told, user in ((first, "clerk"), (second, "clerk2")):
            assert {entry.who for entry in journal.entries(UUID(told["dossier"]))} == {user}


def test_access_taken_away_behind_the_lock(world: rehearsal.World, display: str) -> None:
    """Central says so at its next contact; the window says why, and shows nothing."""
    with opened(world, display) as window:
        window.do("sign_in", user="clerk2")
        window.do("open")
        window.do("type", text="0010900")
        window.do("lock")
        begun = len(window.told)
        with closing(open_database(database_url(world.folder / "central"))) as central:
            people.revoke(central, "clerk2", bootstrap.now())
        shown = window.until_words("Tài khoản này đã bị khóa", begun=begun)
        assert not any("0010900" in text for text in shown)
        window.do("sign_in", user="clerk")
        assert window.close() == 0
        assert not window.complaints()
