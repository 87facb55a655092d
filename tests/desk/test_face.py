"""The camera step at the desk: what is written down, what it changes (nothing but advice), and when it is not there."""

from __future__ import annotations

from uuid import UUID

import pytest

from clerk_app import wire
from clerk_app.desk import face_words
from clerk_app.desk.face import score
from clerk_app.desk.lamps import Lamps
from clerk_app.desk.photo_hints import hints
from clerk_app.desk.ports import FaceDistance, Frame, PhotoMeasure
from clerk_app.desk.views import CheckLine, IntakeView
from clerk_app.domain.dossier import Entry, FaceCompared, sheets_of
from clerk_app.domain.refusals import Refusal
from tests.desk import fakes
from tests.desk.conftest import Desk, never

FRAME = fakes.SOMEBODY
MATCH = FaceDistance("one", 0.2, (0, 0, 9, 9))
APART = FaceDistance("one", 0.75, (0, 0, 9, 9))


def last(table: Desk, dossier: UUID) -> FaceCompared:
    what = table.journal.entries(dossier)[-1].what
    assert isinstance(what, FaceCompared)
    return what


def face_line(view: IntakeView) -> CheckLine:
    """What the evidence panel says of the face."""
    (line,) = [line for line in view.identity.checks if face_words.WEAKNESS.vi in line.detail.vi]
    return line


@pytest.mark.parametrize(("distance", "said"), [(0.0, 1.0), (0.12, 0.9), (0.6, 0.5), (1.2, 0.0), (1.5, 0.0)])
def test_the_score_for_people_is_one_minus_distance_by_one_point_two(distance: float, said: float) -> None:
    assert score(distance) == said


def test_a_match_is_journalled_with_score_threshold_and_camera_and_the_frame_is_not_kept(table: Desk) -> None:
    dossier = table.identified()
    kept = table.sheets.waiting()
    view = table.face.compare(dossier, FRAME)
    evidence = table.journal.dossier(dossier).evidence
    assert evidence is not None
    assert last(table, dossier) == FaceCompared("match", 0.83, 0.5, 0.2, "USB 0", evidence.portrait)
    assert table.faces.asked == [(table.sheets.get(evidence.portrait), FRAME.jpeg)]
    assert table.sheets.waiting() == kept
    line = face_line(view)
    assert line.title.vi == "Khớp ảnh người nộp"
    assert line.detail.vi.startswith("Độ tương đồng 0,83 · ngưỡng 0,50.")
    assert view.identity.face == line


@pytest.mark.parametrize(
    ("found", "result"),
    [
        (MATCH, "match"),
        (FaceDistance("one", 0.6, None), "match"),
        (APART, "no_match"),
        (FaceDistance("none", 0.0, None), "no_face"),
        (FaceDistance("several", 0.0, None), "several_faces"),
        (FaceDistance("no_portrait", 0.0, None), "unavailable"),
    ],
)
def test_every_outcome_has_words_with_its_weakness_and_changes_no_level(
    table: Desk, found: FaceDistance, result: str
) -> None:
    dossier = table.identified()
    before = table.journal.dossier(dossier)
    table.faces.says = found
    view = table.face.compare(dossier, FRAME)
    assert last(table, dossier).result == result
    after = table.journal.dossier(dossier)
    assert (after.evidence, after.fields, after.exceptions) == (before.evidence, before.fields, before.exceptions)
    line = face_line(view)
    assert face_words.WEAKNESS.vi in line.detail.vi
    assert face_words.WEAKNESS.en in line.detail.en
    assert line.tone in ("good", "warn", "calm")


def test_no_match_asks_the_clerk_to_look_and_stands_in_nobodys_way(table: Desk) -> None:
    dossier = table.applied()
    table.cashier.take(dossier, "cash", 200_000)
    table.faces.says = APART
    view = table.face.compare(dossier, FRAME)
    (finding,) = view.receipt.findings
    assert finding.code == "FACE_NOT_MATCHED"
    assert not finding.blocking
    assert "mắt" in finding.words.vi
    assert view.steps[0].done
    assert table.intake.submit(dossier).status == "submitted"


def test_the_threshold_is_the_offices(table: Desk) -> None:
    dossier = table.identified()
    table.most_apart = 0.15
    table.face.compare(dossier, FRAME)
    assert last(table, dossier).result == "no_match"
    assert last(table, dossier).threshold == score(0.15)


def test_without_a_chips_portrait_there_is_nothing_to_compare_with(table: Desk) -> None:
    dossier = table.draft()
    with pytest.raises(Refusal) as found:
        table.face.compare(dossier, FRAME)
    assert found.value.code == "FACE_NO_PORTRAIT"
    assert found.value.remedy.vi


def test_a_comparison_belongs_to_the_portrait_it_was_made_with(table: Desk) -> None:
    dossier = table.identified(1)
    table.face.compare(dossier, FRAME)
    table.intake.enter(dossier, {"applicant.name": "X"}, "identity", "")
    assert table.journal.dossier(dossier).face is not None

    def read_again() -> None:
        from dataclasses import replace

        from clerk_app.practice import specimens

        reading = fakes.reading(specimens.specimen(1).person, table.clock())
        table.readers.says = replace(reading, portrait=b"another picture")
        table.intake.read_card(dossier)

    read_again()
    assert table.journal.dossier(dossier).face is None
    table.faces.meanwhile = lambda: table.intake.read_card(dossier)
    table.readers.says = fakes.reading(table.journal.dossier(dossier).person, table.clock())  # type: ignore[arg-type]
    with pytest.raises(Refusal) as found:
        table.face.compare(dossier, FRAME)
    assert found.value.code == "FACE_NO_PORTRAIT"


def test_a_fault_of_the_matcher_writes_nothing(table: Desk) -> None:
    dossier = table.identified()
    before = table.kinds(dossier)
    table.faces.says = fakes.fault("FACE_CRASHED")
    with pytest.raises(Refusal):
        table.face.compare(dossier, FRAME)
    assert table.kinds(dossier) == before


# ---- the licence photo


def test_a_photo_becomes_the_portrait_of_the_checklist_and_is_held_against_the_chip(table: Desk) -> None:
    dossier = table.identified()
    view = table.face.take_photo(dossier, FRAME)
    (page,) = (one for one in table.journal.dossier(dossier).pages if one.paper == "ANH")
    assert table.sheets.get(page.sheet) == b"photo of " + FRAME.jpeg
    assert (page.width, page.height, page.media) == (216, 288, "image/jpeg")
    assert table.kinds(dossier)[-2:] == ["PagesArranged", "FaceCompared"]
    assert last(table, dossier).photo == page.sheet
    assert next(line for line in view.papers.lines if line.code == "ANH").done


def test_another_photo_takes_the_place_of_the_first_and_undo_brings_it_back(table: Desk) -> None:
    dossier = table.applied()
    others = [one for one in table.journal.dossier(dossier).pages if one.paper != "ANH"]
    table.face.take_photo(dossier, FRAME)
    table.face.take_photo(dossier, Frame(b"\xff\xd8 again", 640, 480, "USB 0"))
    pages = table.journal.dossier(dossier).pages
    assert [one for one in pages if one.paper != "ANH"] == others
    (photo,) = (one for one in pages if one.paper == "ANH")
    assert table.sheets.get(photo.sheet) == b"photo of \xff\xd8 again"
    view = table.pages.undo(dossier)
    assert sum(page.paper == "ANH" for page in view.papers.pages) == 1


def test_a_photo_can_be_taken_before_a_chip_was_read(table: Desk) -> None:
    dossier = table.draft()
    table.face.take_photo(dossier, FRAME)
    assert table.kinds(dossier)[-1] == "PagesArranged"


def test_nothing_is_compared_or_taken_for_a_dossier_that_is_closed(table: Desk) -> None:
    dossier = table.accepted()
    for verb in (table.face.compare, table.face.take_photo):
        with pytest.raises(Refusal) as found:
            verb(dossier, FRAME)
        assert found.value.code == "DOSSIER_CLOSED"


GOOD = fakes.FIT


@pytest.mark.parametrize(
    ("measure", "wrong"),
    [
        (GOOD, ()),
        (PhotoMeasure(0, None, None, 0, 0, 0, 0, 0), ("face",)),
        (PhotoMeasure(2, None, None, 0, 0, 0, 0, 0), ("face",)),
        (PhotoMeasure(1, (300, 200, 60, 60), (280, 150, 103, 138), 120, 150, 180, 20, 1), ("size",)),
        (PhotoMeasure(1, (100, 100, 300, 300), (0, -60, 518, 690), 120, 150, 180, 20, 1), ("size", "centre")),
        (PhotoMeasure(1, (10, 180, 125, 125), (-40, 80, 216, 288), 120, 150, 180, 20, 1), ("centre",)),
        (PhotoMeasure(1, GOOD.face, GOOD.crop, 8, 20, 60, 50, -15), ("sharp", "light", "background", "eyes")),
        (PhotoMeasure(1, GOOD.face, GOOD.crop, 120, 240, 60, 10, 0), ("light", "background")),
    ],
)
def test_what_speaks_against_a_photo_is_named_in_both_languages(measure: PhotoMeasure, wrong: tuple[str, ...]) -> None:
    view = hints(measure, FRAME)
    assert tuple(hint.code for hint in view.hints if not hint.good) == wrong
    assert view.good == (not wrong)
    assert all(hint.words.vi and hint.words.en for hint in view.hints)


# ---- where there is no camera


def test_the_step_is_there_only_with_a_camera_and_the_package(table: Desk) -> None:
    assert table.face.offered()
    table.faces.installed = False
    assert not table.face.offered()
    table.faces.installed, table.wanted_camera = True, ""
    assert not table.face.offered()


def test_the_lamp_of_a_camera_is_grey_with_a_remedy_or_not_there_at_all(table: Desk) -> None:
    def lamps() -> Lamps:
        asked = (table.counter, table.readers, table.scanners, table.printers, table.central)
        return Lamps(*asked, lambda: (), lambda: "", table.cameras)

    assert [lamp.name for lamp in lamps().now()] == ["card", "scanner", "printer", "camera", "central"]
    lamp = lamps().camera()
    assert lamp is not None
    assert lamp.state == "ready"
    table.cameras.broken = fakes.fault("CAMERA_UNPLUGGED")
    lamp = lamps().camera()
    assert lamp is not None
    assert (lamp.state, lamp.remedy.vi) == ("missing", "sửa")
    assert [check.state for check in lamps().doctor().checks if check.name == "camera"] == ["warn"]
    table.cameras.broken, table.cameras.found = None, ()
    assert [lamp.name for lamp in lamps().now()] == ["card", "scanner", "printer", "central"]


def test_watching_hands_over_frames_until_it_is_given_up(table: Desk) -> None:
    seen: list[Frame] = []
    table.face.watch(seen.append, lambda: len(seen) >= 2)
    assert seen == [FRAME, FRAME]
    table.counter.user = None
    with pytest.raises(Refusal):
        table.face.watch(seen.append, never)


# ---- on the wire, for ever


def test_a_comparison_is_read_as_it_was_written_and_old_ones_stay_readable(table: Desk) -> None:
    dossier = table.identified()
    table.face.take_photo(dossier, FRAME)
    entry = table.journal.entries(dossier)[-1]
    assert wire.decode_entry(wire.encode_entry(entry)) == entry
    first = (
        b'{"id":"01936e2c-7a00-7000-8000-000000000001","dossier":"01936e2c-7a00-7000-8000-000000000002",'
        b'"kind":"FaceCompared","v":1,"who":"clerk","at":"2026-11-28T09:00:00+07:00","what":{"device":"USB 0",'
        b'"distance":0.212,"portrait":"aa","result":"match","score":0.82,"threshold":0.5}}'
    )
    read: Entry = wire.decode_entry(first)
    assert read.what == FaceCompared("match", 0.82, 0.5, 0.212, "USB 0", "aa")
    assert sheets_of(read) == {"aa"}
