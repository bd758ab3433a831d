"""The certificate by which a station shows itself to OPC UA servers: made once, kept in a folder, ten years long."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

from asyncua.crypto import cert_gen
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

_DAYS = 3650
_CERTIFICATE = "station.der"
_KEY = "station-key.pem"


@dataclass(frozen=True, slots=True)
class Identity:
    """Files of certificate and key, and the application URI that the certificate names."""

    certificate: Path
    key: Path
    uri: str


def identity(folder: Path) -> Identity:
    """Return the identity kept in `folder`; make it where there is none. Raises `OSError`."""
    certificate, key = folder / _CERTIFICATE, folder / _KEY
    host = socket.gethostname()
    if not (certificate.exists() and key.exists()):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make(certificate, key, host)
    return Identity(certificate, key, _uri_in(certificate))


def _make(certificate: Path, key: Path, host: str) -> None:
    private = cert_gen.generate_private_key()
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(f"urn:{host}:lineside"), x509.DNSName(host)]
    made = cert_gen.generate_self_signed_app_certificate(
        private, "Lineside", {}, names, [ExtendedKeyUsageOID.CLIENT_AUTH], days=_DAYS
    )
    with open(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(cert_gen.dump_private_key_as_pem(private))
    certificate.write_bytes(made.public_bytes(Encoding.DER))


def _uri_in(certificate: Path) -> str:
    names = x509.load_der_x509_certificate(certificate.read_bytes()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    return names.value.get_values_for_type(x509.UniformResourceIdentifier)[0]
