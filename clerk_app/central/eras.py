"""Whether central still has what it once gave out.

Every start of central begins an era, named by chance, and notes at which number of each office the era before ended. A
copy that is brought back knows nothing of the eras and numbers after it, so a station that names the era and the number
it last heard learns at once that central forgot something, however far the copy has gone on since.
"""

from __future__ import annotations

import secrets

import msgspec
from sqlalchemy import Connection, Select, func, insert, select, update

from clerk_app.central.database import Database, entries, facts, offices

_PRESENT = "era"


def begin(database: Database) -> str:
    """A new era; its name. Raises `Refusal` DATABASE_AWAY where the database cannot be written."""
    name = secrets.token_hex(4)
    with database.write("eras") as connection:
        if database.several_writers:
            # Entries that are being recorded at this moment may be heard in the era before: they are waited for, and
            # those that come after them are recorded in the new one.
            connection.exec_driver_sql("LOCK TABLE entries IN SHARE MODE")
        before = connection.execute(_fact(_PRESENT)).scalar()
        if before is None:
            connection.execute(insert(facts), {"name": _PRESENT, "value": name})
        else:
            ended = msgspec.json.encode(_last_numbers(connection)).decode()
            connection.execute(insert(facts), {"name": f"{_PRESENT} {before}", "value": ended})
            connection.execute(update(facts).where(facts.c.name == _PRESENT).values(value=name))
    return name


def present(connection: Connection) -> str:
    """The era of now; the empty text where central never began one."""
    return connection.execute(_fact(_PRESENT)).scalar() or ""


def goes_on(connection: Connection, era: str, office: str, cursor: int) -> bool:
    """Whether everything that a station of this office heard up to `cursor`, last in `era`, is still here under its
    number.
    """
    if era in ("", present(connection)):
        return True
    ended = connection.execute(_fact(f"{_PRESENT} {era}")).scalar()
    return ended is not None and cursor <= msgspec.json.decode(ended, type=dict[str, int]).get(office, 0)


def _last_numbers(connection: Connection) -> dict[str, int]:
    """The last number of each office: offices go on side by side, so no number speaks for all of them."""
    last = select(func.max(entries.c.number)).where(entries.c.office == offices.c.code).scalar_subquery()
    return {code: number for code, number in connection.execute(select(offices.c.code, last)) if number is not None}


def _fact(name: str) -> Select[str]:
    return select(facts.c.value).where(facts.c.name == name)
