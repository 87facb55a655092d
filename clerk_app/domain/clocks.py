"""How far two clocks may be apart before what they say of the order of things is doubted."""

from __future__ import annotations

from datetime import timedelta

from clerk_app.domain.rules import Rules

SETTING = "clock_tolerance_minutes"
_WITHOUT = 10
"""Minutes, where the law of a day is from before it said so, or says no figure."""


def tolerance(rules: Rules) -> timedelta:
    """As the law of the day has it."""
    written = rules.settings.get(SETTING, "")
    figure = written.isascii() and written.isdigit() and len(written) < 5
    return timedelta(minutes=int(written) if figure else _WITHOUT)
