"""A citizen who sent a dossier from home lays the ID card on the reader: their dossier opens, by the proven number.

The chip is read over the real smart-card service, in the window and by command; what proves nothing finds nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from clerk_app import bootstrap, rehearsal, settings
from clerk_app.practice import specimens
from tests.peers.citizens import UNIT, Citizens
from tests.peers.commands import Said, here
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
CODE = f"{UNIT}-261128-000{{:03d}}"
QUAN, HUONG, THIRD = (specimens.specimen(at).person for at in (1, 2, 3))
WITHIN_S = 60.0
LIES = ("Có thẻ trên đầu đọc.", "Gõ 6 số cuối của số định danh")
NOBODY = "Người có thẻ này chưa nộp hồ sơ trực tuyến nào ở đây."
WRONG_NUMBER = "Số căn cước không khớp với chip trên thẻ này."
UNPROVEN = "Chip trên đầu đọc không chứng minh được là của ai."


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    """Two citizens sent a dossier each, and both came to this desk."""
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.reader is None:
            pytest.skip("; ".join(world.notes))
        world.stop_central()
        file = world.folder / "central" / settings.FILE
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"portal_every_s": "1"}), "utf-8")
        world.start_central()
        citizens = Citizens(world.systems["national_portal"])
        for person in (1, 2):
            citizens.send(CODE.format(400 + person), person, f"{bootstrap.now():%Y%m%d%H%M%S}")
        end = monotonic() + WITHIN_S
        while len(said(world, "list").json["rows"]) < 2:
            assert monotonic() < end, "what was sent came to the desk"
            sleep(0.3)
        yield world


def said(world: rehearsal.World, *words: str) -> Said:
    return here("online", *words, "--json", profile=world.profile)


def lay(world: rehearsal.World, person: int, *faults: str) -> None:
    """A card, which the reader has felt."""
    world.lay_card(person, *faults)
    end = monotonic() + WITHIN_S
    while said(world, "find", "--can", "000000").refusal == "CARD_NO_CARD":
        assert monotonic() < end, "the reader feels the card"
        sleep(0.2)


def test_by_command_the_card_finds_its_dossier(world: rehearsal.World) -> None:
    lay(world, 2)
    for can in (HUONG.number[-6:], HUONG.number, specimens.qr_text(HUONG)):
        found = said(world, "find", "--can", can)
        assert found.code == 0, found.err
        assert found.json["code"] == CODE.format(402)
    assert said(world, "find", "--can", QUAN.number[-6:]).refusal == "CARD_WRONG_NUMBER"
    assert said(world, "find", "--can", "12").refusal == "CARD_KEY_MISSING"
    lay(world, 1, "copied")
    assert said(world, "find", "--can", QUAN.number[-6:]).refusal == "CARD_UNPROVEN"
    lay(world, 3)
    assert said(world, "find", "--can", THIRD.number[-6:]).refusal == "DOSSIER_UNKNOWN"


def test_in_the_window_the_card_opens_its_dossier_and_proves_who_is_there(world: rehearsal.World) -> None:
    world.take_card()
    dossier = next(one["dossier"] for one in said(world, "list").json["rows"] if one["code"] == CODE.format(401))
    window_of = DeskWindow(world.profile, "", world.folder / "window", platform="offscreen")
    with window_of as window:
        window.do("sign_in")
        window.do("press", key="Ctrl+9")
        window.until_words("Nhận xử lý", "Đang chờ · 2")
        begun = len(window.told)
        world.lay_card(3)
        window.until_words(*LIES, begun=begun)
        _search(window, THIRD.number[-6:])
        _reads(window, NOBODY)
        _search(window, HUONG.number[-6:])
        _reads(window, WRONG_NUMBER)
        _search(window, QUAN.number[-6:])
        _lay(window, world, "copied")
        _reads(window, UNPROVEN)
        _lay(window, world)
        begun = len(window.told)
        window.do("press", key="F7")
        # The card still lies there: the identity step reads it by itself, and the dossier keeps what it proved.
        stands = window.until(
            "the proven applicant", lambda line: line["what"] == "standing" and line["verified"], begun, WITHIN_S
        )
        assert stands["values"]["applicant.number"] == QUAN.number
        assert stands["values"]["applicant.name"] == QUAN.name
        assert stands["dossier"] == dossier
        assert window.close() == 0
        assert not window.complaints()


def _lay(window: DeskWindow, world: rehearsal.World, *faults: str) -> None:
    """Another card in the place of the one that lies there."""
    begun = len(window.told)
    world.take_card()
    window.until("no card", lambda line: line["what"] == "words" and LIES[0] not in line["shown"], begun)
    begun = len(window.told)
    world.lay_card(1, *faults)
    window.until_words(*LIES, begun=begun)


def _search(window: DeskWindow, can: str) -> None:
    """Type what opens the chip, until it stands in the search."""
    end, stands = monotonic() + WITHIN_S, ""
    while stands != can:
        assert monotonic() < end, f"{stands!r} in the search"
        window.do("press", key="Ctrl+F")
        window.do("press", key="Ctrl+A")
        window.do("type", text=can)
        begun = len(window.told)
        window.do("caret")
        place = window.until("where the caret is", lambda line: line["what"] == "caret", begun)["place"]
        stands = place[2] if len(place) > 2 else ""


def _reads(window: DeskWindow, words: str) -> None:
    begun = len(window.told)
    window.do("press", key="F7")
    window.until_words(words, begun=begun)
