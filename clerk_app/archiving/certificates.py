"""Certificates from a file, PEM or DER."""

from __future__ import annotations

from cryptography import x509


def read(data: bytes) -> list[x509.Certificate]:
    """All that is in there. Raises `ValueError`."""
    if b"-----BEGIN" in data:
        return x509.load_pem_x509_certificates(data)
    return [x509.load_der_x509_certificate(data)]
