"""Argon2id (RFC 9106) in this process: whoever derives something by it waits for the one before."""

from __future__ import annotations

from threading import Lock

one_at_a_time = Lock()
"""OpenSSL counts the threads of all derivations of a process together; the first of two with several lanes that ends
would leave the other one without any, waiting for ever."""
