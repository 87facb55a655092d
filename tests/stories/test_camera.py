"""The camera step with everything real: the chip's portrait, a camera on the wire, dlib, and central at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from clerk_app import bootstrap
from clerk_app.desk.desk import Desk
from clerk_app.desk.ports import Frame
from clerk_app.domain.dossier import FaceCompared
from clerk_app.rehearsal import PASSPHRASE, PASSWORD, World
from tests.peers.processes import children
from tests.stories.test_headless import CHOSEN, Played, never

pytest.importorskip("dlib", reason="the optional package “face” is not installed")
pytestmark = [pytest.mark.wire, pytest.mark.story]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path / "world") as begun:
        yield begun


def frame_of(desk: Desk) -> Frame:
    """What the camera shows now."""
    seen: list[Frame] = []
    desk.face.watch(seen.append, lambda: bool(seen))
    return seen[-1]


def test_who_stands_there_is_compared_photographed_and_reaches_central(world: World, tmp_path: Path) -> None:
    played = Played(world, tmp_path / "log", tmp_path / "stderr")
    assert world.camera is not None
    before = children()
    with closing(bootstrap.open_desk(world.profile, PASSPHRASE, world.look)) as desk:
        desk.sign_in.sign_in("clerk", PASSWORD)
        assert desk.face.offered()
        assert "camera" in [lamp.name for lamp in desk.lamps.now() if lamp.state == "ready"]
        dossier = played.identify(desk, 2)
        same = desk.face.compare(dossier, frame_of(desk))
        assert same.identity.face is not None
        assert same.identity.face.tone == "good"
        world.camera.show(4)
        other = desk.face.compare(dossier, frame_of(desk))
        assert other.identity.face is not None
        assert other.identity.face.tone == "warn"
        assert other.identity.badge == same.identity.badge
        world.camera.show(2)
        view = desk.face.take_photo(dossier, frame_of(desk))
        assert [page.paper for page in view.papers.pages] == ["ANH"]
        for paper in ("GKSK", "GPLX_CU", "GPLX_CU"):
            desk.papers.scan(dossier, paper, lambda _: None, never)
        desk.intake.enter(dossier, CHOSEN | {"case": "DOI_SAP_HET_HAN", "wanted_class": "C"}, "application", "reason")
        played.finish(desk, dossier)
        report = desk.delivery.once(never)
        assert (report.state, report.problem, report.refused) == ("idle", None, 0)
        happened = [entry.what for entry in desk.journal.entries(dossier) if isinstance(entry.what, FaceCompared)]
        assert [one.result for one in happened] == ["match", "no_match", "match"]
        assert happened[-1].photo == view.papers.pages[0].sheet
    assert children() == before, "camera and face worker went with the desk"
    assert world.summary()["journal"] == "ok"
