"""What may be said of a mistake in central's own log: its kind and its place, never its text, which may hold what a
citizen said."""

from __future__ import annotations


def described(problem: BaseException) -> str:
    """`KeyError at Judge.judge:97`."""
    place = problem.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    where = f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}" if place is not None else "nowhere"
    return f"{type(problem).__name__} at {where}"
