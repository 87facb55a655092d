"""One IPP question over HTTP and its answer (RFC 8010, RFC 8011), with pyipp's encoder and parser on requests."""

from __future__ import annotations

import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clerk_app.devices.faults import fault

if TYPE_CHECKING:
    import requests

Attributes = Mapping[str, object]

_LARGEST_ANSWER = 4_000_000
_CONNECT_S = 5.0
_USER = "quay"


class NoAnswer(Exception):
    """The question left, no answer came: the other side may have acted on it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the IPP status and the attribute groups."""

    status: int
    printers: tuple[Attributes, ...]
    jobs: tuple[Attributes, ...]

    @property
    def good(self) -> bool:
        """Whether the status is one of the successful ones."""
        return self.status < 0x0100


def address(uri: str) -> str:
    """The http address behind an ipp address. Raises `DeviceFault` (`PRINTER_ADDRESS`)."""
    try:
        parts = urlsplit(uri)
        port = parts.port or 631
    except ValueError as problem:
        raise fault("PRINTER_ADDRESS") from problem
    if parts.scheme not in ("ipp", "ipps") or not parts.hostname:
        raise fault("PRINTER_ADDRESS")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{'https' if parts.scheme == 'ipps' else 'http'}://{host}:{port}{parts.path or '/'}"


def ask(
    uri: str,
    operation: str,
    about: Attributes,
    job: Attributes | None = None,
    document: bytes = b"",
    patience_s: float = 15.0,
) -> Answer:
    """Ask `operation` (a name of `pyipp.enums.IppOperation`) of the printer or server at `uri`.

    Raises `DeviceFault` when nothing was understood there: `PRINTER_UNREACHABLE` (nothing was sent), `PRINTER_UNKNOWN`,
    `PRINTER_FORBIDDEN`, `PRINTER_CERTIFICATE`, `PRINTER_BUSY`, `PRINTER_GARBLED`; and `NoAnswer` when the line broke
    after sending began.
    """
    from pyipp.enums import IppOperation
    from pyipp.serializer import encode_dict

    question: dict[str, object] = {
        "version": (2, 0),
        "operation": IppOperation[operation],
        "request-id": 1,
        "operation-attributes-tag": {
            "attributes-charset": "utf-8",
            "attributes-natural-language": "en",
            **about,
            "requesting-user-name": _USER,
        },
    }
    if job:
        question["job-attributes-tag"] = dict(job)
    return parsed(_posted(address(uri), encode_dict(question) + document, patience_s))


def _posted(url: str, body: bytes, patience_s: float) -> bytes:
    import requests
    from urllib3.exceptions import NewConnectionError

    deadline = time.monotonic() + patience_s
    with requests.Session() as session:
        session.trust_env = False  # a proxy for the web is none for the printer in this room
        try:
            with session.post(
                url,
                data=body,
                headers={"Content-Type": "application/ipp", "Accept-Encoding": "identity"},
                timeout=(_CONNECT_S, patience_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                _check(response)
                answer = bytearray()
                for chunk in response.iter_content(65536):
                    answer += chunk
                    if len(answer) > _LARGEST_ANSWER:
                        raise fault("PRINTER_GARBLED")
                    if time.monotonic() > deadline:
                        raise NoAnswer
                return bytes(answer)
        except requests.exceptions.SSLError as problem:
            raise fault("PRINTER_CERTIFICATE") from problem
        except requests.exceptions.ConnectTimeout as problem:
            raise fault("PRINTER_UNREACHABLE") from problem
        except requests.exceptions.InvalidURL as problem:
            raise fault("PRINTER_ADDRESS") from problem
        except requests.exceptions.ConnectionError as problem:
            reason = getattr(problem.args[0], "reason", None) if problem.args else None
            if isinstance(reason, NewConnectionError):
                raise fault("PRINTER_UNREACHABLE") from problem
            raise NoAnswer from problem
        except requests.exceptions.RequestException as problem:
            raise NoAnswer from problem


def _check(response: requests.Response) -> None:
    match response.status_code:
        case 200:
            if not response.headers.get("Content-Type", "").startswith("application/ipp"):
                raise fault("PRINTER_GARBLED")
        case 404:
            raise fault("PRINTER_UNKNOWN")
        case 401 | 403 | 426:
            raise fault("PRINTER_FORBIDDEN")
        case 503:
            raise fault("PRINTER_BUSY")
        case _:
            raise fault("PRINTER_GARBLED")


def well_formed(message: bytes) -> bool:
    """Whether lengths and tags of an IPP message fit together (RFC 8010 §3.1).

    pyipp reads lengths as signed numbers and trusts them, so a hostile answer could make it walk in circles for ever.
    """
    at, group = 8, False
    while at < len(message):
        tag = message[at]
        at += 1
        if tag == 0x03:
            return True
        if tag < 0x10:
            group = True
            if at < len(message) and message[at] < 0x10:
                return False  # an empty group, which no server sends and pyipp cannot read
            continue
        for _ in ("name", "value"):
            if not group or at + 2 > len(message):
                return False
            (length,) = struct.unpack_from(">H", message, at)
            at += 2 + length
            if length > 0x7FFF or at > len(message):
                return False
    return False


def parsed(message: bytes) -> Answer:
    """The answer in an IPP message. Raises `DeviceFault` (`PRINTER_GARBLED`)."""
    from pyipp.exceptions import IPPError
    from pyipp.parser import parse

    if not well_formed(message):
        raise fault("PRINTER_GARBLED")
    try:
        groups = parse(message)
    except (IPPError, struct.error, KeyError, IndexError, TypeError, ValueError, RecursionError) as problem:
        raise fault("PRINTER_GARBLED") from problem
    return Answer(groups["status-code"] & 0xFFFF, tuple(groups["printers"]), tuple(groups["jobs"]))


def number(attributes: Attributes, name: str, missing: int = 0) -> int:
    """A whole number or enum among the attributes."""
    value = attributes.get(name)
    return int(value) if isinstance(value, int) else missing


def text(attributes: Attributes, name: str) -> str:
    """A text among the attributes, or the empty text."""
    value = attributes.get(name)
    return value if isinstance(value, str) else ""


def keywords(attributes: Attributes, name: str) -> tuple[str, ...]:
    """A keyword or a set of them, without `none`."""
    value = attributes.get(name)
    values = value if isinstance(value, list) else [value]
    return tuple(word for word in values if isinstance(word, str) and word and word != "none")
