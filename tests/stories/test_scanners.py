"""Scanners at the real window: one that types while Telex is on, and the card that opens by its QR code alone.

The keys come from outside, through the X server and the input method, as a keyboard's do; nothing in the window helps.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clerk_app import rehearsal
from clerk_app.practice import card_contents, specimens
from tests.peers.display import screen
from tests.peers.telex import Telex, telex
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window, pytest.mark.alone]
QUAN, HUONG = specimens.specimen(1).person, specimens.specimen(2).person
TYPED = "Nguyeenx Thij Ngocj Hawngf "
MEANT = "Nguyễn Thị Ngọc Hằng"
SCANNER_MS = 3
PERSON_MS = 90


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.notes:
            pytest.skip("; ".join(world.notes))
        yield world


@pytest.fixture(scope="module")
def keyboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telex]:
    with screen() as display, telex(display, tmp_path_factory.mktemp("telex")) as desk:
        desk.give_keys(specimens.qr_text(QUAN) + specimens.qr_text(HUONG))
        yield desk


@pytest.fixture(scope="module")
def open_window(world: rehearsal.World, keyboard: Telex) -> Iterator[DeskWindow]:
    folder = world.folder / "window"
    with DeskWindow(world.profile, keyboard.display, folder, environment=keyboard.environment) as window:
        window.do("sign_in")
        yield window
        assert window.close() == 0
        assert not window.complaints()


@pytest.fixture
def window(open_window: DeskWindow, world: rehearsal.World) -> Iterator[DeskWindow]:
    """The clerk's window with an empty draft, no card on the reader."""
    world.take_card()
    open_window.do("open")
    yield open_window
    world.take_card()


def holding(window: DeskWindow, **fields: str) -> Told:
    """Until these fields of the dossier hold these texts."""
    wanted = {f"applicant.{name}": text for name, text in fields.items()}

    def there(line: Told) -> bool:
        return line["what"] == "standing" and all(line["values"].get(name, "") == text for name, text in wanted.items())

    return window.until(f"the fields {', '.join(fields)}", there)


def test_telex_is_really_on(window: DeskWindow, keyboard: Telex) -> None:
    window.do("to", field="applicant.name")
    keyboard.type(TYPED, PERSON_MS)
    holding(window, name=MEANT)


@pytest.mark.parametrize("gap_ms", [SCANNER_MS, 12])
def test_a_scan_with_telex_on_types_nothing_and_fills_the_form(
    window: DeskWindow, keyboard: Telex, gap_ms: int
) -> None:
    window.do("to", field="applicant.name")
    keyboard.type("Hawngf ", PERSON_MS)
    begun = len(window.told)
    window.until("a name", lambda line: line["what"] == "standing" and line["values"].get("applicant.name") == "Hằng")
    keyboard.scan(specimens.qr_text(QUAN), gap_ms)
    line = holding(window, number=QUAN.number, name=QUAN.name.title(), residence=QUAN.residence)
    assert line["step"] == "identity", "the Enter of the scan is no Enter of the clerk"
    names = {
        told["values"].get("applicant.name", "")
        for told in window.told[begun:]
        if told["what"] == "standing" and told["dossier"] == line["dossier"]
    }
    assert names <= {"H", "Ha", "Haw", "Hă", "Hăn", "Hăng", "Hằng", "", QUAN.name.title()}, "nothing was typed"
    window.do("to", field="applicant.name")
    keyboard.key("ctrl+a")
    keyboard.type(TYPED, PERSON_MS)
    holding(window, name=MEANT)


def test_the_zone_from_a_passport_scanner_with_telex_on(window: DeskWindow, keyboard: Telex) -> None:
    zone = card_contents.mrz(QUAN)
    window.do("to", field="applicant.name")
    # Line feeds, so that one stroke of xdotool sends all three, as the scanner does.
    keyboard.type("".join(f"{line}\n" for line in (zone[:30], zone[30:60], zone[60:])), SCANNER_MS)
    assert QUAN.born is not None
    assert QUAN.expires is not None
    holding(window, number=QUAN.number, born=QUAN.born.isoformat(), expires=QUAN.expires.isoformat(), name="")


@pytest.mark.parametrize("card_first", [True, False])
def test_scan_and_card_in_either_order_and_no_key(
    window: DeskWindow, world: rehearsal.World, keyboard: Telex, card_first: bool
) -> None:
    begun = len(window.told)
    if card_first:
        world.lay_card(1)
        window.until_words("Có thẻ trên đầu đọc", begun=begun)
    keyboard.scan(specimens.qr_text(QUAN), SCANNER_MS)
    if not card_first:
        holding(window, number=QUAN.number)
        world.lay_card(1)
    window.until("the chip", lambda line: line["what"] == "standing" and line["verified"], begun)
