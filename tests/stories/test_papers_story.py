"""A stack in the feeder of a network scanner while the clerk types: a jam, a blank side, a page that is not sharp."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageFilter

from clerk_app import rehearsal, settings
from clerk_app.practice import escl_scanner, specimens
from clerk_app.practice.escl_scanner import PracticeEsclScanner
from clerk_app.practice.scanner_papers import Paper, draw
from tests.stories.desk_window import DeskWindow, Told

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
CODE_AT = (1700, 3150)
TYPED = "Doi som de di cong tac"
JAM_AT = 5


class Stack:
    """Specimen papers as files, A4 at 300 dpi. Each kind bears the bar code by which forms of this desk are known."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._specimen = specimens.specimen(1)

    def sheet(self, name: str, paper: Paper, code: str = "", blur: float = 0.0) -> Path:
        """One sheet, with a bar code at its foot if it has one, and out of focus by so many pixels."""
        picture = draw(paper, self._specimen.person, self._specimen.licences[0])
        if blur:
            picture = picture.filter(ImageFilter.GaussianBlur(blur))
        if code:
            drawn = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.Code128).to_image(scale=4)
            picture.paste(Image.fromarray(drawn).convert("RGB"), CODE_AT)
        file = self._folder / f"{name}.ppm"
        picture.save(file, "PPM")
        return file

    def eight(self) -> list[Path]:
        """A certificate of two pages of which the second is not sharp, a blank sheet, both sides of a licence, and a
        written authority of three pages."""
        return [
            self.sheet("certificate-1", "health", "GKSK-1"),
            self.sheet("certificate-2", "health", "GKSK-2", blur=7),
            self.sheet("blank", "empty"),
            self.sheet("licence-front", "licence-front"),
            self.sheet("licence-back", "licence-back"),
            *(self.sheet(f"authority-{page}", "health", f"UY_QUYEN-{page}") for page in (1, 2, 3)),
        ]


@pytest.fixture(scope="module")
def machine() -> Iterator[PracticeEsclScanner]:
    running = escl_scanner.start()
    yield running
    running.close()


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory, machine: PracticeEsclScanner) -> Iterator[rehearsal.World]:
    """A world for each story: a desk shows again what was left open in it, and its card lies on the reader."""
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.notes:
            pytest.skip("; ".join(world.notes))
        settings.change(
            world.profile,
            scanner_addresses=machine.address,
            scanner_discovery="off",
            scanner_source="Feeder",
            sane_folder="",
        )
        yield world


def standing(window: DeskWindow, what: str, begun: int = 0, **wanted: object) -> Told:
    """Until the screen stands so."""

    def there(line: Told) -> bool:
        return line["what"] == "standing" and all(line.get(name) == value for name, value in wanted.items())

    return window.until(what, there, begun)


def go(window: DeskWindow, key: str, step: str) -> None:
    """To a step by its key; what is pressed next is pressed there."""
    begun = len(window.told)
    if window.do("press", key=key)["step"] != step:
        standing(window, f"the step {step}", begun, step=step)


def begin(window: DeskWindow, key: str) -> None:
    """A key that lets pages come; what is pressed next is pressed while they come, or when they have come."""
    before = _come(window.do("look"))
    begun = len(window.told)
    window.order("press", key=key)
    window.until(
        "pages on their way",
        lambda line: line["what"] == "standing" and (line["coming"] >= 0 or _come(line) != before),
        begun,
    )


def _come(line: Told) -> tuple[str, int]:
    """What stopped the pages, and how many came: making them changes neither."""
    return line["trouble"], line["pages"] + len(line["aside"])


def at_the_papers(window: DeskWindow, world: rehearsal.World) -> None:
    """A citizen with a card, a case and a class: what papers are needed is known."""
    window.do("sign_in")
    window.do("open")
    window.do("type", text=specimens.specimen(1).person.number)
    world.lay_card(1)
    window.until("the chip", lambda line: line["what"] == "standing" and line["verified"])
    go(window, "F3", "application")
    for field in ("case", "wanted_class"):
        window.do("to", field=field)
        window.do("press", key="1")
    go(window, "F4", "papers")


def test_eight_sheets_while_the_clerk_types(
    world: rehearsal.World, machine: PracticeEsclScanner, tmp_path: Path
) -> None:
    stack = Stack(tmp_path)
    machine.show(feeder=stack.eight(), fault="jam", at=JAM_AT)
    with DeskWindow(world.profile, "", world.folder / "window", platform="offscreen") as window:
        at_the_papers(window, world)
        begin(window, "A")
        go(window, "F3", "application")
        window.do("to", field="reason")
        window.do("type", text=TYPED)
        # The jam is said where the clerk is, and what had come until then is kept.
        jammed = standing(window, "the jam", trouble="SCANNER_JAMMED")
        assert jammed["step"] == "application"
        window.until_words("Xem")
        assert len(jammed["of"]) + len(jammed["aside"]) <= JAM_AT - 1
        held = window.do("look")
        assert held["values"]["reason"].endswith(TYPED), "no letter was lost and none came out of order"
        machine.heal()
        go(window, "F4", "papers")
        begin(window, "Space")
        begun = len(window.told)
        go(window, "F3", "application")
        made = standing(window, "all pages made", begun, coming=-1, raw=0, pages=7)
        assert made["aside"] == ["blank"]
        assert made["of"] == ["GKSK", "GKSK", "GPLX_CU", "GPLX_CU", "UY_QUYEN", "UY_QUYEN", "UY_QUYEN"]
        assert [bool(count) for count in made["flaws"]] == [False, True, False, False, False, False, False]
        _once_more(window, machine, stack, made)
        assert window.close() == 0
        assert not window.complaints()


def _once_more(window: DeskWindow, machine: PracticeEsclScanner, stack: Stack, made: Told) -> None:
    """The page that is not sharp is scanned again in its place; nothing else moves."""
    machine.show(feeder=[stack.sheet("certificate-2-again", "health", "GKSK-2")])
    go(window, "F4", "papers")
    window.do("row", row="1")
    begun = len(window.told)
    begin(window, "Q")
    again = standing(window, "the page again", begun, coming=-1, raw=0, flaws=[0] * 7)
    assert again["of"] == made["of"]
    assert [one == other for one, other in zip(again["sheets"], made["sheets"], strict=True)] == [
        place != 1 for place in range(7)
    ]
    assert set(again["done"]) >= {"GKSK", "GPLX_CU", "UY_QUYEN"}


def test_the_window_is_locked_while_sheets_are_drawn(
    world: rehearsal.World, machine: PracticeEsclScanner, tmp_path: Path
) -> None:
    """The scanner does not wait for whoever left: every sheet is kept for its dossier, nothing of it is to be seen, and
    the jam that came meanwhile is told to who comes back."""
    stack = Stack(tmp_path)
    sheets = [stack.sheet(f"sheet-{number}", "health", f"GKSK-{number}") for number in range(1, 7)]
    machine.show(feeder=sheets, fault="busy", times=10_000)
    with DeskWindow(world.profile, "", world.folder / "locked", platform="offscreen") as window:
        at_the_papers(window, world)
        begin(window, "A")
        window.until_words("Máy quét đang bận, chờ đến lượt.")
        left = window.do("look")
        assert (left["coming"], left["pages"]) == (0, 0)
        locked = len(window.told)
        window.do("sign_out")
        window.until_words("Mật khẩu", begun=locked)
        at_the_lock = len(window.told)
        machine.show(feeder=sheets, fault="jam", at=JAM_AT)
        drawn_until_it_jams(window, machine)
        shown = [line for line in window.told[at_the_lock:] if line["what"] in ("words", "standing", "titles")]
        citizen = specimens.specimen(1).person
        for secret in (citizen.name, citizen.number, left["dossier"], "Đang nhận", "trang", "kẹt"):
            assert secret not in str(shown), f"{secret} is to be seen behind the lock"
        back = len(window.told)
        window.do("sign_in")
        there = standing(window, "what came behind the lock", back, dossier=left["dossier"], pages=JAM_AT - 1, raw=0)
        assert (there["step"], there["coming"], there["trouble"]) == ("papers", -1, "SCANNER_JAMMED")
        assert there["of"] == ["GKSK"] * (JAM_AT - 1)
        window.until_words("Giấy bị kẹt trong máy quét.", begun=back)
        machine.heal()
        begin(window, "Space")
        whole = standing(window, "the whole stack", back, coming=-1, raw=0, pages=len(sheets))
        assert len(set(whole["sheets"])) == len(sheets), "none is missing and none came twice"
        assert window.close() == 0
        assert not window.complaints()


def drawn_until_it_jams(window: DeskWindow, machine: PracticeEsclScanner) -> None:
    """Until the scanner has given up its job, while the window is heard."""
    while not (jobs := machine.jobs()) or any(job["state"] in ("Pending", "Processing") for job in jobs):
        window.watch(0.1)
