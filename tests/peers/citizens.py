"""Citizens who send dossiers through the practice portal."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PIL import Image

from clerk_app.practice.citizens import UNIT, lay, submission

__all__ = ["UNIT", "Citizens", "codes", "picture", "submission"]


def picture(seed: int = 0, kind: str = "JPEG") -> bytes:
    """A small picture, another one for each seed."""
    made = io.BytesIO()
    Image.new("RGB", (120 + seed, 80), (200, (40 * seed) % 255, 90)).save(made, kind)
    return made.getvalue()


@dataclass
class Citizens:
    """Everybody who sends something through the portal at this address."""

    url: str

    def send(
        self,
        code: str,
        person: int = 1,
        sent_at: str = "20261127201500",
        papers: dict[str, bytes] | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Send a dossier, or send it once more; `more` replaces parts of it."""
        files = papers if papers is not None else {"GKSK": picture(1), "GPLX_CU": picture(2)}
        item = submission(code, person, sent_at, list(files)) | more
        lay(self.url, item, files)
        return item


def codes(number: int, day: datetime) -> list[str]:
    """Codes as the portal gives them."""
    return [f"{UNIT}-{day:%y%m%d}-{at:06d}" for at in range(1, number + 1)]
