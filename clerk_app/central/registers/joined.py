"""Which foreign systems are joined to this central; one that is not says so to whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from clerk_app.central.registers.health import HealthRegister, HttpHealthRegister, NoHealthRegister
from clerk_app.central.registers.licence import HttpLicenceRegister, LicenceRegister, SilentRegister
from clerk_app.central.registers.line import Line
from clerk_app.central.registers.mail import Server, SmtpMail
from clerk_app.central.registers.messaging import Carrier
from clerk_app.central.registers.ordering import OrderSystem
from clerk_app.central.registers.payment import HttpPaymentPlatform, Partner
from clerk_app.central.registers.population import (
    HttpPopulationDatabase,
    Integration,
    NoPopulationDatabase,
    PopulationDatabase,
)
from clerk_app.central.registers.portal import Account, HttpPortal, NoPortal
from clerk_app.central.registers.post import Customer, HttpPost
from clerk_app.central.registers.results import HttpResultRepository, NoResultRepository, ResultRepository
from clerk_app.central.registers.sms import HttpSmsGateway, Sender
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
    payment: HttpPaymentPlatform | None = None
    post: HttpPost | None = None
    portal: HttpPortal | NoPortal = field(default_factory=NoPortal)
    sms: HttpSmsGateway | None = None
    mail: SmtpMail | None = None

    def carriers(self) -> dict[str, Carrier]:
        """Those who carry messages to citizens' own telephones and addresses; the portal is told in lanes."""
        made: dict[str, Carrier] = {}
        if self.sms is not None:
            made["sms"] = self.sms
        if self.mail is not None:
            made["email"] = self.mail
        return made

    def orders(self) -> dict[str, OrderSystem]:
        """Those in which something can be ordered."""
        made: dict[str, OrderSystem] = {}
        if self.payment is not None:
            made["payment"] = self.payment
        if self.post is not None:
            made["post"] = self.post
        if isinstance(self.portal, HttpPortal):
            made["portal"] = self.portal
        return made


@contextmanager
def joined(chosen: CentralSettings, clock: Callable[[], datetime]) -> Iterator[Registers]:
    """Those that the settings name; their lines are let go of in the end. Raises `Refusal` SETTINGS_UNREADABLE."""
    timeout_s, ca = chosen.patience_s(), chosen.registers_ca
    lines: list[Line | HttpLicenceRegister] = []

    def line(url: str) -> Line:
        lines.append(made := Line(url, timeout_s, ca))
        return made

    def licences() -> LicenceRegister:
        lines.append(made := HttpLicenceRegister(chosen.licence_register, timeout_s, ca))
        return made

    def payment() -> HttpPaymentPlatform | None:
        if not chosen.payment_platform:
            return None
        us = Partner(
            chosen.payment_partner,
            chosen.payment_secret(),
            chosen.payment_channel,
            chosen.payment_device,
            chosen.payment_unit,
            chosen.payment_unit_name,
            chosen.payment_account,
            chosen.payment_account_bank,
            chosen.payment_account_name,
            chosen.payment_absent,
            chosen.payment_answers == "tls",
        )
        return HttpPaymentPlatform(line(chosen.payment_platform), us, clock)

    def post() -> HttpPost | None:
        us = Customer(chosen.post_customer, chosen.district(), chosen.post_flags, chosen.post_absent)
        return HttpPost(line(chosen.public_post), us) if chosen.public_post else None

    def portal() -> HttpPortal | NoPortal:
        if not chosen.national_portal:
            return NoPortal()
        expired = frozenset(chosen.portal_expired.split("|"))
        us = Account(chosen.portal_user, chosen.portal_password(), chosen.portal_unit, expired)
        return HttpPortal(line(chosen.national_portal), us)

    def sms() -> HttpSmsGateway | None:
        if not chosen.sms_gateway:
            return None
        later = frozenset(chosen.sms_later.split("|"))
        us = Sender(chosen.sms_brand, chosen.sms_secret(), chosen.sms_absent, later)
        return HttpSmsGateway(line(chosen.sms_gateway), us)

    def mail() -> SmtpMail | None:
        if not chosen.mail_server:
            return None
        host, port = chosen.mail_address()
        password = chosen.mail_password()
        names = chosen.mail_sender, chosen.mail_sender_name, chosen.mail_user, password
        return SmtpMail(Server(host, port, chosen.mail_way(), *names, ca, timeout_s))

    us = Integration(chosen.population_destination, chosen.population_integration, chosen.population_service)
    try:
        yield Registers(
            licences() if chosen.licence_register else SilentRegister(),
            HttpViolationRegister(line(one)) if (one := chosen.violation_records) else NoViolationRegister(),
            HttpPopulationDatabase(line(one), us) if (one := chosen.population_database) else NoPopulationDatabase(),
            HttpHealthRegister(line(one)) if (one := chosen.health_register) else NoHealthRegister(),
            HttpResultRepository(line(one)) if (one := chosen.result_repository) else NoResultRepository(),
            payment(),
            post(),
            portal(),
            sms(),
            mail(),
        )
    finally:
        for opened in lines:
            opened.close()
