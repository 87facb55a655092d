"""Faces by the real models: the same person through every kind of picture, another one, nobody, two; and the worker."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from clerk_app.devices import face_worker
from clerk_app.devices.face import DlibFaces
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import camera, card_portrait, faces
from tests.peers.processes import alive, children

if TYPE_CHECKING:
    from PIL import Image

pytest.importorskip("dlib", reason="the optional package “face” is not installed")
pytestmark = pytest.mark.wire
MOST = 0.6


@pytest.fixture(scope="module")
def matcher() -> Iterator[DlibFaces]:
    one = DlibFaces(patience_s=120)
    yield one
    one.close()


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


CHIP = card_portrait.draw(2, "jp2")


@pytest.mark.parametrize("kind", ["jp2", "jpeg"])
def test_the_person_on_the_card_before_the_camera_is_a_match(
    matcher: DlibFaces, kind: card_portrait.PortraitKind
) -> None:
    found = matcher.compare(card_portrait.draw(2, kind), camera.picture(2))
    assert found.found == "one"
    assert found.distance < 0.35
    assert found.box is not None


def test_the_same_face_stays_a_match_at_low_quality_turned_mirrored_and_small(matcher: DlibFaces) -> None:
    from PIL import Image, ImageOps

    face = faces.face(2)
    turned = face.rotate(8, resample=Image.Resampling.BICUBIC, fillcolor=(180, 172, 166))
    for picture in (jpeg(face, 30), jpeg(turned), jpeg(ImageOps.mirror(face)), jpeg(face.resize((225, 300)))):
        found = matcher.compare(CHIP, picture)
        assert found.found == "one"
        assert found.distance < MOST


@pytest.mark.parametrize("person", [1, 3, 4])
def test_somebody_else_is_none(matcher: DlibFaces, person: int) -> None:
    assert matcher.compare(CHIP, camera.picture(person)).distance > MOST
    assert matcher.compare(card_portrait.draw(person, "jp2"), camera.picture(2)).distance > MOST


@pytest.mark.parametrize("person", [1, 3, 4])
def test_every_specimen_has_a_face_that_matches_its_own_card(matcher: DlibFaces, person: int) -> None:
    assert matcher.compare(card_portrait.draw(person, "jp2"), camera.picture(person)).distance < MOST


def test_nobody_two_people_and_a_portrait_without_a_face_are_told_apart(matcher: DlibFaces) -> None:
    from PIL import Image

    empty = jpeg(Image.new("RGB", (240, 320), (200, 210, 205)))
    assert matcher.compare(CHIP, camera.picture(2, "nobody")).found == "none"
    assert matcher.compare(CHIP, camera.picture(2, "two-people")).found == "several"
    assert matcher.compare(empty, camera.picture(2)).found == "no_portrait"


def test_whoever_stands_far_behind_does_not_count(matcher: DlibFaces) -> None:
    scene = camera.scene(2)
    scene.paste(faces.face(1).resize((120, 160)), (500, 300))
    assert matcher.compare(CHIP, jpeg(scene)).found == "one"


def test_pictures_that_are_bombs_or_none_are_refused_unopened(matcher: DlibFaces) -> None:
    from PIL import Image

    for picture, code in (
        (camera.picture(2, "huge"), "PICTURE_TOO_LARGE"),
        (camera.picture(2, "garbage"), "PICTURE_UNREADABLE"),
        (camera.picture(2)[:2000], "PICTURE_UNREADABLE"),
        (b"", "PICTURE_UNREADABLE"),
        (b"\xff\xd8" * 5_000_000, "PICTURE_TOO_LARGE"),
    ):
        with pytest.raises(DeviceFault) as found:
            matcher.compare(CHIP, picture)
        assert found.value.code == code
    out = io.BytesIO()
    Image.new("RGB", (3000, 3000)).save(out, "JPEG2000")
    assert matcher.compare(out.getvalue(), camera.picture(2)).found == "no_portrait"
    assert matcher.compare(b"\0\0\0\x0cjP  nonsense", camera.picture(2)).found == "no_portrait"


def test_what_a_photo_is_worth_shows_in_what_is_measured(matcher: DlibFaces) -> None:
    good = matcher.measure(camera.picture(2))
    assert good.face is not None
    assert good.crop is not None
    assert good.crop[2] * 4 == pytest.approx(good.crop[3] * 3, abs=4)
    assert abs(good.tilt_deg) < 6
    assert abs(matcher.measure(camera.picture(2, "tilted")).tilt_deg) > 10
    assert matcher.measure(camera.picture(2, "blurred")).sharpness < good.sharpness / 4
    assert matcher.measure(camera.picture(2, "dark")).light < 50
    assert matcher.measure(camera.picture(2, "unrest")).unrest > 1.5 * good.unrest
    assert matcher.measure(camera.picture(2, "nobody")).faces == 0
    assert matcher.measure(camera.picture(2, "two-people")).face is None


def test_the_photo_is_cut_three_to_four_around_the_face(matcher: DlibFaces) -> None:
    from PIL import Image

    photo = matcher.photo(camera.picture(2))
    assert photo.media == "image/jpeg"
    assert photo.width * 4 == pytest.approx(photo.height * 3, abs=4)
    with Image.open(io.BytesIO(photo.data), formats=("JPEG",)) as picture:
        assert picture.size == (photo.width, photo.height)
    assert matcher.compare(CHIP, photo.data).distance < MOST
    near = jpeg(faces.face(2).crop((40, 60, 260, 330)).resize((440, 540)))
    beyond = matcher.photo(near)  # the cut reaches beyond the frame
    assert beyond.width * 4 == pytest.approx(beyond.height * 3, abs=4)


@pytest.mark.parametrize(("fault", "code"), [("nobody", "PHOTO_NO_FACE"), ("two-people", "PHOTO_SEVERAL_FACES")])
def test_no_photo_is_taken_of_nobody_or_of_two(matcher: DlibFaces, fault: str, code: str) -> None:
    with pytest.raises(DeviceFault) as found:
        matcher.photo(camera.picture(2, fault))
    assert found.value.code == code


# ---- the worker


def test_the_worker_starts_with_the_first_question_serves_them_all_and_is_killed_at_the_end() -> None:
    before = children()
    one = DlibFaces(patience_s=120)
    assert one.available()
    assert children() == before
    assert one.pid is None
    one.measure(camera.picture(1, "nobody"))
    pid = one.pid
    assert pid is not None
    one.measure(camera.picture(1, "nobody"))
    assert one.pid == pid
    one.close()
    one.close()
    assert not alive(pid)
    assert children() == before


def test_dlib_never_comes_into_the_desk() -> None:
    program = (
        "import sys; from clerk_app.devices.face import DlibFaces; from clerk_app.practice import camera;"
        "one = DlibFaces(patience_s=120); one.measure(camera.picture(1)); one.close();"
        "assert not {'dlib', 'face_recognition_models', 'cv2'} & set(sys.modules), 'loaded'"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=150)


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("import time; time.sleep(600)", "FACE_SILENT"),
        ("raise SystemExit(3)", "FACE_CRASHED"),
        ("import os; os.read(0, 9); os.abort()", "FACE_CRASHED"),
        ("import os; os.write(1, b'\\0\\0\\0\\3abc'); os.read(0, 1 << 20)", "FACE_CRASHED"),
    ],
)
def test_a_worker_that_hangs_crashes_or_writes_nonsense_is_ended_and_the_next_one_is_a_new_one(
    program: str, code: str
) -> None:
    before = children()
    one = DlibFaces((sys.executable, "-c", program), patience_s=0.5)
    for _ in range(2):
        with pytest.raises(DeviceFault) as found:
            one.compare(CHIP, camera.picture(1))
        assert found.value.code == code
        assert children() == before


def test_a_worker_ends_by_itself_when_nobody_asks_or_the_desk_is_gone() -> None:
    command = [sys.executable, "-m", "clerk_app.devices.face_worker"]
    subprocess.run(command, input=b"", check=True, timeout=60)
    assert face_worker.IDLE_S <= 300
    program = (
        "from clerk_app.devices import face_worker; face_worker.IDLE_S = 0.1; raise SystemExit(face_worker.main())"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as idle:
        assert idle.wait(timeout=60) == 0


def test_without_the_optional_package_there_is_no_comparison_and_nothing_is_broken() -> None:
    program = """
import sys
sys.modules["dlib"] = None
from clerk_app.devices.face import DlibFaces
from clerk_app.devices.face_wire import Measure, Trouble
from clerk_app.devices import face_worker
from clerk_app.domain.refusals import DeviceFault
from clerk_app.practice import camera
one = DlibFaces()
assert not one.available()
try:
    one.measure(b"")
except DeviceFault as fault:
    assert fault.code == "FACE_NOT_INSTALLED", fault.code
else:
    raise AssertionError("measured")
try:
    face_worker.answer(Measure(camera.picture(1)))
except ModuleNotFoundError:
    print("absent")
"""
    done = subprocess.run([sys.executable, "-c", program], check=True, timeout=60, capture_output=True, text=True)
    assert done.stdout == "absent\n"
