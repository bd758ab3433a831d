"""What a certificate says of itself: whose it is, which names, how long, how strong. Knows no OPC UA library."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha1, sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, load_der_private_key, load_pem_private_key

WARN_DAYS = 60
"""So long before its end a certificate is spoken of."""

_UNREADABLE = (ValueError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)

LEAST_KEY_BITS = 2048
"""The least of all three policies (OPC 10000-7)."""


class UnreadableCertificateError(Exception):
    """These bytes are no certificate or key that can be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate's claims; `key_bits` is None for a key that is not RSA."""

    der: bytes = field(repr=False)
    fingerprint: str
    """SHA-256 of the DER bytes, lower-case hex."""
    subject: str
    uris: tuple[str, ...]
    hosts: tuple[str, ...]
    valid_from: datetime
    valid_until: datetime
    key_bits: int | None

    @property
    def thumbprint(self) -> str:
        """SHA-1 of the DER bytes, which many servers show; nothing is trusted by it."""
        return sha1(self.der, usedforsecurity=False).hexdigest()

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative when it has."""
        return (self.valid_until - now) // timedelta(days=1)

    def names_host(self, host: str) -> bool:
        """Whether `host` is among the names it is made for."""
        return host.lower() in (name.lower() for name in self.hosts)

    def in_words(self) -> str:
        """Whose it is, for which names and until when."""
        names = f", for {', '.join(self.hosts)}" if self.hosts else ""
        return f"'{self.subject}'{names}, valid until {self.valid_until:%Y-%m-%d}"


def leaf(der: bytes) -> Certificate:
    """Read a certificate; of a chain the first counts. Raises `UnreadableCertificateError`."""
    try:
        return _facts(x509.load_der_x509_certificate(_first(der)))
    except _UNREADABLE as error:
        raise UnreadableCertificateError(f"it can't be read: {error}") from error


def from_file(path: Path) -> Certificate:
    """Read a DER or PEM file. Raises `OSError`, `UnreadableCertificateError`."""
    content = path.read_bytes()
    if b"-----BEGIN CERTIFICATE-----" not in content:
        return leaf(content)
    try:
        return _facts(x509.load_pem_x509_certificate(content))
    except _UNREADABLE as error:
        raise UnreadableCertificateError(f"it can't be read: {error}") from error


def private_key(path: Path) -> PrivateKeyTypes:
    """Read a key file, DER or PEM, that needs no passphrase. Raises `OSError`, `UnreadableCertificateError`."""
    content = path.read_bytes()
    load = load_pem_private_key if b"-----BEGIN" in content else load_der_private_key
    try:
        return load(content, None)
    except TypeError as error:
        raise UnreadableCertificateError("it wants a passphrase; give a key without one, readable by its owner only") from error
    except _UNREADABLE as error:
        raise UnreadableCertificateError(f"it can't be read: {error}") from error


def _first(der: bytes) -> bytes:
    """Cut what follows the first element: DER holds its length in two bytes where it is above 255, as all certificates' is."""
    if der[:2] != b"\x30\x82":
        return der
    return der[: int.from_bytes(der[2:4], "big") + 4]


def _facts(found: x509.Certificate) -> Certificate:
    der = found.public_bytes(Encoding.DER)
    key = found.public_key()
    uris, hosts = _names(found)
    return Certificate(
        der=der,
        fingerprint=sha256(der).hexdigest(),
        subject=found.subject.rfc4514_string(),
        uris=uris,
        hosts=hosts,
        valid_from=found.not_valid_before_utc,
        valid_until=found.not_valid_after_utc,
        key_bits=key.key_size if isinstance(key, rsa.RSAPublicKey) else None,
    )


def _names(found: x509.Certificate) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """URIs, and host names with addresses, of the subject's alternative names."""
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return (), ()
    addresses = [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return tuple(names.get_values_for_type(x509.UniformResourceIdentifier)), (
        *names.get_values_for_type(x509.DNSName),
        *addresses,
    )
