"""The operations of central by subject: each file a table of what can be asked, and nothing that decides."""

from __future__ import annotations

from clerk_app.central.operation import Operation
from clerk_app.central.routes import (
    entries,
    handlings,
    law,
    leases,
    messages,
    online,
    orders,
    people,
    registers,
    reports,
    results,
    service,
    sheets,
)

OPERATIONS: tuple[Operation, ...] = (
    *service.OPERATIONS,
    *people.OPERATIONS,
    *entries.OPERATIONS,
    *sheets.OPERATIONS,
    *leases.OPERATIONS,
    *handlings.OPERATIONS,
    *law.OPERATIONS,
    *registers.OPERATIONS,
    *orders.OPERATIONS,
    *reports.OPERATIONS,
    *messages.OPERATIONS,
    *online.OPERATIONS,
    *results.OPERATIONS,
)
"""Everything that central can be asked."""
