"""PAdES signatures (ETSI EN 319 142-1, level B-B) on archive copies: made and judged by pyHanko. Worker only."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from typing import Any

from asn1crypto import cms
from asn1crypto import x509 as asn1
from asn1crypto.parser import peek
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, validation
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from clerk_app.archiving.certificates import read
from clerk_app.archiving.officer_token import OpenKey, TokenTrouble
from clerk_app.archiving.signing_wire import Worth

FIELD = "Signature1"
_HEAD = 64
"""Octets at the start of a CMS within which its list of digests ends, when that has one."""
_USAGE = KeyUsageConstraints(
    key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False, extd_key_usage=None
)
_NOT_READABLE = (
    PdfError,
    ValidationError,
    UnsupportedAlgorithm,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pyHanko and asn1crypto raise, among them, for bytes that are no longer what somebody wrote."""


class _SameCopy(IncrementalPdfFileWriter):
    """Adds to a copy without touching what it says of itself: a PDF/A-2b is PDF 1.7 and says the same in all places.

    pyHanko would make it PDF 2.0 for some keys, and name itself in the information otherwise than in the metadata.
    """

    def _update_meta(self) -> None:
        pass

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        pass

    def register_extension(self, ext: object) -> None:
        pass


class _TokenSigner(PKCS11Signer):
    """Puts the officer's certificate into the signature, once, and none beside it.

    It is the only one whose digest is among what is signed: any other could be changed without anybody noticing.
    """

    @property
    def cert_registry(self) -> SimpleCertificateStore:
        return SimpleCertificateStore()  # type: ignore[no-untyped-call]


def signer_of(key: OpenKey) -> Any:
    """A signer that holds the key for as many copies as there are."""
    return _TokenSigner(
        key.session,
        signing_cert=asn1.Certificate.load(key.certificate.der),
        key_id=key.certificate.key_id,
        use_raw_mechanism=key.certificate.is_elliptic and not key.hashes_itself,
    )


def signed(pdf: bytes, signer: Any) -> bytes:
    """The copy with a signature over all of it added to its end; the bytes before stay.

    Raises `TokenTrouble`: SIGN_COPY_DAMAGED, SIGN_TWICE, SIGN_NOT_RIGHT when the token's signature does not fit its
    certificate.
    """
    try:
        writer = _SameCopy(BytesIO(pdf))
        already = bool(writer.prev.embedded_signatures)
    except _NOT_READABLE as problem:
        raise TokenTrouble("SIGN_COPY_DAMAGED") from problem
    if already:
        raise TokenTrouble("SIGN_TWICE")
    said = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, embed_validation_info=False
    )
    out = BytesIO()
    signers.PdfSigner(said, signer=signer).sign_pdf(writer, output=out)
    done = out.getvalue()
    if _judged(done, ()) not in ("good", "untrusted"):
        raise TokenTrouble("SIGN_NOT_RIGHT")
    return done


def worth(pdf: bytes, trusted: Iterable[bytes]) -> Worth:
    """What the signature is worth to whoever trusts these certificates (PEM or DER); nothing is fetched from anywhere.

    `good`: one signature over every octet of the file, whose certificate leads to a trusted one as of the moment that
    the signature names. `altered` also for what can no longer be read. Revocation is not asked: a B-B signature
    carries no proof of it.
    """
    try:
        return _judged(pdf, trusted)
    except _NOT_READABLE:
        return "altered"


def _judged(pdf: bytes, trusted: Iterable[bytes]) -> Worth:
    reader = PdfFileReader(BytesIO(pdf))
    found = reader.embedded_signatures
    if not found:
        return "unsigned"
    (signature,) = found
    if not _is_tight(pdf, signature):
        return "altered"
    status = validation.validate_pdf_signature(
        signature,
        signer_validation_context=_context(trusted, signature.self_reported_timestamp),
        key_usage_settings=_USAGE,
        skip_diff=True,  # whatever was added later makes it cover less than the file, which is enough to know
    )
    if not (status.intact and status.valid and status.coverage == SignatureCoverageLevel.ENTIRE_FILE):
        return "altered"
    return "good" if status.trusted else "untrusted"


def _is_tight(pdf: bytes, signature: Any) -> bool:
    """Whether the one hole of the signature holds its CMS as we write it and zeros, and is just as large as it says.

    The hole is the only part of the file that no signature can cover, and a CMS has parts that nothing in it covers
    (RFC 5652 §5.1): its list of digests, versions, how it names the signer, other certificates.
    """
    first, before, after, rest = (int(one) for one in signature.byte_range)
    hole = pdf[before:after]
    if first != 0 or after + rest != len(pdf) or hole[:1] != b"<" or hole[-1:] != b">":
        return False
    digits, filled = hole[1:-1], bytes(signature.pkcs7_content)
    written = filled.hex()
    if digits not in (written.encode(), written.upper().encode()) or any(filled[peek(filled) :]):
        return False
    data, signer = signature.signed_data, signature.signer_info
    if cms.ContentInfo({"content_type": "signed_data", "content": data}).dump() != filled[: peek(filled)]:
        return False
    algorithms = cms.DigestAlgorithms([signer["digest_algorithm"]])
    issuer = signature.signer_cert.issuer.dump()  # to the letter: names are compared without regard to case
    one = len(data["certificates"]) == 1 and data["version"].native == signer["version"].native == "v1"
    named = signer["sid"].chosen["issuer"].dump() == issuer
    return one and named and algorithms.dump() in filled[:_HEAD]


def _context(trusted: Iterable[bytes], moment: datetime | None) -> Any:
    roots = [asn1.Certificate.load(one.public_bytes(Encoding.DER)) for data in trusted for one in read(data)]
    return ValidationContext(
        trust_roots=roots, moment=moment, best_signature_time=moment, allow_fetching=False, revocation_mode="soft-fail"
    )
