"""The person before the camera: held against the chip's portrait, or taken as the licence photo. Advice only."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from clerk_app.desk.counter import Counter, Show
from clerk_app.desk.facts import decision_of
from clerk_app.desk.photo_hints import hints
from clerk_app.desk.ports import Cameras, Cancel, FaceMatcher, Frame
from clerk_app.desk.views import IntakeView, PhotoView
from clerk_app.domain.dossier import Dossier, FaceCompared, FaceResult, Page, arranged
from clerk_app.domain.facts import evidence_of
from clerk_app.domain.refusals import Refusal, Words

PHOTO = "ANH"
"""The portrait among the catalogue's papers."""
FARTHEST = 1.2
"""The distance that counts as no similarity at all: twice the one at which dlib's model tells people apart."""
_FOUND: dict[str, FaceResult] = {"none": "no_face", "several": "several_faces", "no_portrait": "unavailable"}


def score(distance: float) -> float:
    """How alike two faces are, for people: 1 − distance / 1.2, not below 0 nor above 1, in hundredths."""
    return round(min(1.0, max(0.0, 1 - distance / FARTHEST)), 2)


class Face:
    """The camera step. It is there only where a camera is set and the optional face package is installed."""

    def __init__(
        self,
        counter: Counter,
        show: Show,
        cameras: Cameras,
        matcher: FaceMatcher,
        camera: Callable[[], str],
        most: Callable[[], float],
    ) -> None:
        """`camera` is the setting, empty for none; `most` the distance up to which two faces count as the same."""
        self._counter = counter
        self._show = show
        self._cameras = cameras
        self._matcher = matcher
        self._camera = camera
        self._most = most

    def offered(self) -> bool:
        """Whether this desk has the step at all; whether the camera works is shown by its lamp."""
        return bool(self._camera()) and self._matcher.available()

    def watch(self, on_frame: Callable[[Frame], None], cancel: Cancel) -> None:
        """Hand over the newest picture of the camera until `cancel`. Raises `DeviceFault` `CAMERA_…`."""
        self._counter.demand("dossier.take")
        self._cameras.frames(on_frame, cancel)

    def look(self, frame: Frame) -> PhotoView:
        """What speaks for and against this frame as a licence photo."""
        self._counter.demand("dossier.take")
        return hints(self._matcher.measure(frame.jpeg), frame)

    def compare(self, dossier: UUID, frame: Frame) -> IntakeView:
        """Hold a frame against the chip's portrait and write down what came of it; the frame itself is not kept.

        Raises `Refusal` `FACE_NO_PORTRAIT` before a chip was read. Changes no level of identity, whatever comes of it.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = self._counter.draft(dossier)
        portrait = _portrait(state)
        if not portrait:
            raise _no_portrait()
        compared = self._compared(portrait, frame.jpeg, frame.camera)
        with self._counter.journal.together():
            if _portrait(self._counter.draft(dossier)) != portrait:
                raise _no_portrait()
            state = self._counter.write(dossier, compared, who=who)
        return self._show(state)

    def take_photo(self, dossier: UUID, frame: Frame) -> IntakeView:
        """Keep a frame, cut 3:4 around the face, as the licence photo; it takes the place of an earlier one.

        Where a chip's portrait is known the photo is held against it, and that is written down too. Raises `Refusal`
        `PHOTO_NOT_NEEDED` where the checklist has no portrait, `DeviceFault` `PHOTO_…` where there is not one face.
        """
        who = self._counter.demand("dossier.take", dossier).id
        state = self._counter.draft(dossier)
        self._needed(state)
        taken = self._matcher.photo(frame.jpeg)
        sheet = self._counter.sheets.put(taken.data)
        page = Page(sheet, PHOTO, taken.width, taken.height, taken.dpi, len(taken.data), taken.media)
        portrait = _portrait(state)
        compared = (self._compared(portrait, taken.data, frame.camera, sheet),) if portrait else ()
        with self._counter.journal.together():
            now = self._counter.draft(dossier)
            others = tuple(one for one in now.pages if one.paper != PHOTO)
            same = compared if _portrait(now) == portrait else ()
            state = self._counter.write(dossier, arranged(now, (*others, page), "import"), *same, who=who)
        return self._show(state)

    def _compared(self, portrait: str, picture: bytes, device: str, photo: str = "") -> FaceCompared:
        most = self._most()
        found = self._matcher.compare(self._counter.sheets.get(portrait), picture)
        if found.found != "one":
            return FaceCompared(_FOUND[found.found], 0.0, score(most), 0.0, device, portrait, photo)
        result: FaceResult = "match" if found.distance <= most else "no_match"
        distance = round(found.distance, 3)
        return FaceCompared(result, score(found.distance), score(most), distance, device, portrait, photo)

    def _needed(self, state: Dossier) -> None:
        _, decision = decision_of(state, self._counter.clock(), self._counter.rules_of(state))
        if not any(paper.code == PHOTO for paper in decision.papers):
            raise Refusal(
                "PHOTO_NOT_NEEDED",
                Words("Hồ sơ này không cần ảnh chân dung.", "This dossier needs no portrait."),
                Words("Xem danh mục giấy tờ của hồ sơ.", "See the dossier's checklist."),
            )


def _portrait(state: Dossier) -> str:
    evidence = evidence_of(state)
    return evidence.portrait if evidence is not None and evidence.source == "chip" else ""


def _no_portrait() -> Refusal:
    return Refusal(
        "FACE_NO_PORTRAIT",
        Words("Chưa có ảnh từ chip để so.", "There is no picture from the chip to compare with."),
        Words("Đọc thẻ căn cước trên đầu đọc rồi so lại.", "Read the ID card on the reader, then compare again."),
    )
