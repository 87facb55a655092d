"""What the desk says about faces and licence photos. Wherever a result is shown, its weakness is shown beside it."""

from __future__ import annotations

from clerk_app.desk.views import CheckLine
from clerk_app.domain.dossier import FaceCompared
from clerk_app.domain.refusals import Words

WEAKNESS = Words(
    "Chỉ để tham khảo, cán bộ quyết định: kém chính xác hơn với người Đông Á, Đông Nam Á và ảnh nhỏ; "
    "không nhận ra ảnh được giơ trước máy ảnh.",
    "Advice only, the clerk decides: weaker on East and South-East Asian faces and on small pictures; "
    "a photo held before the camera is not noticed.",
)
LOOK_YOURSELF = Words(
    "Máy không khớp được người nộp với ảnh trên chip: hãy tự đối chiếu bằng mắt.",
    "The computer did not match the applicant with the chip's picture: compare them with your own eyes.",
)
_TITLES = {
    "match": Words("Khớp ảnh người nộp", "Applicant matches the picture"),
    "no_match": Words("Ảnh người nộp chưa khớp", "Applicant not matched"),
    "no_face": Words("Chưa thấy mặt người nộp", "No face before the camera"),
    "several_faces": Words("Có nhiều người trước máy ảnh", "Several people before the camera"),
    "unavailable": Words("Chưa so được với ảnh trên chip", "The chip's picture could not be used"),
}
_DETAILS = {
    "no_face": Words("Mời người nộp nhìn thẳng vào máy ảnh rồi so lại.", "Ask them to face the camera; compare again."),
    "several_faces": Words("Chỉ để một người đứng trước máy ảnh.", "Let one person stand before the camera."),
    "unavailable": Words("Không tìm được khuôn mặt trong ảnh trên chip.", "No face was found in the chip's picture."),
}


def _number(value: float, language: str) -> str:
    text = f"{value:.2f}"
    return text.replace(".", ",") if language == "vi" else text


def check_line(face: FaceCompared) -> CheckLine:
    """The comparison as a line of the evidence panel, its weakness included."""
    if face.result in ("match", "no_match"):
        said = Words(
            f"Độ tương đồng {_number(face.score, 'vi')} · ngưỡng {_number(face.threshold, 'vi')}.",
            f"Similarity {_number(face.score, 'en')} · threshold {_number(face.threshold, 'en')}.",
        )
    else:
        said = _DETAILS[face.result]
    if face.result == "no_match":
        said = Words(f"{said.vi} Hãy tự đối chiếu bằng mắt.", f"{said.en} Compare them with your own eyes.")
    detail = Words(f"{said.vi} {WEAKNESS.vi}", f"{said.en} {WEAKNESS.en}")
    match face.result:
        case "match":
            return CheckLine(_TITLES[face.result], detail, "good", "✓")
        case "no_match":
            return CheckLine(_TITLES[face.result], detail, "warn", "!")
        case _:
            return CheckLine(_TITLES[face.result], detail, "calm", "–")
