"""The three lines on the back of the card fill in the keys of the chip, and nothing they cannot know."""

from __future__ import annotations

from io import BytesIO

import pytest
import segno
from PIL import Image

from clerk_app.desk.views import IntakeView
from clerk_app.domain.refusals import DeviceFault, Refusal, Words
from clerk_app.practice import card_contents, specimens
from tests.desk import fakes
from tests.desk.conftest import Desk

QUAN, HUONG = specimens.specimen(1).person, specimens.specimen(2).person
ZONE = card_contents.mrz(QUAN)


def _png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _code(text: str) -> Image.Image:
    out = BytesIO()
    segno.make(text, micro=False).save(out, kind="png", scale=4)
    return Image.open(out).convert("L")


NOTHING = _png(Image.new("L", (640, 480), 200))


def value(view: IntakeView, name: str) -> tuple[str, Words | None]:
    found = next(field for field in view.identity.fields if field.name == f"applicant.{name}")
    return found.value, found.source


def test_a_typed_zone_fills_in_the_keys_and_proves_nothing(table: Desk) -> None:
    view = table.zones.take(table.draft(), ZONE.lower())
    assert QUAN.born is not None
    assert QUAN.expires is not None
    typed = Words("nhập tay", "typed")
    assert value(view, "number") == (QUAN.number, typed)
    assert value(view, "born") == (QUAN.born.isoformat(), typed)
    assert value(view, "expires") == (QUAN.expires.isoformat(), typed)
    assert value(view, "name") == ("", None), "a name without marks never reaches a form"
    assert view.identity.badge is not None
    assert view.identity.badge.words.en == "Not verified"
    table.readers.says = fakes.reading(QUAN, table.clock())
    table.intake.read_card(view.dossier)
    asked = table.readers.asked[-1]
    assert (asked.can, asked.born, asked.expires) == (QUAN.number[-6:], f"{QUAN.born:%y%m%d}", f"{QUAN.expires:%y%m%d}")


def test_a_photographed_zone_says_so(table: Desk) -> None:
    dossier = table.draft()
    with pytest.raises(DeviceFault, match="ZONE_NOT_FOUND"):
        table.zones.take_picture(dossier, NOTHING)
    table.zone_pictures.says = ZONE
    view = table.zones.take_picture(dossier, NOTHING)
    assert value(view, "number") == (QUAN.number, Words("máy ảnh", "camera"))


def test_a_card_whose_code_stands_beside_the_zone_is_taken_from_its_code(table: Desk) -> None:
    """As cards of 2024 have it; a code of something else on the picture is passed by."""
    back = Image.new("L", (1280, 800), 220)
    back.paste(_code("https://example.vn"), (20, 20))
    back.paste(_code(specimens.qr_text(QUAN)), (500, 300))
    view = table.zones.take_picture(table.draft(), _png(back))
    assert value(view, "name") == ("Trần Minh Quân", Words("mã QR", "QR"))
    evidence = table.state(view).evidence
    assert evidence is not None
    assert (evidence.source, evidence.level) == ("qr", "qr")


def test_a_wrong_digit_changes_nothing(table: Desk) -> None:
    dossier = table.draft()
    with pytest.raises(Refusal, match="MRZ_CHECK_DIGITS"):
        table.zones.take(dossier, ZONE[:31] + str((int(ZONE[31]) + 1) % 10) + ZONE[32:])
    assert table.kinds(dossier) == ["Opened"]


def test_after_the_qr_it_adds_what_the_qr_does_not_say(table: Desk) -> None:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(QUAN))
    view = table.zones.take(dossier, ZONE)
    assert QUAN.expires is not None
    assert value(view, "expires") == (QUAN.expires.isoformat(), Words("nhập tay", "typed"))
    assert value(view, "born")[1] == Words("mã QR", "QR")
    assert view.title.lower() == QUAN.name.lower()
    assert view.identity.badge is not None
    assert view.identity.badge.words.en == "QR only"
    before = table.kinds(dossier)
    table.zones.take(dossier, ZONE)
    assert table.kinds(dossier) == before, "said twice is said once"


def test_nobody_keeps_the_name_of_somebody_else(table: Desk) -> None:
    dossier = table.draft()
    table.intake.take_qr(dossier, specimens.qr_text(HUONG))
    view = table.zones.take(dossier, ZONE)
    assert value(view, "number")[0] == QUAN.number
    assert value(view, "name")[0] == ""
    assert value(view, "residence")[0] == ""


def test_after_the_chip_only_the_same_card_counts(table: Desk) -> None:
    dossier = table.identified()
    before = table.kinds(dossier)
    view = table.zones.take(dossier, ZONE)
    assert view.identity.badge is not None
    assert view.identity.badge.tone == "good"
    with pytest.raises(Refusal, match="CARD_OF_OTHER_PERSON"):
        table.zones.take(dossier, card_contents.mrz(HUONG))
    assert table.kinds(dossier) == before
