"""E-mail by SMTP (RFC 5321) under TLS. A server cannot be asked what it took, so an end that was lost stays unknown.

The same message always has the same Message-ID (RFC 5322 §3.6.4): a copy can be told by whoever gets both.
"""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr
from typing import Literal

from clerk_app.central.registers.line import Unknown
from clerk_app.central.registers.messaging import Failed, Letter, Nowhere, Taken, Unsent

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over, and who we are there."""

    host: str
    port: int
    security: Security
    sender: str
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    timeout_s: float = 10.0


class SmtpMail:
    """E-mail by one server. A connection for each message: there are few, and none is left half used."""

    answers = False
    compares = False

    def __init__(self, server: Server) -> None:
        self._server = server

    def send(self, reference: str, letter: Letter) -> Taken | Failed | Unsent | Unknown:
        """Hand it over. Until the text is sent nothing can have been taken; after that only the server knows."""
        written = self._written(reference, letter)
        try:
            smtp = self._opened()
        except (OSError, smtplib.SMTPException) as problem:
            return Unsent(_why(problem))
        handed = False
        try:
            code, _ = smtp.mail(self._server.sender)
            if code != 250:
                return _answered(code)
            code, _ = smtp.rcpt(letter.to)
            if code not in (250, 251):
                return _answered(code)
            handed = True
            code, _ = smtp.data(written)
            return Taken() if code == 250 else _answered(code)
        except smtplib.SMTPDataError as problem:
            return _answered(problem.smtp_code)
        except (OSError, smtplib.SMTPException) as problem:
            return Unknown(_why(problem)) if handed else Unsent(_why(problem))
        finally:
            smtp.close()

    def look(self, reference: str, letter: Letter) -> Taken | Failed | Nowhere | Unknown:
        """No server can say."""
        return Unknown("NOT_ANSWERED")

    def _opened(self) -> smtplib.SMTP:
        server = self._server
        context = ssl.create_default_context(cafile=server.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if server.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout_s, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        try:
            smtp.ehlo_or_helo_if_needed()
            if server.security == "starttls":
                smtp.starttls(context=context)
                smtp.ehlo()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _written(self, reference: str, letter: Letter) -> bytes:
        message = EmailMessage()
        message["From"] = formataddr((self._server.name, self._server.sender))
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Message-ID"] = f"<{reference}@{self._server.sender.partition('@')[2] or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text, cte="base64")
        return message.as_bytes()


def _answered(code: int) -> Failed | Unsent:
    """RFC 5321 §4.2.1: 5yz is for good, 4yz for now; neither was taken."""
    return Unsent(f"SMTP_{code}") if 400 <= code < 500 else Failed(f"SMTP_{code}")


def _why(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLError):
        return "TLS"
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return "LOGIN"
    if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
        return "TIMEOUT"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"SMTP_{problem.smtp_code}"
    return "UNREACHABLE"
