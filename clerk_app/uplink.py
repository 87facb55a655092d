"""Central over HTTPS, from the station's side. One call is one request; trying again is `desk.delivery`'s business."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic, time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import msgspec

from clerk_app import wire
from clerk_app.desk.clock_watch import clock_wrong
from clerk_app.desk.line import Later
from clerk_app.desk.ports import Cancel, OutgoingSheet
from clerk_app.domain.dossier import RegisterAnswered
from clerk_app.domain.refusals import Refusal, Words
from clerk_app.domain.token_proofs import Second, TokenProof
from clerk_app.throttle import Throttle
from clerk_app.wire_messages import DossierMessages
from clerk_app.wire_online import OnlineQueue
from clerk_app.wire_reports import BehindAsked, BehindSaid, ReportAsked, ReportSaid
from clerk_app.wire_results import ExpectedCards

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from requests import Response, Session
    from urllib3 import BaseHTTPResponse

T = TypeVar("T")

FRAME_BYTES = 96 * 1024
"""Of entries in one frame, before compression: what a cut costs at most is what such a frame becomes."""
COUNTING_S = 60.0
"""How long a report of a busy central may take: who waits that long has a line."""
PROBE_S = 1.0
LONGEST_LATER_S = 600.0
_MEDIA = "application/x-quay"
_RENEW_BEFORE_S = 60
_AWAY = ("DATABASE_AWAY", "SHEETS_AWAY", "CENTRAL_NO_MEMORY")


def unreachable() -> Refusal:
    """No line to central: go on offline."""
    return Refusal(
        "CENTRAL_UNREACHABLE",
        Words("Không liên lạc được với trung tâm.", "Central cannot be reached."),
        Words(
            "Cứ làm việc tiếp; hồ sơ sẽ tự gửi khi có mạng.",
            "Work on; everything sends itself when the line is back.",
        ),
    )


def _nonsense() -> Refusal:
    return Refusal(
        "CENTRAL_NONSENSE",
        Words("Nơi trả lời không phải là trung tâm.", "Whatever answered is not central."),
        Words(
            "Kiểm tra địa chỉ trung tâm, mạng và proxy.",
            "Check the address of central, the network and any proxy.",
        ),
    )


_CLOCK_OR_RENEW = Words(
    "Kiểm tra ngày giờ của máy này; nếu đúng, báo cán bộ quản trị thay chứng thư của trung tâm.",
    "Check this machine's date and time; if they are right, tell the IT officer to replace central's certificate.",
)


def _not_trusted(verify_code: int) -> Refusal:
    """Why a certificate was not believed, by OpenSSL's number for it (x509_vfy.h)."""
    match verify_code:
        case 10:
            words = Words("Chứng thư của trung tâm đã hết hạn.", "The certificate of central has expired.")
            return Refusal("CENTRAL_CERT_EXPIRED", words, _CLOCK_OR_RENEW)
        case 9:
            words = Words("Chứng thư của trung tâm chưa có hiệu lực.", "The certificate of central is not valid yet.")
            return Refusal("CENTRAL_CERT_EARLY", words, _CLOCK_OR_RENEW)
        case 62 | 64:
            return Refusal(
                "CENTRAL_NAME_WRONG",
                Words(
                    "Chứng thư của trung tâm được cấp cho tên khác với địa chỉ trong cài đặt.",
                    "The certificate of central is for another name than the address in the settings.",
                ),
                Words(
                    "Kiểm tra địa chỉ trung tâm; nếu đúng, báo cán bộ quản trị cấp chứng thư cho tên này.",
                    "Check the address of central; if it is right, the IT officer must issue one for this name.",
                ),
            )
        case _:
            return Refusal(
                "CENTRAL_NOT_TRUSTED",
                Words(
                    "Chứng thư của trung tâm không do đơn vị được tin cậy cấp.",
                    "The certificate of central was not issued by an authority that this desk trusts.",
                ),
                Words(
                    "Kiểm tra chứng thư CA của đơn vị: tệp ghi trong cài đặt central_ca.",
                    "Check the office's CA certificate: the file named by the setting central_ca.",
                ),
            )


def _ca_unreadable() -> Refusal:
    return Refusal(
        "CENTRAL_CA_UNREADABLE",
        Words("Không đọc được chứng thư CA của đơn vị.", "The office's CA certificate cannot be read."),
        Words("Kiểm tra tệp ghi trong cài đặt central_ca.", "Check the file named by the setting central_ca."),
    )


def _plain_line() -> Refusal:
    return Refusal(
        "CENTRAL_PLAIN",
        Words(
            "Địa chỉ trung tâm không dùng TLS: dữ liệu công dân sẽ đi qua mạng không mã hóa.",
            "The address of central is without TLS: what citizens said would cross the network in the open.",
        ),
        Words("Dùng địa chỉ bắt đầu bằng https://.", "Use an address that begins with https://."),
    )


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _sheet_damaged() -> Refusal:
    return Refusal(
        "SHEET_DAMAGED",
        Words("Trang nhận từ trung tâm không nguyên vẹn.", "A sheet from central did not arrive as it is named."),
        Words("Máy sẽ xin lại; báo cán bộ kỹ thuật nếu còn lỗi.", "It is asked for again; tell the technician."),
    )


def _not_enrolled() -> Refusal:
    return Refusal(
        "STATION_NOT_ENROLLED",
        Words("Máy trạm chưa được kết nạp.", "This station is not enrolled."),
        Words("Chạy kết nạp với mã một lần.", "Enrol it with a one-time code."),
    )


def _certificate_refused(problem: BaseException) -> int | None:
    """Why a certificate was not believed, if that is behind it: requests and urllib3 wrap it in several layers."""
    seen: set[int] = set()
    wrapped: list[object] = [problem]
    while wrapped:
        one = wrapped.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        if isinstance(one, ssl.SSLCertVerificationError):
            return one.verify_code
        seen.add(id(one))
        wrapped += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


class _Pieces:
    """A body of known length that is made while it is sent."""

    def __init__(self, pieces: Sequence[bytes], sent: Callable[[Sequence[bytes]], Iterator[bytes]]) -> None:
        self._pieces = pieces
        self._sent = sent

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    def __iter__(self) -> Iterator[bytes]:
        return self._sent(self._pieces)


def _framed(entries: Sequence[wire.Sealed], era: str) -> Iterator[bytes]:
    """The entries in frames, each packed when the one before is on its way."""
    at = 0
    while at < len(entries):
        start, size = at, 0
        while at < len(entries) and (at == start or size + len(entries[at].body) <= FRAME_BYTES):
            size += len(entries[at].body)
            at += 1
        yield wire.frame(wire.pack(wire.Batch(list(entries[start:at]), era=era)))


Body = bytes | Callable[[], Iterable[bytes]]
"""What a request carries; one that is made while it is sent can be made again."""


@dataclass(slots=True)
class _Granted:
    token: str
    until: float


class _Health(msgspec.Struct):
    central_id: str
    practice: bool = False


class Uplink:
    """Central at `base_url`, spoken to with the station's Ed25519 key (`station_key_seed`, 32 bytes).

    `station` and `central_id` come from the enrolment; before it, only `enrol` and `alive` work. `ca` is a PEM file of
    the office's own authority. `timeout_s` is for connecting and for every wait between two bytes. `throttle` caps what
    the delivery takes of the line; `heard` is told central's time whenever it answers.
    """

    def __init__(
        self,
        base_url: str,
        station_key_seed: bytes,
        station: str = "",
        central_id: str = "",
        timeout_s: float = 10.0,
        ca: Path | None = None,
        throttle: Throttle | None = None,
        heard: Callable[[datetime], None] = lambda _there: None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._seed = station_key_seed
        self.station = station
        self.central_id = central_id
        self._timeout_s = timeout_s
        self._ca = ca
        self._throttle = throttle or Throttle()
        self._heard = heard
        self._ahead_s = 0.0
        """How far central's clock is ahead of this machine's: what is signed here names the time of central."""
        self._waiting: BaseHTTPResponse | None = None
        self._bytes_sent = 0
        self._granted: _Granted | None = None
        self._asked_too_much: tuple[float, Refusal] | None = None
        address = urlsplit(self._base)
        self._plain = address.scheme == "http" and not _loopback(address.hostname or "")
        self._session: Session | None = None
        self._key: Ed25519PrivateKey | None = None

    @property
    def bytes_sent(self) -> int:
        """Bytes given to the line so far: request lines, headers and bodies."""
        return self._bytes_sent

    def close(self) -> None:
        """Let go of the connection."""
        if self._session is not None:
            self._session.close()
            self._session = None

    # ---- what the desk asks ----

    def alive(self) -> bool:
        """Whether central answers now."""
        try:
            self._health()
        except Refusal:
            return False
        return True

    def enrol(self, code: str) -> wire.Enrolled:
        """Become the station that the one-time code was made for. Raises `Refusal` ENROL_CODE_WRONG."""
        asked = wire.Enrolment(code, self._signing_key().public_key().public_bytes_raw())
        enrolled = self._read(self._send("POST", "/v1/enrol", wire.pack(asked), proven=False), wire.Enrolled)
        self.station, self.central_id, self._granted = enrolled.station, enrolled.central_id, None
        return enrolled

    def sign_in(self, user: str, password: str, code: Second = "") -> wire.SignedIn:
        """Prove who somebody is. Raises `Refusal` SIGN_IN_WRONG, SIGN_IN_WAIT, USER_INACTIVE, OFFICE_FOREIGN, and
        SECOND_FACTOR_MISSING, CODE_…, TOKEN_NEEDED, PROOF_….
        """
        asked = wire.SignInAsked(user, password, *_either(code))
        return self._read(self._send("POST", "/v1/sign-in", wire.pack(asked)), wire.SignedIn)

    def unlock(self, user: str, supervisor: str, password: str, code: Second = "") -> wire.SignedIn:
        """End the wait of `user` at this station; the supervisor as they proved themselves. Raises `Refusal` as
        `sign_in`, and ROLE_MISSING, FOUR_EYES, USER_UNKNOWN.
        """
        asked = wire.UnlockAsked(user, supervisor, password, *_either(code))
        return self._read(self._send("POST", "/v1/unlock", wire.pack(asked)), wire.SignedIn)

    def push(self, entries: Sequence[wire.Sealed], era: str = "") -> wire.Answers:
        """Send sealed entries in the order of their numbers; central's answers, and the number it expects next.

        They go in frames that central records as they come. Raises `Refusal` ERA_OVER where `era` is not that of
        central any more.
        """

        def body() -> Iterator[bytes]:
            for framed in _framed(entries, era):
                yield from self._paced([framed])

        if not entries:
            return self._read(self._send("POST", "/v1/entries", wire.pack(wire.Batch([], era=era))), wire.Answers)
        return self._read(self._send("POST", "/v1/entries", body, {"Content-Type": wire.STREAM}), wire.Answers)

    def answers(self, after: int, limit: int = 500) -> wire.Answers:
        """What central said to this station's entries after the running number `after`."""
        return self._read(self._send("GET", f"/v1/answers?after={after}&limit={limit}"), wire.Answers)

    def people(self) -> wire.People:
        """Everybody of this station's office, and who of them still has access."""
        return self._read(self._send("GET", "/v1/people"), wire.People)

    def pull(self, after: int, limit: int = 500, era: str = "") -> wire.Pulled:
        """What others did after the cursor, which was heard in `era`."""
        target = f"/v1/entries?after={after}&limit={limit}" + (f"&era={era}" if era else "")
        return self._read(self._send("GET", target), wire.Pulled)

    def wait(self, after: int, wait_s: float, cancel: Cancel) -> wire.Pulled:
        """What others did after the cursor, as soon as there is something; nothing after `wait_s` seconds or `leave`.

        Central says at once that it listens, and the rest when there is any: a broken line is noticed by the time-out.
        """
        import requests

        target = f"/v1/entries?after={after}&wait={wait_s:.0f}"
        reply = self._send("GET", target, timeout_s=wait_s + self._timeout_s, stream=True)
        self._waiting = reply.raw
        try:
            data = b"" if cancel() else reply.content
        except requests.RequestException:
            if not cancel():
                raise unreachable() from None
            data = b""
        finally:
            self._waiting = None
            reply.close()
        # Central that stops, or revokes this station meanwhile, ends without a word; the next request says why.
        return self._understood(data, wire.Pulled) if data else wire.Pulled([], after)

    def leave(self) -> None:
        """End the wait that is under way."""
        waiting = self._waiting
        if waiting is not None:
            # It may just have ended by itself.
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                waiting.shutdown()

    def reachable(self) -> bool:
        """Whether a connection to central can be made now."""
        address = urlsplit(self._base)
        port = address.port or (443 if address.scheme == "https" else 80)
        try:
            socket.create_connection((address.hostname or "", port), timeout=PROBE_S).close()
        except (OSError, UnicodeError):
            return False
        return True

    def returned(self, after: int, limit: int = 500) -> wire.Returned:
        """What this station sent before, from its running number `after` on: for a desk that lost it."""
        return self._read(self._send("GET", f"/v1/entries/own?after={after}&limit={limit}"), wire.Returned)

    def fetch_sheet(self, digest: str, dossier: UUID) -> bytes:
        """A sheet of an open dossier of this office, proven by its digest.

        Raises `Refusal` SHEET_NOT_OPEN, SHEET_NOT_KEPT; SHEET_DAMAGED if it arrived otherwise than named.
        """
        data = self._send("GET", f"/v1/sheets/{digest}/content?dossier={dossier}").content
        if hashlib.sha256(data).hexdigest() != digest:
            raise _sheet_damaged()
        return data

    def proofs(self, dossiers: Sequence[UUID]) -> wire.Proofs:
        """What central has of these dossiers, at most `wire.MAX_PROOFS`."""
        asked = wire.ProofsAsked(list(dossiers))
        return self._read(self._send("POST", "/v1/proofs", wire.pack(asked)), wire.Proofs)

    def rule_packs(self) -> list[wire.OfferedPack]:
        """Every rule pack that central ever handed out, the newest first."""
        return self._read(self._send("GET", "/v1/catalogue"), wire.PublishedPacks).packs

    def rule_pack(self, digest: bytes) -> bytes:
        """The archive of a rule pack that central offered. Raises `Refusal` PACK_UNKNOWN."""
        return self._read(self._send("GET", f"/v1/catalogue/{digest.hex()}"), wire.PackSent).archive

    def sheet_state(self, digest: str) -> wire.SheetState:
        """How many bytes of a sheet central has."""
        return self._read(self._send("GET", f"/v1/sheets/{digest}"), wire.SheetState)

    def send_sheet(self, digest: str, data: bytes, offset: int) -> wire.SheetState:
        """Send a sheet from the byte `offset` on; `data` is the whole sheet.

        Raises `Refusal`: SHEET_OFFSET if central has another part of it, SHEET_DAMAGED if it arrived damaged.
        """
        headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(data)), "Content-Type": _MEDIA}
        rest = _Pieces([data[offset:] if offset else data], self._paced)
        return self._read(self._send("PATCH", f"/v1/sheets/{digest}", lambda: rest, headers), wire.SheetState)

    def sheet_states(self, digests: Sequence[str]) -> list[wire.SheetState]:
        """How many bytes of each sheet central has, in their order."""
        asked = wire.pack(wire.SheetsAsked([bytes.fromhex(digest) for digest in digests]))
        return self._states(self._send("POST", "/v1/sheets/states", asked), len(digests))

    def send_sheets(self, sheets: Sequence[OutgoingSheet]) -> list[wire.SheetState]:
        """Send sheets in one breath; the state of each then, in their order."""
        pieces = [wire.SheetPiece(bytes.fromhex(one.digest), one.offset, len(one.data)) for one in sheets]
        head = wire.frame(wire.pack(wire.SheetBundle(pieces)))
        body = _Pieces([head, *(one.data[one.offset :] if one.offset else one.data for one in sheets)], self._paced)
        headers = {"Content-Type": wire.STREAM}
        return self._states(self._send("POST", "/v1/sheets", lambda: body, headers), len(sheets))

    def _states(self, reply: Response, asked: int) -> list[wire.SheetState]:
        states = self._read(reply, wire.SheetStates).states
        if len(states) != asked:
            raise _nonsense()
        return states

    def sheet_lost(self, digest: str) -> None:
        """Tell central not to wait for a sheet that cannot be read here any more."""
        self._send("POST", f"/v1/sheets/{digest}/lost")

    def lend(self, kind: str, size: int, key: UUID, held: Sequence[tuple[int, int]] = ()) -> wire.Block:
        """Borrow numbers; the same key gets the same ones. `held` tells a central that forgot it what was lent here."""
        asked = {"kind": kind, "size": size, "key": key} | ({"held": list(held)} if held else {})
        return self._read(self._send("POST", "/v1/blocks", wire.pack(asked)), wire.Block)

    def keys(self) -> wire.StationKeys:
        """Central's keys, and this station's secret, for days without a line."""
        return self._read(self._send("GET", "/v1/keys"), wire.StationKeys)

    def lease(self, dossier: UUID) -> wire.LeaseState:
        """Who has a dossier open. Raises `Refusal` DOSSIER_FOREIGN."""
        return self._read(self._send("GET", f"/v1/leases/{dossier}"), wire.LeaseState)

    def hold_lease(self, dossier: UUID, who: str, take_over: bool = False) -> wire.LeaseState:
        """Say that a dossier is open here, or is still; who has it then, which may be another desk."""
        asked = wire.pack(wire.LeaseAsked(who, take_over))
        return self._read(self._send("POST", f"/v1/leases/{dossier}", asked), wire.LeaseState)

    def release_lease(self, dossier: UUID) -> wire.LeaseState:
        """Say that a dossier is not open here any more."""
        return self._read(self._send("DELETE", f"/v1/leases/{dossier}"), wire.LeaseState)

    def messages(self, dossier: UUID) -> DossierMessages:
        """How every message to the citizen about a dossier stands."""
        return self._read(self._send("GET", f"/v1/dossiers/{dossier}/messages"), DossierMessages)

    def online(self) -> OnlineQueue:
        """The online dossiers of this office that wait, and who has which open."""
        return self._read(self._send("GET", "/v1/online"), OnlineQueue)

    def expected_cards(self) -> ExpectedCards:
        """The printed cards that this office awaits."""
        return self._read(self._send("GET", "/v1/results/expected"), ExpectedCards)

    def handle(self, who: str, request: UUID | None) -> wire.Handlings:
        """Say which request for an exception is looked at here, or that none is; who looks at which in the office."""
        asked = wire.pack(wire.HandlingAsked(who, request))
        return self._read(self._send("POST", "/v1/handlings", asked), wire.Handlings)

    def report(self, asked: ReportAsked) -> ReportSaid:
        """A report of a period, counted at central."""
        return self._read(self._send("POST", "/v1/reports", wire.pack(asked), timeout_s=COUNTING_S), ReportSaid)

    def report_dossiers(self, asked: BehindAsked) -> BehindSaid:
        """The dossiers behind one figure of a report."""
        return self._read(
            self._send("POST", "/v1/reports/dossiers", wire.pack(asked), timeout_s=COUNTING_S), BehindSaid
        )

    def licences(self, number: str, who: str, dossier: UUID | None = None) -> RegisterAnswered:
        """What the licence register says about a person, through central, to who asks it for a dossier."""
        asked = wire.pack(wire.LicencesAsked(number, who, dossier))
        found = self._read(self._send("POST", "/v1/registers/licences", asked), wire.LicencesFound)
        try:
            return wire.licences_said(found)
        except msgspec.ValidationError:
            raise _nonsense() from None

    # ---- the line ----

    def exchange(self, target: str, asked: bytes, kind: type[T], timeout_s: float) -> T:
        """The answer to a packed question. `timeout_s` is for every wait between two bytes."""
        return self._read(self._send("POST", target, asked, timeout_s=timeout_s), kind)

    def octets(self, target: str, asked: bytes, timeout_s: float) -> bytes:
        """The bytes that answer a packed question."""
        return self._send("POST", target, asked, timeout_s=timeout_s).content

    def _health(self) -> _Health:
        reply = self._send("GET", "/v1/health", proven=False)
        try:
            return msgspec.json.decode(reply.content, type=_Health)
        except msgspec.MsgspecError:
            raise _nonsense() from None

    def is_practice(self) -> bool:
        """Whether this central is one for training. Raises `Refusal` as every call."""
        return self._health().practice

    def _signing_key(self) -> Ed25519PrivateKey:
        if self._key is None:
            from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

            self._key = Ed25519PrivateKey.from_private_bytes(self._seed)
        return self._key

    def _token(self) -> str:
        if not self.station:
            raise _not_enrolled()
        if self._granted is None or self._granted.until <= monotonic():
            import jwt

            now = int(time() + self._ahead_s)
            claims: dict[str, object] = {
                "iss": self.station,
                "sub": self.station,
                "aud": self.central_id or self._health().central_id,
                "iat": now,
                "exp": now + 120,
                "jti": str(uuid4()),
            }
            asked = wire.TokenAsked(jwt.encode(claims, self._signing_key(), algorithm="EdDSA"))
            granted = self._read(self._send("POST", "/v1/token", wire.pack(asked), proven=False), wire.Token)
            self._granted = _Granted(granted.access_token, monotonic() + granted.expires_in - _RENEW_BEFORE_S)
        return self._granted.token

    def _send(
        self,
        method: str,
        target: str,
        body: Body = b"",
        headers: dict[str, str] | None = None,
        proven: bool = True,
        timeout_s: float | None = None,
        stream: bool = False,
    ) -> Response:
        def once() -> Response:
            return self._send_once(method, target, body, headers or {}, proven, timeout_s or self._timeout_s, stream)

        try:
            return once()
        except Refusal as refusal:
            if refusal.code not in ("TOKEN_EXPIRED", "TOKEN_WRONG", "CLOCK_WRONG"):
                raise
            if refusal.code != "CLOCK_WRONG":
                if not proven or self._granted is None:
                    raise
                # Central was restarted from another copy, or the machine slept through the token's life.
                self._granted = None
            # A wrong clock is no reason to stop: central's answer named the right time, which is signed from now on.
            return once()

    def _send_once(
        self,
        method: str,
        target: str,
        body: Body,
        headers: dict[str, str],
        proven: bool,
        timeout_s: float,
        stream: bool,
    ) -> Response:
        import requests

        if proven and self._asked_too_much is not None and monotonic() < self._asked_too_much[0]:
            # Asking again before central's time would only make it longer.
            raise self._asked_too_much[1]
        if self._plain:
            raise _plain_line()
        sent = dict(headers)
        if body and not callable(body):
            sent["Content-Type"] = _MEDIA
        if proven:
            token = self._token()
            created = int(time() + self._ahead_s)
            # The bytes of sheets are named by their digests, entries that are made while they are sent by their own
            # seals, every other body by its proof.
            mark = wire.body_mark(body) if body and not callable(body) and method != "PATCH" else ""
            signed = self._signing_key().sign(wire.proof_text(method, target, created, token, mark))
            made = f"{created}.{mark}" if mark else str(created)
            sent["Authorization"] = f"Bearer {token}"
            sent[wire.PROOF_HEADER] = f"{made}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"
        session = self._open_session()
        data = body() if callable(body) else body or None
        request = session.prepare_request(requests.Request(method, self._base + target, sent, data=data))
        lines = sum(len(name) + len(value) + 4 for name, value in request.headers.items())
        self._went(len(method) + len(target) + len(self._base) + 22 + lines + (0 if callable(body) else len(body)))
        verify = str(self._ca) if self._ca else True
        try:
            reply = session.send(
                request, timeout=(self._timeout_s, timeout_s), verify=verify, allow_redirects=False, stream=stream
            )
        except requests.exceptions.SSLError as problem:
            # A handshake that breaks off, or somebody who speaks no TLS, is a lack of line; only a certificate that
            # was looked at and not believed is a lack of trust.
            why = _certificate_refused(problem)
            raise (unreachable() if why is None else _not_trusted(why)) from None
        except requests.RequestException:
            raise unreachable() from None
        except OSError:
            # requests looks for the file of the authority again each time.
            raise _ca_unreadable() from None
        self._set_by(reply)
        if reply.status_code == 200:
            return reply
        raise self._problem(reply)

    def _went(self, size: int) -> None:
        self._bytes_sent += size
        self._throttle.count(size)

    def _paced(self, pieces: Sequence[bytes]) -> Iterator[bytes]:
        """Bytes of the delivery, as fast as the cap allows, counted as they go."""
        for data in self._throttle.slices(pieces):
            self._bytes_sent += len(data)
            yield data

    def _set_by(self, reply: Response) -> None:
        """Take central's time from its answer; whatever is not central says nothing about the clock."""
        if reply.headers.get("Content-Type", "") != _MEDIA:
            return
        try:
            there = parsedate_to_datetime(reply.headers["Date"])
        except (KeyError, ValueError, TypeError):
            return
        there = there if there.tzinfo is not None else there.replace(tzinfo=UTC)
        self._ahead_s = there.timestamp() - time()
        self._heard(there)

    def _open_session(self) -> Session:
        if self._session is None:
            import requests

            if self._ca is not None:
                try:
                    ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(self._ca)
                except OSError:
                    raise _ca_unreadable() from None
            self._session = requests.Session()
            # Settings decide where a station sends personal data, not the environment or a .netrc.
            self._session.trust_env = False
            self._session.headers.clear()
            self._session.headers.update({"Accept": _MEDIA, "User-Agent": "quay"})
        return self._session

    def _problem(self, reply: Response) -> Refusal:
        wait_s = _later(reply)
        try:
            said = wire.unpack(reply.content, wire.Problem)
        except wire.Unreadable:
            said = None
        if said.code in _AWAY if said is not None else reply.status_code in (429, 502, 503, 504):
            # A proxy or a load balancer whose central is away, or a central without its database or memory.
            away = unreachable()
            return Later(away.code, away.words, away.remedy, wait_s) if wait_s else away
        if said is None:
            return _nonsense()
        if said.code == "CLOCK_WRONG" and said.at is not None:
            self._ahead_s = said.at.timestamp() - time()
            self._heard(said.at)
            return clock_wrong(datetime.now(said.at.tzinfo), said.at)
        words, remedy = Words(said.words_vi, said.words_en), Words(said.remedy_vi, said.remedy_en)
        refusal = Later(said.code, words, remedy, wait_s) if wait_s else Refusal(said.code, words, remedy)
        if said.code == "RATE_LIMITED":
            self._asked_too_much = monotonic() + (wait_s or 1.0), refusal
        return refusal

    def _read(self, reply: Response, kind: type[T]) -> T:
        return self._understood(reply.content, kind)

    @staticmethod
    def _understood(data: bytes, kind: type[T]) -> T:
        try:
            return wire.unpack(data, kind)
        except wire.Unreadable:
            raise _nonsense() from None


def _either(second: Second) -> tuple[str, TokenProof | None]:
    """The code of an app, or what a token signed."""
    return ("", second) if isinstance(second, TokenProof) else (second, None)


def _later(reply: Response) -> float:
    """Seconds after which central wants to be asked again (RFC 9110 §10.2.3); 0 where it does not say so."""
    said = reply.headers.get("Retry-After", "")
    if reply.status_code not in (403, 429, 503) or not said:
        return 0.0
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_LATER_S)
    try:
        at = parsedate_to_datetime(said)
        now = parsedate_to_datetime(reply.headers["Date"])
        return min(max(0.0, (at - now).total_seconds()), LONGEST_LATER_S)
    except (KeyError, ValueError, TypeError):
        return 0.0
