"""OpenPACE (Debian's libeac3) by ctypes: PACE and chip authentication from either side, made by other people.

Only what both a reader's and a card's tests need. libeac does PACE with generic mapping over curves; its integrated
mapping is an early draft's and not the standard's. It does chip authentication as far as the shared secret, and secure
messaging with every cipher.
"""

from __future__ import annotations

import ctypes as c
from ctypes.util import find_library
from typing import Literal

CAN, RAW = 2, 5
"""Kinds of password: the CAN as printed, or the octets that the key derivation takes (the MRZ's digest)."""
_PACE, _CHIP_AUTHENTICATION = 0, 1


class _Buffer(c.Structure):
    """BUF_MEM of OpenSSL."""

    _fields_ = (("length", c.c_size_t), ("data", c.c_void_p), ("max", c.c_size_t), ("flags", c.c_ulong))


class _Agreement(c.Structure):
    """KA_CTX of eac.h, as far as it is needed."""

    _fields_ = (
        ("head", c.c_void_p * 6),
        ("key_lengths", c.c_int * 2),
        ("functions", c.c_void_p * 2),
        ("key", c.c_void_p),
        ("shared_secret", c.POINTER(_Buffer)),
        ("k_enc", c.POINTER(_Buffer)),
        ("k_mac", c.POINTER(_Buffer)),
    )


class _ChipAuthentication(c.Structure):
    """CA_CTX of eac.h."""

    _fields_ = (("version", c.c_ubyte), ("numbers", c.c_int * 3), ("agreement", c.POINTER(_Agreement)))


class _Context(c.Structure):
    """EAC_CTX of eac.h."""

    _fields_ = (
        ("version", c.c_int),
        ("bn_ctx", c.c_void_p),
        ("md_ctx", c.c_void_p),
        ("cipher_ctx", c.c_void_p),
        ("pace", c.c_void_p * 2),
        ("restricted", c.c_void_p * 2),
        ("terminal", c.c_void_p),
        ("chip", c.POINTER(_ChipAuthentication)),
    )


_CONTEXT, _BUFFER = c.POINTER(_Context), c.POINTER(_Buffer)
_MAKES_BUFFER = {
    "PACE_STEP1_enc_nonce": (_CONTEXT, c.c_void_p),
    "PACE_STEP3A_generate_mapping_data": (_CONTEXT,),
    "PACE_STEP3B_generate_ephemeral_key": (_CONTEXT,),
    "PACE_STEP3D_compute_authentication_token": (_CONTEXT, _BUFFER),
    "CA_STEP2_get_eph_pubkey": (_CONTEXT,),
    "TA_STEP3_generate_ephemeral_key": (_CONTEXT,),
    "EAC_encrypt": (_CONTEXT, _BUFFER),
    "EAC_decrypt": (_CONTEXT, _BUFFER),
    "EAC_authenticate": (_CONTEXT, _BUFFER),
    "BUF_MEM_create_init": (c.c_char_p, c.c_size_t),
}
_SAYS_WHETHER = {
    "EAC_CTX_init_ef_cardaccess": (c.c_char_p, c.c_size_t, _CONTEXT),
    "PACE_STEP2_dec_nonce": (_CONTEXT, c.c_void_p, _BUFFER),
    "PACE_STEP3A_map_generator": (_CONTEXT, _BUFFER),
    "PACE_STEP3B_compute_shared_secret": (_CONTEXT, _BUFFER),
    "PACE_STEP3C_derive_keys": (_CONTEXT,),
    "PACE_STEP3D_verify_authentication_token": (_CONTEXT, _BUFFER),
    "CA_set_key": (_CONTEXT, c.c_char_p, c.c_size_t, c.c_char_p, c.c_size_t),
    "CA_STEP4_compute_shared_secret": (_CONTEXT, _BUFFER),
    "CA_STEP5_derive_keys": (_CONTEXT, _BUFFER, c.POINTER(_BUFFER), c.POINTER(_BUFFER)),
    "KA_CTX_derive_keys": (c.POINTER(_Agreement), c.c_void_p, c.c_void_p),
    "EAC_CTX_set_encryption_ctx": (_CONTEXT, c.c_int),
    "EAC_increment_ssc": (_CONTEXT,),
}


def _loaded() -> c.CDLL | None:
    name = find_library("eac")
    if name is None:
        return None
    library = c.CDLL(name)
    for function, arguments in _MAKES_BUFFER.items():
        getattr(library, function).argtypes = arguments
        getattr(library, function).restype = _BUFFER
    for function, arguments in _SAYS_WHETHER.items():
        getattr(library, function).argtypes = arguments
    library.EAC_CTX_new.restype = _CONTEXT
    library.EAC_CTX_clear_free.argtypes = (_CONTEXT,)
    library.PACE_SEC_new.argtypes = (c.c_char_p, c.c_size_t, c.c_int)
    library.PACE_SEC_new.restype = c.c_void_p
    library.PACE_SEC_clear_free.argtypes = (c.c_void_p,)
    library.BUF_MEM_clear_free.argtypes = (_BUFFER,)
    library.EAC_init()
    return library


LIBRARY = _loaded()
WHY_NOT = "" if LIBRARY else "libeac3 is not installed"


class Failed(Exception):
    """libeac refused: an input is not what the protocol demands."""


class Party:
    """One side of PACE, chip authentication and secure messaging. `infos` is EF.CardAccess, or the set in DG14; keys
    in it have their curve by the number of ICAO 9303-11 table 8, libeac knows no other names."""

    def __init__(self, infos: bytes) -> None:
        if LIBRARY is None:
            raise Failed(WHY_NOT)
        self._eac = LIBRARY
        self._context = LIBRARY.EAC_CTX_new()
        self._whole = False
        self._check("EAC_CTX_init_ef_cardaccess", infos, len(infos), self._context)
        self._whole = True

    def __del__(self) -> None:
        # What was half initialised cannot be freed: libeac 1.1.2 runs for ever over it.
        if getattr(self, "_whole", False):
            self._eac.EAC_CTX_clear_free(self._context)

    # ---- PACE, in the order of its steps ----

    def encrypted_nonce(self, password: bytes, kind: int) -> bytes:
        """The card's first step."""
        secret = self._eac.PACE_SEC_new(password, len(password), kind)
        try:
            return self._make("PACE_STEP1_enc_nonce", self._context, secret)
        finally:
            self._eac.PACE_SEC_clear_free(secret)

    def decrypt_nonce(self, password: bytes, kind: int, sealed: bytes) -> None:
        """The reader's first step."""
        secret = self._eac.PACE_SEC_new(password, len(password), kind)
        try:
            self._with("PACE_STEP2_dec_nonce", sealed, secret)
        finally:
            self._eac.PACE_SEC_clear_free(secret)

    def mapping_data(self) -> bytes:
        return self._make("PACE_STEP3A_generate_mapping_data", self._context)

    def map_generator(self, theirs: bytes) -> None:
        self._with("PACE_STEP3A_map_generator", theirs)

    def ephemeral_key(self) -> bytes:
        return self._make("PACE_STEP3B_generate_ephemeral_key", self._context)

    def agree(self, theirs: bytes) -> None:
        self._with("PACE_STEP3B_compute_shared_secret", theirs)
        self._check("PACE_STEP3C_derive_keys", self._context)

    def token(self, theirs: bytes) -> bytes:
        """The authentication token over the other side's ephemeral key."""
        return self._make("PACE_STEP3D_compute_authentication_token", self._context, theirs)

    def verifies(self, token: bytes) -> bool:
        buffer = self._buffer(token)
        try:
            return int(self._eac.PACE_STEP3D_verify_authentication_token(self._context, buffer)) == 1
        finally:
            self._eac.BUF_MEM_clear_free(buffer)

    # ---- chip authentication, version 1 ----

    def set_chip_key(self, private: bytes, public: bytes) -> None:
        """The card's static key: the scalar, and the uncompressed point."""
        self._check("CA_set_key", self._context, private, len(private), public, len(public))

    def ephemeral_chip_key(self) -> bytes:
        """The reader's key on the curve of the card's key."""
        self._make("TA_STEP3_generate_ephemeral_key", self._context)
        return self._make("CA_STEP2_get_eph_pubkey", self._context)

    def agree_with_chip_key(self, theirs: bytes) -> tuple[bytes, bytes]:
        """The new session keys for encryption and MAC."""
        self._with("CA_STEP4_compute_shared_secret", theirs)
        agreement = self._context.contents.chip.contents.agreement
        self._check("KA_CTX_derive_keys", agreement, None, self._context.contents.md_ctx)
        return self._octets(agreement.contents.k_enc), self._octets(agreement.contents.k_mac)

    def confirm(self, theirs: bytes) -> tuple[bytes, bytes]:
        """The card's nonce and token of version 2, after the agreement; the session keys are then of version 2."""
        nonce, token = _BUFFER(), _BUFFER()
        self._with("CA_STEP5_derive_keys", theirs, after=(c.byref(nonce), c.byref(token)))
        try:
            return self._octets(nonce), self._octets(token)
        finally:
            self._eac.BUF_MEM_clear_free(nonce)
            self._eac.BUF_MEM_clear_free(token)

    # ---- secure messaging ----

    def begin(self, after: Literal["pace", "chip authentication"]) -> None:
        """Take the keys of a protocol, the counter at zero."""
        which = _PACE if after == "pace" else _CHIP_AUTHENTICATION
        self._check("EAC_CTX_set_encryption_ctx", self._context, which)

    def count(self) -> None:
        """Advance the send sequence counter."""
        self._check("EAC_increment_ssc", self._context)

    def encrypt(self, padded: bytes) -> bytes:
        return self._make("EAC_encrypt", self._context, padded)

    def decrypt(self, cryptogram: bytes) -> bytes:
        return self._make("EAC_decrypt", self._context, cryptogram)

    def mac(self, padded: bytes) -> bytes:
        """The MAC over the counter and `padded`."""
        return self._make("EAC_authenticate", self._context, padded)

    # ---- buffers ----

    def _buffer(self, data: bytes) -> c._Pointer[_Buffer]:
        made: c._Pointer[_Buffer] = self._eac.BUF_MEM_create_init(data, len(data))
        return made

    def _make(self, function: str, *arguments: object) -> bytes:
        buffers = [self._buffer(one) for one in arguments if isinstance(one, bytes)]
        given = [buffers[0] if isinstance(one, bytes) else one for one in arguments]
        try:
            made = getattr(self._eac, function)(*given)
            if not made:
                raise Failed(function)
            try:
                return self._octets(made)
            finally:
                self._eac.BUF_MEM_clear_free(made)
        finally:
            for buffer in buffers:
                self._eac.BUF_MEM_clear_free(buffer)

    def _with(self, function: str, data: bytes, *between: object, after: tuple[object, ...] = ()) -> None:
        buffer = self._buffer(data)
        try:
            self._check(function, self._context, *between, buffer, *after)
        finally:
            self._eac.BUF_MEM_clear_free(buffer)

    def _check(self, function: str, *arguments: object) -> None:
        if getattr(self._eac, function)(*arguments) != 1:
            raise Failed(function)

    @staticmethod
    def _octets(buffer: c._Pointer[_Buffer]) -> bytes:
        return c.string_at(buffer.contents.data, buffer.contents.length)
