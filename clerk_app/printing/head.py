"""The head of a form: who issues it, the national name and motto, number, place and day (NĐ 30/2020/NĐ-CP, annex I)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, assert_never

from clerk_app.desk.ports import Station
from clerk_app.domain.forms import PrintedForm
from clerk_app.printing.blocks import BLANK
from clerk_app.printing.filled import Filled
from clerk_app.printing.frame import HeadLine, Sheet
from clerk_app.printing.ink import PLAIN, SLANTED, STRONG
from clerk_app.printing.labels import FormWords
from clerk_app.printing.paper import Paper, paper_of

Clean = Callable[[str], str]
Columns = tuple[tuple[HeadLine, ...], tuple[HeadLine, ...]]


def sheet(
    form: PrintedForm, filled: Filled, station: Station, words: FormWords, serial: int, dated: str, clean: Clean
) -> Sheet:
    """The frame of a form that is filled in."""
    paper = paper_of(form)
    left, right = _columns(form, filled, station, words, dated, clean, paper)
    foreign = form.bilingual and filled.foreign
    titles = (form.title.vi, form.title.en) if foreign else (form.title.vi,)
    lookup = words.settings.get("lookup_url", "{code}").replace("{code}", filled.code)
    photo = next((field.label.vi for field in form.fields if field.block == "photo"), "")
    return Sheet(
        form=form,
        paper=paper,
        titles=tuple(clean(title) for title in titles),
        code=filled.code,
        lookup=lookup,
        left=left,
        right=right,
        copies=tuple(clean(name) for name in form.copy_names) or ("",) * form.copies,
        reprint=serial - 1,
        practice=filled.practice or station.practice,
        photo=clean(photo),
        counted=form.counted,
    )


def _columns(
    form: PrintedForm, filled: Filled, station: Station, words: FormWords, dated: str, clean: Clean, paper: Paper
) -> Columns:
    scale = paper.head
    office = clean(station.office_name_vi).upper()
    state: tuple[HeadLine, ...] = (
        (STRONG, 7.4 * scale, clean(words.texts.get("national_name", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"))),
        (STRONG, 7.8 * scale, clean(words.texts.get("national_motto", "Độc lập - Tự do - Hạnh phúc"))),
    )
    match form.head:
        case "state":
            unit = clean(words.texts.get("one_stop", "BỘ PHẬN TIẾP NHẬN VÀ TRẢ KẾT QUẢ"))
            number = clean(form.number_line)
            left = ((PLAIN, 7.4 * scale, office), (STRONG, 7.4 * scale, unit), (PLAIN, 7.4 * scale, number))
            return left, (*state, (SLANTED, 7.4 * scale, clean(dated)))
        case "applicant":
            return (), state
        case "office":
            return (
                ((STRONG, 7.8 * scale, office), *_said(form, filled, "left", scale, clean)),
                _said(form, filled, "right", scale, clean),
            )
        case "none":
            return (), ()
        case _:
            assert_never(form.head)


def _said(
    form: PrintedForm, filled: Filled, side: Literal["left", "right"], scale: float, clean: Clean
) -> tuple[HeadLine, ...]:
    """The fields that stand in the head; the last of the right column is what people look for, so it is set larger."""
    fields = [field for field in form.fields if field.block == side]
    lines: list[HeadLine] = []
    for number, field in enumerate(fields, 1):
        text = f"{clean(field.label.vi)}: {clean(filled.one(field.key)) or BLANK}"
        strong = side == "right" and number == len(fields)
        lines.append((STRONG, 8.6 * scale, text) if strong else (PLAIN, 7.4 * scale, text))
    return tuple(lines)
