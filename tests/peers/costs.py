"""Passwords at the price of a test: Argon2id as it is, made to cost nothing. What was kept says itself what it cost, so
that a program that knows nothing of this reads it all the same.

What they cost in earnest is held to by `tests/test_costs.py`.
"""

from __future__ import annotations

from clerk_app.store import keys

LEAST = {"memory_kib": 32, "passes": 1}


def at_a_desk() -> None:
    """From now on what a desk in this process makes of a password costs next to nothing."""
    keys.COST.update(LEAST)


def everywhere() -> None:
    """At a desk, and at a central in this process."""
    from clerk_app.central import people

    at_a_desk()
    people.COST.update(LEAST)
