"""Central over HTTPS, from the station's side. One call is one request; trying again is `desk.delivery`'s business."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

import msgspec

from clerk_app import wire
from clerk_app.domain.dossier import RegisterAnswered
from clerk_app.domain.refusals import Refusal, Words

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from requests import Response, Session

T = TypeVar("T")

CLOCKS_DIFFER = timedelta(seconds=120)
_MEDIA = "application/x-quay"
_RENEW_BEFORE_S = 60


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


def _not_trusted() -> Refusal:
    return Refusal(
        "CENTRAL_NOT_TRUSTED",
        Words("Chứng thư của trung tâm không được tin cậy.", "The certificate of central is not trusted."),
        Words(
            "Kiểm tra đồng hồ máy và chứng thư CA của đơn vị trong cài đặt.",
            "Check this machine's clock and the office's CA certificate in the settings.",
        ),
    )


def _not_enrolled() -> Refusal:
    return Refusal(
        "STATION_NOT_ENROLLED",
        Words("Máy trạm chưa được kết nạp.", "This station is not enrolled."),
        Words("Chạy kết nạp với mã một lần.", "Enrol it with a one-time code."),
    )


def clock_wrong(here: datetime, there: datetime) -> Refusal:
    """The clock of this machine is wrong, by central's."""
    minutes = round(abs((there - here).total_seconds()) / 60)
    late = here < there
    return Refusal(
        "CLOCK_WRONG",
        Words(
            f"Đồng hồ máy này {'chậm' if late else 'nhanh'} khoảng {minutes} phút so với trung tâm.",
            f"This machine's clock is about {minutes} minutes {'behind' if late else 'ahead of'} central.",
        ),
        Words(
            f"Chỉnh đồng hồ: giờ đúng là {there:%H:%M %d/%m/%Y}.",
            f"Set the clock: the right time is {there:%H:%M %d/%m/%Y}.",
        ),
    )


def _certificate_refused(problem: BaseException) -> bool:
    """Whether a certificate that was not believed is behind it: requests and urllib3 wrap it in several layers."""
    seen: set[int] = set()
    wrapped: list[object] = [problem]
    while wrapped:
        one = wrapped.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        if isinstance(one, ssl.SSLCertVerificationError):
            return True
        seen.add(id(one))
        wrapped += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return False


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
    the office's own authority. `timeout_s` is for connecting and for every wait between two bytes.
    """

    def __init__(
        self,
        base_url: str,
        station_key_seed: bytes,
        station: str = "",
        central_id: str = "",
        timeout_s: float = 10.0,
        ca: Path | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._seed = station_key_seed
        self.station = station
        self.central_id = central_id
        self._timeout_s = timeout_s
        self._ca = ca
        self._bytes_sent = 0
        self._granted: _Granted | None = None
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

    def sign_in(self, user: str, password: str) -> wire.SignedIn:
        """Prove who somebody is. Raises `Refusal` SIGN_IN_WRONG, SIGN_IN_WAIT, USER_INACTIVE, OFFICE_FOREIGN."""
        asked = wire.SignInAsked(user, password)
        return self._read(self._send("POST", "/v1/sign-in", wire.pack(asked)), wire.SignedIn)

    def push(self, entries: Sequence[wire.Sealed]) -> wire.Answers:
        """Send sealed entries in the order of their numbers; central's answers, and the number it expects next."""
        return self._read(self._send("POST", "/v1/entries", wire.pack(wire.Batch(list(entries)))), wire.Answers)

    def pull(self, after: int, limit: int = 500) -> wire.Pulled:
        """What others did after the cursor."""
        return self._read(self._send("GET", f"/v1/entries?after={after}&limit={limit}"), wire.Pulled)

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
        headers = {"Upload-Offset": str(offset), "Upload-Length": str(len(data))}
        rest = data[offset:] if offset else data
        return self._read(self._send("PATCH", f"/v1/sheets/{digest}", rest, headers), wire.SheetState)

    def sheet_lost(self, digest: str) -> None:
        """Tell central not to wait for a sheet that cannot be read here any more."""
        self._send("POST", f"/v1/sheets/{digest}/lost")

    def lend(self, kind: str, size: int, key: UUID) -> wire.Block:
        """Borrow numbers; the same key gets the same ones."""
        asked = {"kind": kind, "size": size, "key": key}
        return self._read(self._send("POST", "/v1/blocks", wire.pack(asked)), wire.Block)

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

    def licences(self, number: str) -> RegisterAnswered:
        """What the licence register says about a person, through central."""
        asked = wire.pack(wire.LicencesAsked(number))
        found = self._read(self._send("POST", "/v1/registers/licences", asked), wire.LicencesFound)
        try:
            return msgspec.convert(
                {
                    "answered": found.answered,
                    "licences": found.licences,
                    "sanctions": found.sanctions if found.answered else "unknown",
                    "source": found.source,
                    "problem": found.problem,
                    "holder": found.holder,
                },
                RegisterAnswered,
            )
        except msgspec.ValidationError:
            raise _nonsense() from None

    # ---- the line ----

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
        if self._granted is None or self._granted.until <= time():
            import jwt

            now = int(time())
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
            self._granted = _Granted(granted.access_token, time() + granted.expires_in - _RENEW_BEFORE_S)
        return self._granted.token

    def _send(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        proven: bool = True,
    ) -> Response:
        try:
            return self._send_once(method, target, body, headers or {}, proven)
        except Refusal as refusal:
            if not proven or refusal.code not in ("TOKEN_EXPIRED", "TOKEN_WRONG") or self._granted is None:
                raise
            # Central was restarted from another copy, or the machine slept through the token's life.
            self._granted = None
            return self._send_once(method, target, body, headers or {}, proven)

    def _send_once(self, method: str, target: str, body: bytes, headers: dict[str, str], proven: bool) -> Response:
        import requests

        sent = dict(headers)
        if body:
            sent["Content-Type"] = _MEDIA
        if proven:
            token = self._token()
            created = int(time())
            signed = self._signing_key().sign(wire.proof_text(method, target, created, token))
            sent["Authorization"] = f"Bearer {token}"
            sent[wire.PROOF_HEADER] = f"{created}.{base64.urlsafe_b64encode(signed).decode().rstrip('=')}"
        session = self._open_session()
        request = session.prepare_request(requests.Request(method, self._base + target, sent, data=body or None))
        lines = sum(len(name) + len(value) + 4 for name, value in request.headers.items())
        self._bytes_sent += len(method) + len(target) + len(self._base) + 22 + lines + len(body)
        verify = str(self._ca) if self._ca else True
        try:
            reply = session.send(request, timeout=self._timeout_s, verify=verify, allow_redirects=False)
        except requests.exceptions.SSLError as problem:
            # A handshake that breaks off, or somebody who speaks no TLS, is a lack of line; only a certificate that
            # was looked at and not believed is a lack of trust.
            raise (_not_trusted() if _certificate_refused(problem) else unreachable()) from None
        except requests.RequestException:
            raise unreachable() from None
        if reply.status_code == 200:
            return reply
        raise self._problem(reply)

    def _open_session(self) -> Session:
        if self._session is None:
            import requests

            self._session = requests.Session()
            # Settings decide where a station sends personal data, not the environment or a .netrc.
            self._session.trust_env = False
            self._session.headers.clear()
            self._session.headers.update({"Accept": _MEDIA, "User-Agent": "quay"})
        return self._session

    def _problem(self, reply: Response) -> Refusal:
        try:
            said = wire.unpack(reply.content, wire.Problem)
        except wire.Unreadable:
            # A proxy or a load balancer whose central is away.
            return unreachable() if reply.status_code in (502, 503, 504) else _nonsense()
        if said.code == "CLOCK_WRONG" and said.at is not None:
            return clock_wrong(datetime.now(said.at.tzinfo), said.at)
        return Refusal(said.code, Words(said.words_vi, said.words_en), Words(said.remedy_vi, said.remedy_en))

    def _read(self, reply: Response, kind: type[T]) -> T:
        try:
            return wire.unpack(reply.content, kind)
        except wire.Unreadable:
            raise _nonsense() from None
