"""An authority of a plant that signs certificates for tests."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

VALID = (-9, 9)
"""From nine days ago to nine days ahead."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs certificates. `name` is its common name."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, name: str) -> Authority:
        """A new one."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _bare(name, name, key, VALID).add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        return cls(name, key, made.sign(key, hashes.SHA256()))

    def write(self, file: Path) -> Path:
        """What whoever trusts it is given."""
        file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return file

    def issue(self, folder: Path, host: str, days: tuple[int, int] = VALID) -> tuple[Path, Path]:
        """A host's certificate and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.SubjectAlternativeName([x509.DNSName(host)])
        signed = _bare(host, self.name, key, days).add_extension(named, critical=False).sign(self.key, hashes.SHA256())
        certificate, secret = folder / f"{host}.crt", folder / f"{host}.key"
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        secret.write_bytes(key.private_bytes(*plain))
        secret.chmod(0o600)
        return certificate, secret


def _bare(common: str, issuer: str, key: ec.EllipticCurvePrivateKey, days: tuple[int, int]) -> x509.CertificateBuilder:
    by, named = (x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)]) for text in (issuer, common))
    now = datetime.datetime.now(datetime.UTC)  # noqa: TID251  # libraries judge certificates by the real time
    first, last = (now + datetime.timedelta(days=day) for day in days)
    return x509.CertificateBuilder(by, named, key.public_key(), x509.random_serial_number(), first, last)
