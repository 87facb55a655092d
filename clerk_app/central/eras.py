"""Whether central still has what it once gave out.

Every start of central begins an era, named by chance, and notes at which of its numbers the era before ended. A copy
that is brought back knows nothing of the eras and numbers after it, so a station that names the era and the number it
last heard learns at once that central forgot something, however far the copy has gone on since.
"""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, Select, func, insert, select, update

from clerk_app.central.database import Database, entries, facts

_PRESENT = "era"


def begin(database: Database) -> str:
    """A new era; its name."""
    name = secrets.token_hex(4)
    with database.write() as connection:
        before = connection.execute(_fact(_PRESENT).with_for_update()).scalar()
        if before is None:
            connection.execute(insert(facts), {"name": _PRESENT, "value": name})
        else:
            last = connection.execute(select(func.max(entries.c.number))).scalar() or 0
            connection.execute(insert(facts), {"name": f"{_PRESENT} {before}", "value": str(last)})
            connection.execute(update(facts).where(facts.c.name == _PRESENT).values(value=name))
    return name


def present(connection: Connection) -> str:
    """The era of now; the empty text where central never began one."""
    return connection.execute(_fact(_PRESENT)).scalar() or ""


def goes_on(connection: Connection, era: str, cursor: int) -> bool:
    """Whether everything that a station heard up to `cursor`, last in `era`, is still here under its number."""
    if era in ("", present(connection)):
        return True
    ended = connection.execute(_fact(f"{_PRESENT} {era}")).scalar()
    return ended is not None and cursor <= int(ended)


def _fact(name: str) -> Select[str]:
    return select(facts.c.value).where(facts.c.name == name)
