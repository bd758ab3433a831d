"""The screwdriver's own certificate, made new at each start: its fingerprint is in the ready line."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address

from asyncua.crypto.cert_gen import dump_private_key_as_pem, generate_private_key, generate_self_signed_app_certificate
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import DNSName, GeneralName, IPAddress, UniformResourceIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate (DER) and its private key (PEM)."""

    certificate: bytes
    private_key: bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex."""
        return sha256(self.certificate).hexdigest()


def make_identity(application_uri: str) -> Identity:
    """Make a self-signed identity for this host, good for a year."""
    key = generate_private_key()
    names: list[GeneralName] = [
        UniformResourceIdentifier(application_uri),
        DNSName("localhost"),
        DNSName(socket.gethostname()),
        IPAddress(IPv4Address("127.0.0.1")),
    ]
    use = [ExtendedKeyUsageOID.SERVER_AUTH]
    certificate = generate_self_signed_app_certificate(key, "Simulated screwdriver", {}, names, use)
    return Identity(certificate.public_bytes(Encoding.DER), dump_private_key_as_pem(key))
