"""How a citizen can be reached about a dossier, and what they agreed to hear beyond what the office must tell."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from clerk_app.domain.people import nfc
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from clerk_app.domain.dossier import Dossier

Wish = Literal["", "sms", "email"]
WISHES: tuple[Wish, ...] = ("", "sms", "email")
Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = ("vi", "en")
Agreed = Literal["", "yes", "no"]
"""Empty: nobody asked. Only `yes` is a consent; there is no other way to one."""
AGREED: tuple[Agreed, ...] = ("", "yes", "no")

_MOBILE = re.compile(r"0[35789]\d{8}", re.ASCII)
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")


@dataclass(frozen=True, slots=True)
class ContactGiven:
    """A clerk wrote down how the citizen is to be reached, as they said it; every value stands for itself.

    An empty `phone` or `email` leaves that of the form; an empty `wish` leaves it to the office whether a telephone or
    an address is taken. `extras` is their answer to whether they want to hear more than the office must tell.
    """

    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    wish: Wish = ""
    language: Language = "vi"
    extras: Agreed = ""


@dataclass(frozen=True, slots=True)
class MessageAsked:
    """Somebody asked central to send a message once more, by what is known of the citizen by then."""

    message: UUID


NOT_GIVEN = ContactGiven()


def contact_of(dossier: Dossier) -> ContactGiven:
    """How the citizen can be reached: what was written down last; else the telephone of the form, and the address that
    they gave the portal.
    """
    said = dossier.contact
    return replace(said, phone=said.phone or dossier.text("applicant.phone"), email=said.email or email_of(dossier))


def email_of(dossier: Dossier) -> str:
    """The address that stands in the form, where the law of its day has that field, or that came with it online."""
    return dossier.text("applicant.email") or dossier.text("portal.email")


def mobile(text: str) -> str:
    """A number in Vietnam to which a text message can go, as 84 and nine digits; empty where it is none."""
    digits = re.sub(r"[\s.()\-]", "", nfc(text))
    for abroad in ("+84", "0084", "84"):
        if digits.startswith(abroad) and len(digits) - len(abroad) == 9:
            digits = "0" + digits[len(abroad) :]
            break
    return f"84{digits[1:]}" if _MOBILE.fullmatch(digits) else ""


def mailbox(text: str) -> str:
    """An address to which an e-mail can go (a part of RFC 5321: no quotes, no bare hosts); empty where it is none."""
    said = nfc(text)
    return said if len(said) <= 254 and said.isascii() and _EMAIL.fullmatch(said) and ".." not in said else ""


def check_contact(what: ContactGiven) -> None:
    """Raises `Refusal` CONTACT_PHONE, CONTACT_EMAIL where nobody could be reached by it."""
    if what.phone and not mobile(what.phone):
        raise Refusal(
            "CONTACT_PHONE",
            Words("Đây không phải số di động nhận được tin nhắn.", "This number takes no text messages."),
            Words("Nhập số di động có 10 chữ số, ví dụ 0912 345 678.", "Enter ten digits, such as 0912 345 678."),
        )
    if what.email and not mailbox(what.email):
        raise Refusal(
            "CONTACT_EMAIL",
            Words("Đây không phải địa chỉ thư điện tử.", "This is no e-mail address."),
            Words("Nhập dạng ten@mien.vn, không dấu.", "Enter it as name@domain.vn, in plain letters."),
        )


def masked(address: str) -> str:
    """An address as it may be shown beside a message: who is meant can be told, and not who it is."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:1]}***@{domain}"
    return f"***{address[-3:]}" if len(address) > 6 else "***" if address else ""
