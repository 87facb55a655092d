"""What is said of a page: what was seen on it, what is wrong with it, and why it stands where it does."""

from __future__ import annotations

from clerk_app.domain.pages import Flaw, Page, PaperSize
from clerk_app.domain.refusals import Words

FLAWS: dict[Flaw, Words] = {
    "blurred": Words("mờ", "blurred"),
    "cut_off": Words("bị cắt mép", "cut off"),
    "too_dark": Words("quá tối", "too dark"),
    "too_bright": Words("quá sáng", "too bright"),
    "glare": Words("bị lóa", "glare"),
    "wrong_side": Words("nhầm mặt", "wrong side"),
    "coarse": Words("thiếu nét, quét lại với dpi cao hơn", "too coarse, scan it again finer"),
}
SIZES: dict[PaperSize, str] = {"id1": "ID-1", "a6": "A6", "a5": "A5", "a4": "A4"}
COLOURS = {"colour": Words("màu", "colour"), "grey": Words("xám", "grey")}
SIDES = {"front": Words("Mặt trước", "Front"), "back": Words("Mặt sau", "Back")}
WHY_HERE = {
    "clerk": Words("Cán bộ xếp vào mục này", "Put here by the clerk"),
    "code": Words("Theo mã vạch trên trang", "By the bar code on the page"),
    "size": Words("Theo cỡ thẻ", "By the size of a card"),
    "title": Words("Theo tiêu đề của tài liệu", "By the title of the document"),
    "profile": Words("Theo mục đang chọn khi quét", "By the item chosen while scanning"),
}
BEING_MADE = Words("Đang xử lý", "Being made")
BLANK = Words("Trang trắng", "Blank")
UNASSIGNED = Words("chưa thuộc mục nào", "of no item yet")
_ASKEW_DEG = 0.5
"""From here on print is seen to stand askew."""


def facts(page: Page) -> Words | None:
    """What was seen, as `Nét · thẳng · 300 dpi · xám · A4`; nothing of a page that nobody looked at."""
    if page.raw:
        return BEING_MADE
    if page.made is None:
        return None
    made = page.made
    straight = abs(made.angle_deg) < _ASKEW_DEG or page.wish is None or page.wish.straight
    said = [BLANK] if made.blank else [Words("Mờ", "Blurred") if "blurred" in made.flaws else Words("Nét", "Sharp")]
    said.append(Words("thẳng", "straight") if straight else Words("nghiêng", "askew"))
    said += [Words(f"{page.dpi} dpi", f"{page.dpi} dpi")] if page.dpi else []
    said += [COLOURS[made.colour]] if made.colour else []
    said += [Words(SIZES[made.size], SIZES[made.size])] if made.size in SIZES else []
    return listed(said)


def flaws(page: Page) -> tuple[Words, ...]:
    """What is wrong with it and nobody has let pass."""
    return tuple(FLAWS[flaw] for flaw in page.flaws)


def caption(page: Page, number: int, item: Words) -> Words:
    """Which page of which item it is."""
    side = SIDES.get(page.side, Words(f"Trang {number}", f"Page {number}"))
    return Words(f"{side.vi} · {item.vi}", f"{side.en} · {item.en}")


TAKEN_BACK = Words("công dân đã rút lại trên Cổng", "taken back at the portal")


def taken_back(pages: int) -> Words:
    """That the citizen took pages of an item back."""
    many = "" if pages == 1 else "s"
    return Words(
        f"công dân đã rút lại {pages} trang trên Cổng, không tính là đã nộp",
        f"the citizen took {pages} page{many} back at the portal: not counted as brought",
    )


def why_here(page: Page) -> Words | None:
    """What gave it to its item, where that is known."""
    return WHY_HERE.get(page.by) if page.paper else None


def listed(said: list[Words], between: str = " · ") -> Words:
    """Several words in a row."""
    return Words(between.join(one.vi for one in said), between.join(one.en for one in said))
