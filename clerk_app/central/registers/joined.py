"""Which foreign systems are joined to this central; one that is not says so to whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from clerk_app.central.registers.health import HealthRegister, HttpHealthRegister, NoHealthRegister
from clerk_app.central.registers.licence import HttpLicenceRegister, LicenceRegister, SilentRegister
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.population import (
    HttpPopulationDatabase,
    Integration,
    NoPopulationDatabase,
    PopulationDatabase,
)
from clerk_app.central.registers.results import HttpResultRepository, NoResultRepository, ResultRepository
from clerk_app.central.registers.violations import HttpViolationRegister, NoViolationRegister, ViolationRegister
from clerk_app.settings import CentralSettings


@dataclass(frozen=True, slots=True)
class Registers:
    """What can be asked."""

    licences: LicenceRegister = field(default_factory=SilentRegister)
    violations: ViolationRegister = field(default_factory=NoViolationRegister)
    population: PopulationDatabase = field(default_factory=NoPopulationDatabase)
    health: HealthRegister = field(default_factory=NoHealthRegister)
    results: ResultRepository = field(default_factory=NoResultRepository)


@contextmanager
def joined(chosen: CentralSettings) -> Iterator[Registers]:
    """Those that the settings name; their lines are let go of in the end."""
    timeout_s, ca = chosen.patience_s(), chosen.registers_ca
    lines: list[Line | HttpLicenceRegister] = []

    def line(url: str) -> Line:
        lines.append(made := Line(url, timeout_s, ca))
        return made

    def licences() -> LicenceRegister:
        lines.append(made := HttpLicenceRegister(chosen.licence_register, timeout_s, ca))
        return made

    us = Integration(chosen.population_destination, chosen.population_integration, chosen.population_service)
    try:
        yield Registers(
            licences() if chosen.licence_register else SilentRegister(),
            HttpViolationRegister(line(one)) if (one := chosen.violation_records) else NoViolationRegister(),
            HttpPopulationDatabase(line(one), us) if (one := chosen.population_database) else NoPopulationDatabase(),
            HttpHealthRegister(line(one)) if (one := chosen.health_register) else NoHealthRegister(),
            HttpResultRepository(line(one)) if (one := chosen.result_repository) else NoResultRepository(),
        )
    finally:
        for opened in lines:
            opened.close()
