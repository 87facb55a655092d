"""The main job in the real window on a real X server, by keyboard alone, and what may come in between.

One window stays open for all of it, as it would all day; each test takes its own citizen in.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from clerk_app import bootstrap, rehearsal, settings
from clerk_app.central.database import database_url
from clerk_app.central.verify import verify
from clerk_app.domain.dossier import Dossier
from clerk_app.domain.people import search_key
from clerk_app.practice import specimens
from tests.peers.display import screen
from tests.peers.ipp import IppPrinter, printer
from tests.printing.paper import text_of
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
QUAN = specimens.specimen(1)
TORN = "Thẻ bị nhấc ra"


@pytest.fixture(scope="module")
def paper() -> Iterator[IppPrinter]:
    """Debian's own IPP printer, on loopback."""
    with printer("Story") as running:
        yield running


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, paper: IppPrinter) -> Iterator[rehearsal.World]:
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.notes:
            pytest.skip("; ".join(world.notes))
        settings.change(world.profile, printer_direct=paper.uri)
        yield world


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with screen() as name:
        yield name


@pytest.fixture(scope="module")
def open_window(world: rehearsal.World, display: str) -> Iterator[DeskWindow]:
    hear = {"lay": lambda: world.lay_card(1), "take": world.take_card}
    with DeskWindow(world.profile, display, world.folder / "window", world.folder / "glass", hear=hear) as window:
        # The supervisor was here this morning, so that the desk knows them when the line is down.
        window.do("sign_in", user="supervisor")
        window.do("sign_out")
        window.do("sign_in")
        yield window
        assert window.close() == 0
        assert not window.complaints()


@pytest.fixture
def window(open_window: DeskWindow, world: rehearsal.World) -> Iterator[DeskWindow]:
    """The clerk's window, no card on the reader."""
    world.take_card()
    yield open_window
    world.take_card()


def in_journal(world: rehearsal.World, line: Told) -> Dossier:
    """What the journal holds of the dossier on the screen, read beside the open window."""
    _, database, journal = bootstrap.open_store(world.profile, rehearsal.PASSPHRASE)
    with closing(database):
        return journal.dossier(UUID(line["dossier"]))


def saved(window: DeskWindow, world: rehearsal.World, line: Told) -> Dossier:
    """What the journal holds a second after the last key."""
    window.watch(1.0)
    return in_journal(world, line)


def accepted(world: rehearsal.World, code: str) -> int:
    """How often central accepted a dossier under this code."""
    return rehearsal.submissions(world.folder / "central").get(code, 0)


def test_the_main_job_by_keyboard_alone(window: DeskWindow, world: rehearsal.World, paper: IppPrinter) -> None:
    before = len(paper.documents())
    window.do("sign_out")
    window.do("sign_in")
    window.do("open")
    done = window.do("serve")
    window.do("delivered")
    dossier = in_journal(world, done)
    assert dossier.evidence is not None
    assert (dossier.evidence.level, dossier.evidence.access) == ("chip", "PACE")
    assert dossier.evidence.device == "Quay Practice Reader 00 00"
    sides = [(page.paper, page.side) for page in dossier.pages]
    assert sides == [("GKSK", ""), ("GPLX_CU", "front"), ("GPLX_CU", "back")]
    assert {page.dpi for page in dossier.pages} == {300}
    assert dossier.fee is not None
    assert dossier.fee.method == "cash"
    first, second = paper.documents()[before:]
    assert done["code"] in text_of(first.read_bytes())
    assert dossier.fee.receipt in text_of(second.read_bytes())
    assert accepted(world, done["code"]) == 1
    nothing_personal(window, world)


def test_central_goes_in_the_middle_and_comes_again(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("open")
    here = len(window.told)
    window.order("serve", hold="identity")
    window.until("the licences", lambda line: line["what"] == "shown" and line["name"] == "identity", here)
    world.stop_central()
    window.order("go")
    done = window.until("the receipt", lambda line: line["what"] == "did", here)
    window.until_words("Ngoại tuyến", begun=here)
    assert accepted(world, done["code"]) == 0
    world.start_central()
    window.do("press", key="Ctrl+Shift+D")
    window.do("delivered")
    assert accepted(world, done["code"]) == 1
    found = verify(database_url(world.folder / "central"))
    assert (found.ok, found.problems) == (True, ())
    nothing_personal(window, world)


def test_a_second_window_on_the_same_profile_is_told_so(
    window: DeskWindow, world: rehearsal.World, display: str, tmp_path: Path
) -> None:
    window.do("open")
    window.do("type", text="0010900")
    with DeskWindow(world.profile, display, tmp_path / "second") as second:
        second.until_words("Một cửa sổ Quầy khác đang mở", "Chuyển sang cửa sổ đang mở")
        second.close()
    # Without a window manager nobody else hands the keyboard back.
    window.do("activate")
    here = len(window.told)
    window.do("type", text="12345")

    def typed(line: Told) -> bool:
        return line["what"] == "standing" and line["values"].get("applicant.number") == "001090012345"

    line = window.until("the whole number", typed, here)
    assert saved(window, world, line).text("applicant.number") == "001090012345"


def test_ten_thousand_characters_are_refused_and_nothing_is_lost(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("open")
    far_too_long = 10_000
    typed = {"applicant.number": "001090", "applicant.name": "tran", "applicant.residence": "so 12"}
    later = {"reason": "hong", "applicant.phone": "0912345678"}
    for step, fields in (("F2", typed), ("F3", later)):
        window.do("press", key=step)
        for field, text in fields.items():
            window.do("to", field=field)
            window.do("type", text=text)
            here = len(window.told)
            far_too_long += 1
            line = window.do("paste", text="ă" * far_too_long)
            assert line["values"][field] == text
            words = f"Không nhận: {far_too_long + len(text):,} ký tự"
            window.until_words(words.replace(",", "."), begun=here)
    dossier = saved(window, world, line)
    assert {name: dossier.text(name) for name in typed | later} == typed | later


def test_a_wrong_code_is_named_and_the_right_one_is_taken(window: DeskWindow) -> None:
    window.do("open")
    for text, words in (
        ("https://example.org/la-gi-day", "Mã vừa quét không thuộc hồ sơ nào"),
        ("a|b|c|d|e|f|g", "Mã vừa quét không phải mã QR của thẻ căn cước"),
        ("001090012345||Trần Minh Quân", "Mã QR của thẻ căn cước bị thiếu trường"),
    ):
        here = len(window.told)
        window.do("scan", text=text)
        window.until_words(words, begun=here)
    here = len(window.told)
    window.do("scan", text=specimens.qr_text(QUAN.person))

    def filled(line: Told) -> bool:
        return line["what"] == "standing" and line["values"].get("applicant.number") == QUAN.person.number

    window.until("the number", filled, here)


def test_a_torn_card_is_named_and_read_when_it_is_laid_again(window: DeskWindow, world: rehearsal.World) -> None:
    window.do("open")
    world.lay_card(1, "tear@12")
    here = len(window.told)
    window.do("type", text=QUAN.person.number)
    window.until_words(TORN, "Đặt lại thẻ", "Đầu đọc thẻ: sẵn sàng", begun=here)
    world.lay_card(1)
    window.until("the chip", lambda line: line["what"] == "standing" and line["verified"], here)


# ---- nothing personal outside


def personal() -> list[str]:
    """Name, numbers, birth date and address of the citizen of this story, as programs and people write them."""
    person = QUAN.person
    assert person.born is not None
    names = [person.name, person.name.title(), person.residence]
    found = [*names, *(search_key(one) for one in names), person.number, person.old_number]
    found += [licence.number for licence in QUAN.licences]
    found += [f"{person.born:{form}}" for form in ("%d/%m/%Y", "%Y-%m-%d", "%d%m%Y", "%y%m%d", "%d-%m-%Y")]
    found += [unicodedata.normalize("NFD", one) for one in names] + [repr(one)[1:-1] for one in names]
    return found


def leaks(text: str) -> list[str]:
    return [one for one in personal() if re.search(rf"(?<![0-9a-f]){re.escape(one)}(?![0-9a-f])", text, re.I)]


def nothing_personal(window: DeskWindow, world: rehearsal.World) -> None:
    """Not on stdout or stderr, in no file's name, in no title, in nothing of the profile that can be read."""
    log = window.log.read_text("utf-8", "replace")
    assert "clerk_window" in log, "the log is heard"
    assert leaks(log) == []
    titles = [title for line in window.told if line["what"] == "titles" for title in line["titles"] if title]
    assert titles
    assert leaks("\n".join(titles)) == []
    files = [path for path in (*world.profile.rglob("*"), *window.folder.rglob("*")) if path.is_file()]
    assert any(path.suffix == ".sheet" for path in files)
    assert leaks("\n".join(str(path) for path in files)) == []
    # The law is public, and its worked examples have a number of their own.
    law = world.profile / "catalogue"
    for path in (path for path in world.profile.rglob("*") if path.is_file() and law not in path.parents):
        data = path.read_bytes()
        assert not [one for one in personal() if one.encode() in data], path.name
