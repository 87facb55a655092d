"""A citizen sends a dossier from home at night: it comes to the desk by itself, and only fee and originals are done.

The portal is a process, central another that looks at it every second, the window a third. What fails in the middle
(the portal, a file that breaks off, the line) loses nothing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep

import pytest

from clerk_app import bootstrap, rehearsal, settings
from clerk_app.domain.dossier import Dossier
from clerk_app.practice import specimens
from clerk_app.practice.scanner_papers import Paper, draw
from tests.peers.citizens import UNIT, Citizens
from tests.peers.commands import here
from tests.printing.paper import text_of
from tests.stories.desk_window import DeskWindow

pytestmark = [pytest.mark.story, pytest.mark.wire, pytest.mark.window]
CODE = f"{UNIT}-261128-000{{:03d}}"
QUAN = specimens.specimen(1)
WITHIN_S = 40.0


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
        file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"portal_every_s": "1"}), "utf-8")
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


def test_sent_at_night_it_is_accepted_in_the_morning(
    world: rehearsal.World, citizens: Citizens, tmp_path: Path
) -> None:
    code = CODE.format(201)
    files = {"GKSK": page("health"), "GPLX_CU": page("licence-front")}
    # The portal fails while it is asked, then a file breaks off: it comes whole, once.
    world.fault("national_portal", "torn")
    citizens.send(code, 1, now(), papers=files)
    soon(world, code, "waiting FILE_CUT")
    world.fault("national_portal", "down")
    sleep(1.5)
    world.fault("national_portal", "none")
    soon(world, code, "taken ")

    hear = {"lay": lambda: world.lay_card(1), "take": world.take_card}
    window_of = DeskWindow(
        world.profile, "", world.folder / "window", world.folder / "glass", platform="offscreen", hear=hear
    )
    with window_of as window:
        window.do("sign_in", user="supervisor")
        window.do("sign_out")
        window.do("sign_in")
        to_the_queue(window, code)
        window.until_words("Chưa nộp lệ phí", "Nhận xử lý")
        before = len(world.printed())
        begun = len(window.told)
        window.do("press", key="Return")
        window.until("the dossier", lambda line: line["what"] == "standing" and line.get("pages", 0) == 2, begun)
        # The line goes while the clerk works on it; what is done is kept and sent when it is there again.
        window.do("press", key="F2")
        window.order("serve", hold="identity")
        window.until("the licences", lambda line: line["what"] == "shown" and line["name"] == "identity", begun)
        world.stop_central()
        window.order("go")
        done = window.until("the receipt", lambda line: line["what"] == "did" and line["order"] == "serve", begun, 120)
        world.start_central()
        window.do("press", key="Ctrl+Shift+D")
        window.do("delivered")
        dossier = in_journal(world, code)
        assert (dossier.status, dossier.channel, dossier.course.state) == ("submitted", "online", "accepted")
        assert dossier.evidence is not None
        assert dossier.evidence.level == "chip"
        assert [page.paper for page in dossier.pages][:2] == ["GKSK", "GPLX_CU"], "what was sent was not scanned again"
        assert dossier.fee is not None
        assert any(done["code"] in text_of(one.read_bytes()) for one in world.printed()[before:])
        assert window.close() == 0
        assert not window.complaints()
    assert rehearsal.submissions(world.folder / "central").get(done["code"]) == 1
    _supplement_after_acceptance(world, citizens, code, done["code"])


def _supplement_after_acceptance(world: rehearsal.World, citizens: Citizens, code: str, receipt: str) -> None:
    """The office asks once more; what the citizen sends is added behind what was accepted."""
    for words, user in (
        (("hand-on",), "clerk"),
        (("ask-supplement", "--item", "GKSK"), "supervisor"),
    ):
        said = here("dossier", "step", receipt, *words, profile=world.profile, CLERK_USER=user)
        assert said.code == 0, said.err
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
