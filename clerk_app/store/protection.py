"""What protects each table of a desk against being written past this program. A test holds it against the database.

`chained`: each row is signed and names the digest of the one before. `sealed`: each row has a keyed digest in
`row_seals`, and all of a table's together have one sum in `seals`. `derived`: made from the entries; made again and
compared. `index`: a full-text index, compared with what it indexes. `seal`: proves others, and itself by a keyed
digest. `compared`: compared with what the program says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Way = Literal["chained", "sealed", "derived", "index", "seal", "compared"]


@dataclass(frozen=True, slots=True)
class Protection:
    """How a table is protected; where a column of it is protected otherwise, `columns` says how."""

    way: Way
    columns: dict[str, str] = field(default_factory=dict)


DESK: dict[str, Protection] = {
    "entries": Protection(
        "chained",
        {
            "row": "sealed where it is of another desk; else in the order of n, without a gap",
            "id": "compared with the body",
            "dossier": "compared with the body",
            "kind": "compared with the body",
            "at": "compared with the body",
        },
    ),
    "answers": Protection("sealed"),
    "blocks": Protection("sealed"),
    "drawn": Protection("sealed"),
    "facts": Protection("sealed"),
    "messages_heard": Protection("sealed"),
    "originals": Protection("sealed"),
    "page_words": Protection("sealed"),
    "sheets": Protection("sealed"),
    "sheets_delivered": Protection("sealed"),
    "users": Protection("sealed"),
    "dossiers": Protection("derived"),
    "results": Protection("derived"),
    "dossier_words": Protection("derived"),
    "report_rows": Protection("derived"),
    "online": Protection("derived"),
    "search": Protection("derived"),
    "page_search": Protection("index"),
    "row_seals": Protection("seal"),
    "seals": Protection("seal"),
    "alembic_version": Protection("compared"),
}

SEALED = tuple(name for name, protection in DESK.items() if protection.way == "sealed")
"""The tables whose rows are sealed as they are written. Those of `entries` that other desks wrote are sealed, too."""
