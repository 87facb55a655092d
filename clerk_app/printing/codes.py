"""The bar code and the QR code of a dossier, as black modules to be drawn as vectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from clerk_app.domain.refusals import Refusal, Words

_LONGEST = 48
"""Characters; a longer Code 128 would not fit across A5 at a width that a counter's scanner reads."""
_LONGEST_QR = 200
_CODE39 = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%")


@dataclass(frozen=True, slots=True)
class Modules:
    """Black rectangles (left, top, width, height), counted in modules from the top left of a `width` × `height` field.

    The field is the symbol alone; `quiet` modules around it must stay white (ISO/IEC 15417 §4.2, 18004 §6.3.8).
    """

    width: int
    height: int
    quiet: int
    black: tuple[tuple[int, int, int, int], ...]


def check(code: str, longest: int = _LONGEST) -> str:
    """The code if the symbols can carry it. Raises `Refusal` (`FORM_CODE`)."""
    if 0 < len(code) <= longest and all(" " < character <= "~" for character in code):
        return code
    raise _unprintable()


def _unprintable() -> Refusal:
    return Refusal(
        "FORM_CODE",
        Words("Mã hồ sơ không in được thành mã vạch.", "The dossier's code cannot be printed as a bar code."),
        Words("Báo cho người quản trị hệ thống.", "Tell the administrator."),
    )


@lru_cache(maxsize=64)
def code128(code: str) -> Modules:
    """Code 128 (ISO/IEC 15417) of `code`; one module high. Raises `Refusal` (`FORM_CODE`)."""
    from barcode.codex import Code128

    pattern = Code128(check(code)).build()[0]
    return Modules(len(pattern), 1, 10, tuple((left, 0, width, 1) for left, width in _runs(pattern)))


@lru_cache(maxsize=64)
def code39(code: str) -> Modules:
    """Code 39 (ISO/IEC 16388) of `code` without a check character. Raises `Refusal` (`FORM_CODE`)."""
    from barcode.codex import Code39

    if set(check(code)) - _CODE39:
        raise _unprintable()
    pattern = Code39(code, add_checksum=False).build()[0]
    return Modules(len(pattern), 1, 10, tuple((left, 0, width, 1) for left, width in _runs(pattern)))


@lru_cache(maxsize=64)
def qr(text: str) -> Modules:
    """QR code (ISO/IEC 18004, level M) of a code or an address. Raises `Refusal` (`FORM_CODE`)."""
    import segno

    matrix = segno.make_qr(check(text, _LONGEST_QR), error="m", boost_error=False).matrix
    rows = ["".join("1" if module else "0" for module in row) for row in matrix]
    black = ((left, top, width, 1) for top, row in enumerate(rows) for left, width in _runs(row))
    return Modules(len(rows), len(rows), 4, tuple(black))


def _runs(pattern: str) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    end = 0
    while (start := pattern.find("1", end)) >= 0:
        end = pattern.find("0", start)
        if end < 0:
            end = len(pattern)
        runs.append((start, end - start))
    return runs
