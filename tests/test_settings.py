"""Settings: texts with a meaning, written whole or not at all, refused with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from clerk_app import bootstrap, settings
from clerk_app.domain.refusals import Refusal


def test_a_new_profile_has_the_defaults(tmp_path: Path) -> None:
    assert settings.load(tmp_path / "new") == settings.Settings()
    assert settings.load(tmp_path / "new").language == "vi"


def test_what_was_changed_stays_and_nothing_else_is_written(tmp_path: Path) -> None:
    settings.change(tmp_path, language="en", printer_queue="Máy in quầy 4")
    settings.change(tmp_path, language="vi")
    assert settings.load(tmp_path).printer_queue == "Máy in quầy 4"
    assert (tmp_path / settings.FILE).read_text("utf-8").count(":") == 1
    assert [path.name for path in tmp_path.iterdir()] == [settings.FILE]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "line 1"),
        ('{"colour": "red", "size": "x"}', "colour, size"),
        ('{"language": 7}', "texts"),
        ('{"language": null}', "texts"),
        ("[]", "texts"),
        ("", "line 1"),
    ],
)
def test_nonsense_is_refused_with_what_is_wrong(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / settings.FILE).write_text(text, "utf-8")
    with pytest.raises(Refusal) as caught:
        settings.load(tmp_path)
    assert caught.value.code == "SETTINGS_UNREADABLE"
    assert named in caught.value.words.en
    assert settings.FILE in caught.value.words.vi


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Refusal, match="SETTINGS_UNREADABLE"):
        settings.load(tmp_path)


@how(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(codec="utf-8"), max_size=60), st.text(st.characters(codec="utf-8"), max_size=60))
def test_every_text_comes_back(tmp_path: Path, device: str, queue: str) -> None:
    settings.change(tmp_path, scanner_device=device, printer_queue=queue)
    kept = settings.load(tmp_path)
    assert (kept.scanner_device, kept.printer_queue) == (device, queue)


def test_every_setting_says_what_it_means() -> None:
    told = settings.meanings()
    assert len(told) == len({name for name, _, _ in told}) > 10
    assert all(meaning.endswith(".") for _, _, meaning in told)


def test_where_the_desk_lives(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLERK_PROFILE", str(tmp_path))
    assert settings.default_profile() == tmp_path
    monkeypatch.delenv("CLERK_PROFILE")
    assert settings.default_profile().name == "quay"


def test_how_far_apart_faces_may_be_is_a_number_the_office_can_set(tmp_path: Path) -> None:
    assert bootstrap._face_threshold(tmp_path) == 0.6
    settings.change(tmp_path, face_threshold="0.5")
    assert bootstrap._face_threshold(tmp_path) == 0.5
    for text in ("0,5", "near", "0", "nan", "inf", "-1"):
        settings.change(tmp_path, face_threshold=text)
        with pytest.raises(Refusal) as found:
            bootstrap._face_threshold(tmp_path)
        assert found.value.code == "FACE_THRESHOLD"
