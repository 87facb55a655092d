"""What a practice card can be told to do wrong, or otherwise: `tear@12`, `slow=10`, `altered-dg1`, `aa=rsa`, …"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

from clerk_app.practice.card_curves import CURVE_FORMS, CURVES
from clerk_app.practice.card_variants import AA_KINDS, AGREEMENTS, CITIZEN_PACE, variants


@dataclass(frozen=True, slots=True)
class CardFaults:
    """One field per fault; the name on the command line has hyphens. `X@N` happens at the Nth command, `X=N` always."""

    # ---- on the wire ----
    tear_at: int = 0
    """the card is taken away instead of answering command N"""
    move_at: int = 0
    """the card is taken away instead of answering command N, and laid again after about a second"""
    garbage_at: int = 0
    """nonsense from command N on"""
    slow_ms: int = 0
    """every answer takes so many milliseconds"""
    mute: bool = False
    """the chip answers no command at all but with 6F00"""
    endless: bool = False
    """every file claims to be 16 MB long"""
    drip: bool = False
    """four octets of a file at a time, whatever is asked for"""
    short_reads: int = 0
    """a READ BINARY for more than N octets is refused (6700)"""
    extended: bool = False
    """answers of up to 2048 octets, announced in the ATR; without it extended commands are refused (6700)"""
    held_back: bool = False
    """answers with data wait for GET RESPONSE (61xx)"""
    exact_length: bool = False
    """a READ BINARY in the clear for more than there is names the length it wants (6Cxx)"""
    end_warning: bool = False
    """a READ BINARY over the end of a file gives what there is with 6282"""

    # ---- opening the chip ----
    no_application: bool = False
    """some other card, without the identity application"""
    no_mf: bool = False
    """SELECT of the master file answers 6D00"""
    no_card_access: bool = False
    no_short_names: bool = False
    """short file identifiers are unknown (6A86)"""
    no_pace: bool = False
    no_pace_mrz: bool = False
    """PACE with the MRZ is refused with 6982, as public readers report of citizen cards"""
    no_bac: bool = False
    pace: str = CITIZEN_PACE
    """what EF.CardAccess offers: mapping-cipher-curve, several joined by +"""
    downgraded_pace: bool = False
    """EF.CardAccess was replaced by one that offers 3DES only; DG14 says what the card was issued with"""
    wrong_can_delay: bool = False
    """each wrong CAN makes the next answer slower, up to two seconds, until a right one"""
    locked: bool = False
    """too many wrong tries: PACE begins with 63C0 and every try is refused (6983)"""

    # ---- what was issued ----
    jpeg: bool = False
    """the portrait is a JPEG instead of a JPEG 2000"""
    expired: bool = False
    """the card ran out last year"""
    no_expiry: bool = False
    """the card of a holder over 60, which never runs out"""
    opaque_dg13: bool = False
    """DG13 is encoded by the issuing agency's own means, as on cards since 2024"""
    no_keys: bool = False
    """a card issued without DG14 and DG15"""
    ca: str = "aes128"
    """the cipher of chip authentication"""
    ca_token: bool = False
    """chip authentication of version 2 (BSI TR-03110-3 §B.2): its answer carries a nonce and a token"""
    aa: str = "ecdsa"
    """the key of active authentication"""
    keys: str = "explicit"
    """how DG14 and DG15 say which curve a key is on"""
    sha1: bool = False
    sha384: bool = False
    sha512: bool = False

    # ---- who signed it ----
    wrong_signature: bool = False
    """the SOD's signature does not fit its content"""
    unknown_signer: bool = False
    """the SOD is signed under an authority that nobody knows"""
    expired_signer: bool = False
    future_signer: bool = False
    """the signer's certificate is not yet valid"""
    wrong_key_usage: bool = False
    """the signer's certificate does not allow signatures"""
    revoked_signer: bool = False
    rsa_signer: bool = False
    pss_signer: bool = False
    explicit_curve: bool = False
    """the signer's certificate has its curve written out in full"""
    renewed_authority: bool = False
    """the signer's certificate is of the authority's second generation"""

    # ---- what a forger did ----
    altered_dg1: bool = False
    altered_dg2: bool = False
    altered_dg13: bool = False
    altered_dg14: bool = False
    """the key in DG14 is the forger's own, which his chip holds: chip authentication works"""
    altered_dg15: bool = False
    """the key in DG15 is the forger's own, which his chip holds: active authentication works"""
    swapped_dg2: bool = False
    """another specimen's portrait"""
    foreign_dg13: bool = False
    """another specimen's DG13"""
    signed_foreign_dg13: bool = False
    """another specimen's DG13, and the SOD lists its digest"""
    unlisted_dg13: bool = False
    """the SOD does not list DG13"""
    no_dg2: bool = False
    no_dg13: bool = False
    no_dg14: bool = False
    """DG14 is missing though the SOD lists it"""
    no_dg15: bool = False
    """DG15 is missing though the SOD lists it"""
    no_sod: bool = False
    copied: bool = False
    """all files of a genuine card on a chip that does not hold its keys"""
    no_ca: bool = False
    """chip authentication is refused though DG14 has a key"""
    no_aa: bool = False
    """active authentication is refused though DG15 has a key"""


_CHOICES = {"ca": tuple(AGREEMENTS), "aa": AA_KINDS, "keys": CURVE_FORMS}
_PACE_FORM = f"gm|im|cam-{'|'.join(AGREEMENTS)}-{'|'.join(CURVES)}"


def parse(words: Iterable[str]) -> CardFaults:
    """The faults named on a command line. Raises `ValueError` for a name that does not exist, listing those that do."""
    known = {field.name for field in fields(CardFaults)}

    def unknown(word: str) -> ValueError:
        choices = "; ".join(f"{name}={'|'.join(allowed)}" for name, allowed in _CHOICES.items())
        names = ", ".join(sorted(known)).replace("_", "-")
        return ValueError(f"unknown fault {word!r}; known: {names}; {choices}; pace={_PACE_FORM}")

    chosen: dict[str, Any] = {}
    for word in words:
        name, mark, value = re.fullmatch(r"([^@=]*)([@=]?)(.*)", word, re.DOTALL).groups()  # type: ignore[union-attr]
        name = name.replace("-", "_")
        field = next(
            (name + end for end in {"@": ("_at",), "=": ("_ms", ""), "": ("",)}[mark] if name + end in known), ""
        )
        match getattr(CardFaults(), field, None):
            case bool() if not mark:
                chosen[field] = True
            case bool():
                raise unknown(word)
            case int() if mark and value.isascii() and value.isdecimal():
                chosen[field] = int(value)
            case str() if mark == "=" and _is_choice(field, value):
                chosen[field] = value
            case _:
                raise unknown(word)
    return CardFaults(**chosen)


def _is_choice(field: str, value: str) -> bool:
    if field in _CHOICES:
        return value in _CHOICES[field]
    try:
        return bool(variants(value))
    except ValueError:
        return False
