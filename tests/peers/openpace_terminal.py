"""OpenPACE (Debian's libeac3) as the terminal: another hand's PACE, chip authentication and secure messaging.

Every cryptographic step is done by the library; only the command APDUs around them are put together here.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Literal

from tests.peers.tlv import objects

_LIBRARY = "libeac.so.3"
_MRZ, _CAN = 1, 2
_PACE, _CHIP_AUTHENTICATION = 0, 1

Transmit = Callable[[bytes], bytes]


class _Buffer(ctypes.Structure):
    """OpenSSL's BUF_MEM."""

    _fields_ = (
        ("length", ctypes.c_size_t),
        ("data", ctypes.c_void_p),
        ("max", ctypes.c_size_t),
        ("flags", ctypes.c_ulong),
    )


_BufferAt = ctypes.POINTER(_Buffer)
_BLOB = (ctypes.c_char_p, ctypes.c_size_t)
_Made = {
    "BUF_MEM_create_init": (ctypes.c_char_p, ctypes.c_size_t),
    "PACE_STEP3A_generate_mapping_data": (ctypes.c_void_p,),
    "PACE_STEP3B_generate_ephemeral_key": (ctypes.c_void_p,),
    "PACE_STEP3D_compute_authentication_token": (ctypes.c_void_p, _BufferAt),
    "TA_STEP3_generate_ephemeral_key": (ctypes.c_void_p,),
    "CA_STEP2_get_eph_pubkey": (ctypes.c_void_p,),
    "CA_get_pubkey": (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t),
    "EAC_add_iso_pad": (ctypes.c_void_p, _BufferAt),
    "EAC_remove_iso_pad": (_BufferAt,),
    "EAC_encrypt": (ctypes.c_void_p, _BufferAt),
    "EAC_decrypt": (ctypes.c_void_p, _BufferAt),
    "EAC_authenticate": (ctypes.c_void_p, _BufferAt),
}
"""Functions that give a new buffer, and what they take."""

_Done = {
    "EAC_CTX_init_ef_cardaccess": (ctypes.c_char_p, ctypes.c_uint, ctypes.c_void_p),
    "EAC_CTX_init_ca": (ctypes.c_void_p, ctypes.c_int, ctypes.c_int, *_BLOB, *_BLOB),
    "EAC_OBJ_txt2nid": (ctypes.c_char_p,),
    "PACE_STEP2_dec_nonce": (ctypes.c_void_p, ctypes.c_void_p, _BufferAt),
    "PACE_STEP3A_map_generator": (ctypes.c_void_p, _BufferAt),
    "PACE_STEP3B_compute_shared_secret": (ctypes.c_void_p, _BufferAt),
    "PACE_STEP3C_derive_keys": (ctypes.c_void_p,),
    "PACE_STEP3D_verify_authentication_token": (ctypes.c_void_p, _BufferAt),
    "CA_STEP4_compute_shared_secret": (ctypes.c_void_p, _BufferAt),
    "CA_STEP6_derive_keys": (ctypes.c_void_p, _BufferAt, _BufferAt),
    "EAC_CTX_set_encryption_ctx": (ctypes.c_void_p, ctypes.c_int),
    "EAC_increment_ssc": (ctypes.c_void_p,),
    "EAC_reset_ssc": (ctypes.c_void_p,),
    "EAC_verify_authentication": (ctypes.c_void_p, _BufferAt, _BufferAt),
}
"""Functions that answer with a number: 1 for success."""


class Failed(Exception):
    """The library or the card refused a step; the text says which."""


class OpenPace:
    """The library, loaded once."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(_LIBRARY)
        for name, takes in _Made.items():
            self._declare(name, takes, _BufferAt)
        for name, takes in _Done.items():
            self._declare(name, takes, ctypes.c_int)
        self._declare("EAC_CTX_new", (), ctypes.c_void_p)
        self._declare("PACE_SEC_new", (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int), ctypes.c_void_p)
        self._declare("EAC_CTX_clear_free", (ctypes.c_void_p,), None)
        self._declare("CA_disable_passive_authentication", (ctypes.c_void_p,), None)
        self._declare("PACE_SEC_clear_free", (ctypes.c_void_p,), None)
        self._declare("BUF_MEM_clear_free", (_BufferAt,), None)
        self._library.EAC_init()

    def _declare(self, name: str, takes: tuple[object, ...], gives: object) -> None:
        function = getattr(self._library, name)
        function.argtypes, function.restype = takes, gives

    def call(self, name: str, *arguments: object) -> int:
        """A function that answers with a number; octets become buffers."""
        return int(getattr(self._library, name)(*self._buffers(name, arguments)))

    def make(self, name: str, *arguments: object) -> bytes:
        """A function that gives octets. Raises `Failed`."""
        made = getattr(self._library, name)(*self._buffers(name, arguments))
        if not made:
            raise Failed(name)
        try:
            return ctypes.string_at(made.contents.data, made.contents.length)
        finally:
            self._library.BUF_MEM_clear_free(made)

    def new(self, name: str, *arguments: object) -> int:
        """A function that gives an object of the library."""
        made = getattr(self._library, name)(*arguments)
        if not made:
            raise Failed(name)
        return int(made)

    def tell(self, name: str, thing: int) -> None:
        """A function that gives nothing back."""
        getattr(self._library, name)(thing)

    def _buffers(self, name: str, arguments: tuple[object, ...]) -> list[object]:
        takes = getattr(self._library, name).argtypes
        return [
            self._library.BUF_MEM_create_init(given, len(given))
            if kind is _BufferAt and isinstance(given, bytes)
            else given
            for kind, given in zip(takes, arguments, strict=True)
        ]


class Terminal:
    """One conversation with a card, led by OpenPACE."""

    def __init__(self, library: OpenPace, transmit: Transmit) -> None:
        self._eac = library
        self._transmit = transmit
        self._context = library.new("EAC_CTX_new")
        self._protected = False

    def close(self) -> None:
        self._eac.tell("EAC_CTX_clear_free", self._context)

    def pace(self, card_access: bytes, kind: Literal["can", "mrz"], secret: str) -> None:
        """PACE as the library understands EF.CardAccess; `secret` is the CAN or the whole zone. Raises `Failed`."""
        eac, context = self._eac, self._context
        self._must("EAC_CTX_init_ef_cardaccess", card_access, len(card_access), context)
        identifier, parameter = _pace_info(card_access)
        reference = _CAN if kind == "can" else _MRZ
        password = eac.new("PACE_SEC_new", secret.encode(), len(secret), reference)
        try:
            choice = _tlv(0x80, identifier) + _tlv(0x83, bytes((reference,))) + _tlv(0x84, bytes((parameter,)))
            self._plain(0x22, 0xC1, 0xA4, choice)
            self._must("PACE_STEP2_dec_nonce", context, password, self._step(b"", 0x80))
            mapping = eac.make("PACE_STEP3A_generate_mapping_data", context)
            theirs = self._step(_tlv(0x81, mapping), 0x82)
            # With integrated mapping the card has nothing to say: the generator follows from the terminal's nonce.
            self._must("PACE_STEP3A_map_generator", context, theirs or mapping)
            mine = eac.make("PACE_STEP3B_generate_ephemeral_key", context)
            theirs = self._step(_tlv(0x83, mine), 0x84)
            self._must("PACE_STEP3B_compute_shared_secret", context, theirs)
            self._must("PACE_STEP3C_derive_keys", context)
            token = eac.make("PACE_STEP3D_compute_authentication_token", context, theirs)
            self._must(
                "PACE_STEP3D_verify_authentication_token", context, self._step(_tlv(0x85, token), 0x86, last=True)
            )
        finally:
            eac.tell("PACE_SEC_clear_free", password)
        self._switch(_PACE)

    def chip_authentication(self, name: str, parameter: int, identifier: bytes, public: bytes) -> None:
        """Chip authentication with the card's public key, a point; the session goes on under the new keys.

        `name` is the protocol's name (`id-CA-ECDH-AES-CBC-CMAC-128`), `parameter` the number of the curve. Where the
        card answers with a nonce and a token (version 2), the token is verified. Raises `Failed`.
        """
        eac, context = self._eac, self._context
        protocol = eac.call("EAC_OBJ_txt2nid", name.encode())
        self._must("EAC_CTX_init_ca", context, protocol, parameter, None, 0, None, 0)
        # Only its side effect is wanted: an ephemeral key pair for the agreement.
        eac.make("TA_STEP3_generate_ephemeral_key", context)
        mine = eac.make("CA_STEP2_get_eph_pubkey", context)
        if "3DES" in name:
            self.expect(0x22, 0x41, 0xA6, _tlv(0x91, mine))
            proof: dict[int, bytes] = {}
        else:
            self.expect(0x22, 0x41, 0xA4, _tlv(0x80, identifier))
            proof = objects(objects(self.expect(0x86, 0, 0, _tlv(0x7C, _tlv(0x80, mine)), 256))[0x7C])
        self._must("CA_STEP4_compute_shared_secret", context, public)
        verified = eac.call("CA_STEP6_derive_keys", context, proof.get(0x81), proof.get(0x82))
        if 0x82 in proof and verified != 1:
            raise Failed("token of chip authentication")
        self._switch(_CHIP_AUTHENTICATION)

    def read(self, name: int) -> bytes:
        """A whole file under protection, selected by identifier. Raises `Failed`."""
        self.expect(0xA4, 0x02, 0x0C, name.to_bytes(2, "big"))
        content = b""
        while True:
            data, status = self.ask(0xB0, len(content) >> 8, len(content) & 0xFF, b"", 0xC0)
            if status == 0x6B00:
                return content
            if status != 0x9000:
                raise Failed(f"READ BINARY {status:04X}")
            content += data
            if len(data) < 0xC0:
                return content

    def select_application(self) -> None:
        self.expect(0xA4, 0x04, 0x0C, bytes.fromhex("A0000002471001"))

    def expect(self, ins: int, p1: int, p2: int, data: bytes, le: int | None = None) -> bytes:
        """A protected command that must succeed. Raises `Failed`."""
        answer, status = self.ask(ins, p1, p2, data, le)
        if status != 0x9000:
            raise Failed(f"{ins:02X} {status:04X}")
        return answer

    def ask(self, ins: int, p1: int, p2: int, data: bytes, le: int | None) -> tuple[bytes, int]:
        """One command under secure messaging, encrypted and authenticated by the library. Raises `Failed`."""
        eac, context = self._eac, self._context
        self._must("EAC_increment_ssc", context)
        header = bytes((0x0C, ins, p1, p2))
        body = b""
        if data:
            sealed = eac.make("EAC_encrypt", context, eac.make("EAC_add_iso_pad", context, data))
            body += _tlv(0x87, b"\x01" + sealed)
        if le is not None:
            body += _tlv(0x97, bytes((le % 256,)))
        covered = eac.make("EAC_add_iso_pad", context, header) + body
        body += _tlv(0x8E, self._mac(covered))
        answer = self._transmit(header + bytes((len(body),)) + body + b"\x00")
        self._must("EAC_increment_ssc", context)
        found = objects(answer[:-2])
        if 0x8E not in found:
            raise Failed(f"unprotected {answer[-2:].hex()}")
        covered = b"".join(_tlv(tag, value) for tag, value in found.items() if tag != 0x8E)
        if self._mac(covered) != found[0x8E]:
            raise Failed("MAC of the answer")
        plain = b""
        if 0x87 in found:
            plain = eac.make("EAC_remove_iso_pad", eac.make("EAC_decrypt", context, found[0x87][1:]))
        return plain, int.from_bytes(found[0x99], "big")

    def _mac(self, covered: bytes) -> bytes:
        padded = self._eac.make("EAC_add_iso_pad", self._context, covered)
        return self._eac.make("EAC_authenticate", self._context, padded)

    def _switch(self, to: int) -> None:
        self._must("EAC_CTX_set_encryption_ctx", self._context, to)
        self._must("EAC_reset_ssc", self._context)

    def _must(self, name: str, *arguments: object) -> None:
        if self._eac.call(name, *arguments) != 1:
            raise Failed(name)

    def _step(self, data: bytes, wanted: int, *, last: bool = False) -> bytes:
        inner = objects(self._plain(0x86, 0, 0, _tlv(0x7C, data), cla=0x00 if last else 0x10))[0x7C]
        return objects(inner)[wanted]

    def _plain(self, ins: int, p1: int, p2: int, data: bytes, *, cla: int = 0) -> bytes:
        answer = self._transmit(bytes((cla, ins, p1, p2, len(data))) + data + b"\x00")
        if answer[-2:] != b"\x90\x00":
            raise Failed(f"{ins:02X} {answer[-2:].hex().upper()}")
        return answer[:-2]


def _pace_info(card_access: bytes) -> tuple[bytes, int]:
    """The identifier and the curve of the first PACEInfo."""
    from asn1crypto import core

    for info in core.SetOf.load(card_access, spec=core.Sequence):
        identifier = core.ObjectIdentifier.load(info[0].dump())
        if str(identifier.dotted).startswith("0.4.0.127.0.7.2.2.4."):
            return bytes(identifier.contents), int(info[2].native)
    raise Failed("no PACEInfo")


def _tlv(tag: int, value: bytes) -> bytes:
    count = len(value)
    size = (
        bytes((count,))
        if count < 0x80
        else (b"\x81" + bytes((count,)) if count < 0x100 else b"\x82" + count.to_bytes(2, "big"))
    )
    return bytes((tag,)) + size + value
