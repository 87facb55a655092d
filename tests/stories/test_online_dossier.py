"""A citizen sends a dossier from home at night: it comes to the desk by itself, only fee and originals are done there.
Days later they come for the card, and sign for it on paper.

The portal is a process, central another that looks at it every second, the window a third. What fails in the middle
(the portal, a file that breaks off, the licence register, the line) loses nothing.
"""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import requests
from PIL import Image

from clerk_app import bootstrap, rehearsal, settings
from clerk_app.domain.calendar import in_hanoi
from clerk_app.domain.dossier import Dossier
from clerk_app.practice import specimens
from clerk_app.practice.scanner_papers import Paper, draw
from clerk_app.printing.frame import moment
from tests.peers.citizens import UNIT, Citizens
from tests.peers.commands import Said, here
from tests.printing.paper import codes_of, lines_of, text_of
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window, pytest.mark.timeout(290)]
CODE = f"{UNIT}-261128-000{{:03d}}"
QUAN = specimens.specimen(1)
WITHIN_S = 40.0
QUICK = {"portal_every_s": "1", "orders_first_wait_s": "1"}
FAILS = ("nothing", "line", "licence_register", "national_portal")


def page(paper: Paper) -> bytes:
    """A specimen paper as a telephone sends it."""
    made = io.BytesIO()
    draw(paper, QUAN.person, QUAN.licences[0]).convert("RGB").save(made, "JPEG", dpi=(300, 300))
    return made.getvalue()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rehearsal.World]:
    with rehearsal.World(tmp_path_factory.mktemp("world"), lease_wait_s=150) as world:
        if world.notes:
            pytest.skip("; ".join(world.notes))
        world.stop_central()
        file = world.folder / "central" / settings.FILE
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | QUICK), "utf-8")
        world.start_central()
        yield world


@pytest.fixture(scope="module")
def citizens(world: rehearsal.World) -> Citizens:
    return Citizens(world.systems["national_portal"])


def in_journal(world: rehearsal.World, code: str) -> Dossier:
    """What the journal of the desk holds of it, read beside the open window."""
    _, database, journal = bootstrap.open_store(world.profile, rehearsal.PASSPHRASE)
    with closing(database):
        (line,) = [one for one in journal.online() if one.code == code]
        return journal.dossier(line.dossier)


def state_at_central(world: rehearsal.World, code: str) -> str:
    said = here("central", "online", "list", "--data", world.folder / "central", "--json")
    assert said.code == 0, said.err
    return next((f"{one['state']} {one['cause']}" for one in said.json["submissions"] if one["code"] == code), "")


def soon(world: rehearsal.World, code: str, wanted: str) -> None:
    end = monotonic() + WITHIN_S
    while (stands := state_at_central(world, code)) != wanted:
        assert monotonic() < end, f"{stands!r} instead of {wanted!r}"
        sleep(0.3)


def now() -> str:
    return f"{bootstrap.now():%Y%m%d%H%M%S}"


def to_the_queue(window: DeskWindow, code: str) -> None:
    """On the page of online dossiers, the one that is searched for stands alone."""
    end = monotonic() + WITHIN_S
    window.do("press", key="Ctrl+9")
    window.do("press", key="Ctrl+Shift+D")
    window.do("press", key="Ctrl+F")
    window.do("press", key="Ctrl+A")
    window.do("type", text=code[-6:])
    # A table tells its last rows once they stand there.
    window.watch(0.6)
    while not any(QUAN.person.name in " ".join(row) for row in _rows(window)):
        assert monotonic() < end, _rows(window)
        window.watch(0.3)


def _rows(window: DeskWindow) -> list[list[str]]:
    told = [line["rows"] for line in window.told if line["what"] == "rows"]
    return told[-1] if told else []


@contextmanager
def failing(world: rehearsal.World, fails: str) -> Iterator[None]:
    """Meanwhile there is no line to central, or a system gives no answer, or all is well."""
    if fails == "line":
        world.stop_central()
    elif fails != "nothing":
        world.fault(fails, "down")
    try:
        yield
    finally:
        if fails == "line":
            world.start_central()
        elif fails != "nothing":
            world.fault(fails, "none")


@pytest.mark.parametrize("fails", FAILS)
def test_sent_at_night_accepted_in_the_morning_and_fetched_at_the_counter(
    world: rehearsal.World, citizens: Citizens, fails: str
) -> None:
    code = CODE.format(210 + FAILS.index(fails))
    _sent_at_night(world, citizens, code, fails)
    receipt = _accepted_in_the_morning(world, code, fails)
    if fails == "national_portal":
        _supplement_after_acceptance(world, citizens, code, receipt)
        run(world, "dossier", "step", receipt, "supplement")
    run(world, "dossier", "step", receipt, "approve", user="supervisor")
    _fetched(world, receipt, fails)
    _in_the_end(world, code, receipt)


def run(world: rehearsal.World, *words: str | Path, user: str = "clerk") -> Said:
    said = here(*words, profile=world.profile, CLERK_USER=user)
    assert said.code == 0, said.err
    return said


def _sent_at_night(world: rehearsal.World, citizens: Citizens, code: str, fails: str) -> None:
    files = {"GKSK": page("health"), "GPLX_CU": page("licence-front")}
    if fails == "national_portal":
        # A file breaks off, then the portal fails while it is asked: it comes whole, once.
        world.fault("national_portal", "torn")
        citizens.send(code, 1, now(), papers=files)
        soon(world, code, "waiting FILE_CUT")
        world.fault("national_portal", "down")
        sleep(1.5)
        world.fault("national_portal", "none")
    else:
        citizens.send(code, 1, now(), papers=files)
    soon(world, code, "taken ")


def counter(world: rehearsal.World) -> DeskWindow:
    hear = {"lay": lambda: world.lay_card(1), "take": world.take_card}
    return DeskWindow(
        world.profile, "", world.folder / "window", world.folder / "glass", platform="offscreen", hear=hear
    )


def _accepted_in_the_morning(world: rehearsal.World, code: str, fails: str) -> str:
    """The fee, and the originals: the code of the receipt."""
    with counter(world) as window:
        window.do("sign_in", user="supervisor")
        window.do("sign_out")
        window.do("sign_in")
        to_the_queue(window, code)
        window.until_words("Chưa nộp lệ phí", "Nhận xử lý")
        before = len(world.printed())
        begun = len(window.told)
        # What is done while something fails is kept, and told when it is there again.
        with failing(world, fails if fails == "licence_register" else "nothing"):
            window.do("press", key="Return")
            window.until("the dossier", lambda line: line["what"] == "standing" and line.get("pages", 0) == 2, begun)
            window.do("press", key="F2")
            window.order("serve", hold="identity")
            window.until("the licences", lambda line: line["what"] == "shown" and line["name"] == "identity", begun)
            with failing(world, fails if fails != "licence_register" else "nothing"):
                window.order("go")
                done = window.until(
                    "the receipt", lambda line: line["what"] == "did" and line["order"] == "serve", begun, 120
                )
        if fails == "line":
            window.do("press", key="Ctrl+Shift+D")
        window.do("delivered")
        dossier = in_journal(world, code)
        assert (dossier.status, dossier.channel, dossier.course.state) == ("submitted", "online", "accepted")
        assert dossier.evidence is not None
        assert dossier.evidence.level == "chip"
        assert [page.paper for page in dossier.pages][:2] == ["GKSK", "GPLX_CU"], "what was sent was not scanned again"
        assert dossier.fee is not None
        assert dossier.register is not None
        assert dossier.register.answered == (fails != "licence_register"), "silence is no answer"
        assert {one.granted for one in dossier.exceptions.values()} == (
            {True} if fails == "licence_register" else set()
        )
        receipt: str = done["code"]
        (m01,) = [text for one in world.printed()[before:] if "Mẫu số 01" in (text := text_of(one.read_bytes()))]
        assert dossier.submitted is not None
        says(m01, receipt, QUAN.person.name, moment(dossier.submitted.due_at))
        _handed_on(world, window, receipt)
        window.do("delivered")
        assert window.close() == 0
        assert not window.complaints()
    assert rehearsal.submissions(world.folder / "central").get(receipt) == 1
    return receipt


def _handed_on(world: rehearsal.World, window: DeskWindow, receipt: str) -> None:
    """With its control slip."""
    before, begun = len(world.printed()), len(window.told)
    window.do("press", key="Ctrl+8")
    window.until_words("Chuyển hồ sơ đến cơ quan giải quyết", begun=begun)
    window.do("press", key="1")
    window.do("press", key="Ctrl+Return")
    window.until_words("In M06")
    window.do("press", key="Ctrl+P")
    end = monotonic() + WITHIN_S
    while len(world.printed()) == before:
        assert monotonic() < end, "no slip came out"
        window.watch(0.2)
    says(text_of(world.printed()[before].read_bytes()), "Mẫu số 06", receipt)


def _fetched(world: rehearsal.World, receipt: str, fails: str) -> None:
    """The holder comes with card and receipt, which they sign; it is scanned, and the card lies on the reader."""
    run(world, "dossier", "print", receipt, "--form", "M01", "--out", world.folder / "M01.pdf")
    signed = world.folder / "signed"
    command = ["pdftoppm", "-r", "300", "-singlefile", str(world.folder / "M01.pdf"), str(signed)]
    subprocess.run(command, check=True)
    with counter(world) as window:
        window.do("sign_in")
        window.do("press", key="Ctrl+0")
        window.until_words("Trả kết quả cho ai?")
        window.do("press", key="F3")
        window.until_words("Chưa mở hộp nào")
        window.do("press", key="Ctrl+Return")
        window.until_words("Đang mở hộp")
        begun = len(window.told)
        window.do("scan", text=receipt)
        window.until_words("để vào ô", receipt, begun=begun)
        window.do("press", key="Ctrl+Shift+Return")
        window.until_words("Chưa mở hộp nào", begun=begun)
        window.do("press", key="F2")
        window.do("scan", text=receipt)
        window.until_words(f"{QUAN.person.name} · {receipt}", begun=begun)
        with failing(world, fails):
            laid = len(window.told)
            world.lay_card(1)
            window.until_words("Có thẻ trên đầu đọc", begun=laid)
            window.do("press", key="F7")
            window.until_words("Chip", QUAN.person.name, begun=begun)
            shutil.copyfile(signed.with_suffix(".ppm"), world.folder / "glass" / "glass.pnm")
            window.do("press", key="F6")
            window.until_words("Đã quét 1 trang", begun=begun)
            window.do("press", key="Ctrl+Return")
            window.until_words(f"Đã trả kết quả {receipt}", begun=begun)
            world.take_card()
        if fails == "line":
            window.do("press", key="Ctrl+Shift+D")
        window.do("delivered")
        assert window.close() == 0
        assert not window.complaints()


def _in_the_end(world: rehearsal.World, code: str, receipt: str) -> None:
    """Desk, portal and register say that the holder has it, and who that was is proven."""
    dossier = in_journal(world, code)
    handed = dossier.handing.handed
    assert handed is not None
    assert (handed.to, handed.proof, handed.signed, len(handed.sheets)) == ("holder", "chip", "paper", 1)
    assert (dossier.course.state, dossier.handing.state) == ("handed-over", "given")
    with closing(bootstrap.open_desk(world.profile, rehearsal.PASSPHRASE)) as desk:
        assert desk.journal.outbox().waiting_sheets == 0, "central has it too"
        page = Image.open(io.BytesIO(desk.counter.sheets.get(handed.sheets[0])))
    assert receipt in codes_of(page).values(), "it is the receipt that lay on the glass"
    assert dossier.course.due_at is not None
    out = world.folder / "M07.pdf"
    run(world, "dossier", "register", "--out", out)
    (line,) = [cells for cells in lines_of(out.read_bytes()) if receipt in cells]
    given = dossier.handing.given_at
    assert given is not None
    wanted = {f"{in_hanoi(at):%H:%M%d/%m/%Y}" for at in (dossier.course.due_at, given)}
    assert wanted <= set(line), (wanted, line)
    end = monotonic() + WITHIN_S
    while (there := at_portal(world, code))["TrangThaiHoSo"] != "10":
        assert monotonic() < end, there
        sleep(0.3)
    assert there["NgayTra"]


def at_portal(world: rehearsal.World, code: str) -> dict[str, Any]:
    with requests.get(f"{world.systems['national_portal']}/ledger", timeout=5) as reply:
        found: dict[str, Any] = next(one for one in reply.json()["dossiers"] if one["MaHoSo"] == code)
    return found


def says(paper: str, *parts: str) -> None:
    for part in parts:
        assert part in paper, (part, paper)


def _supplement_after_acceptance(world: rehearsal.World, citizens: Citizens, code: str, receipt: str) -> None:
    """The office asks once more; what the citizen sends is added behind what was accepted."""
    run(world, "dossier", "step", receipt, "ask-supplement", "--item", "GKSK", user="supervisor")
    assert here("deliver", profile=world.profile).code == 0
    before = in_journal(world, code).pages
    files = {"GKSK": page("health"), "GPLX_CU": page("licence-front"), "CC": page("licence-back")}
    citizens.send(code, 1, now(), papers=files)
    end = monotonic() + WITHIN_S
    while len(in_journal(world, code).pages) == len(before):
        assert monotonic() < end, state_at_central(world, code)
        assert here("deliver", profile=world.profile).code == 0
    dossier = in_journal(world, code)
    assert dossier.pages[: len(before)] == before
    assert [one.paper for one in dossier.pages[len(before) :]] == ["CC"]
    (row,) = here("online", "list", code, "--json", profile=world.profile).json["rows"]
    assert row["stage"] == "came"
    assert row["until"]
    assert state_at_central(world, code) == "taken "


def test_one_lacks_a_paper_and_one_is_refused(world: rehearsal.World, citizens: Citizens) -> None:
    asked, declined = CODE.format(202), CODE.format(203)
    citizens.send(asked, 2, now())
    citizens.send(declined, 3, now())
    for one in (asked, declined):
        soon(world, one, "taken ")
    assert here("deliver", profile=world.profile).code == 0
    said = here("dossier", "step", asked, "ask-papers", "--item", "GKSK", profile=world.profile)
    assert said.code == 0, said.err
    basis = ("--reason", "Chưa xử lý xong vi phạm", "--basis", "TT 12/2025/TT-BCA art.21(1)(e)")
    said = here("dossier", "step", declined, "decline", *basis, profile=world.profile)
    assert said.code == 0, said.err
    for one, form in ((asked, "M02"), (declined, "M03")):
        out = world.folder / f"{form}.pdf"
        said = here("dossier", "print", one, "--form", form, "--out", str(out), profile=world.profile)
        assert said.code == 0, said.err
        assert out.read_bytes().startswith(b"%PDF")
    assert here("deliver", "--json", profile=world.profile).json["refused"] == 0
    # Meanwhile the line is down: what the citizen adds waits at the portal, and comes when there is one again.
    world.stop_central()
    citizens.send(asked, 2, now(), papers={"GKSK": page("health")})
    assert here("online", "list", asked, "--json", profile=world.profile).json["rows"][0]["stage"] == "supplement"
    world.start_central()
    end = monotonic() + WITHIN_S
    while here("online", "list", asked, "--json", profile=world.profile).json["rows"][0]["stage"] != "came":
        assert monotonic() < end, state_at_central(world, asked)
    assert here("online", "list", declined, "--json", profile=world.profile).json["rows"] == []
