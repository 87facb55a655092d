"""A person's token on its way: whoever typed its PIN waits in a lane of its own until it has signed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

    from clerk_app.desk.desk import Desk
    from clerk_app.domain.token_proofs import Purpose, Second
    from ui.jobs import Job, Jobs


@dataclass(frozen=True, slots=True)
class TokenPin:
    """The PIN of a token, typed in place of a code."""

    pin: str = field(repr=False)


Typed = str | TokenPin
"""What was typed for the second factor: the code of an app (or nothing), or a token's PIN."""


def second_of(
    jobs: Jobs,
    owner: QObject,
    desk: Desk,
    typed: Typed,
    purpose: Purpose,
    user: str,
    about: str,
    then: Callable[[Second], None],
    failed: Callable[[Exception], None],
) -> Job | None:
    """Call `then` with the code as it was typed, at once, or with what the token signed, once it has.

    The job while a token is asked; None where none is.
    """
    if not isinstance(typed, TokenPin):
        then(typed)
        return None
    return jobs.start(
        "token", owner, lambda cancel, progress: desk.tokens.prove(purpose, user, typed.pin, about), then, failed
    )
