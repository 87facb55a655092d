"""Passwords at the price of a test: Argon2id as it is, made to cost nothing. What was kept says itself what it cost, so
that a program that knows nothing of this reads it all the same.

What they cost in earnest is held to by `tests/test_costs.py`.
"""

from __future__ import annotations

from clerk_app.store import keys

LEAST = {"memory_kib": 32, "passes": 1}


def nothing() -> None:
    """From now on what this process makes of a password costs next to nothing."""
    from clerk_app.central import people

    keys.COST.update(LEAST)
    people.COST.update(LEAST)
