"""How a receipt's running number is written on paper, and read back: desk and central must mean the same number."""

from __future__ import annotations

import re
from string import Formatter

SETTING = "receipt_number_format"
PLAIN = "{number:07d}"
"""Where the catalogue prescribes no other form."""


def written(number: int, form: str) -> str:
    """The number as it stands on the receipt. `form` is the catalogue's setting, empty for the plain one."""
    return (form or PLAIN).format(number=number)


def number_in(text: str, form: str) -> int | None:
    """The running number of a receipt, or None for a text that this form never gives."""
    pattern = "".join(
        re.escape(literal) + ("([0-9]{1,18})" if name is not None else "")
        for literal, name, _, _ in Formatter().parse(form or PLAIN)
    )
    found = re.fullmatch(pattern, text)
    if found is None or not found.groups():
        return None
    number = int(found[1])
    return number if written(number, form) == text else None
