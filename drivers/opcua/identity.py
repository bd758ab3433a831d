"""The certificate by which a station shows itself to OPC UA servers: made once, kept in a folder, ten years long."""

from __future__ import annotations

import os
import socket
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from drivers.opcua.certificates import Certificate, UnreadableCertificateError, from_file, private_key
from drivers.opcua.clocks import utc_now

_VALID = timedelta(days=3653)
_BACKDATED = timedelta(days=1)
"""A server whose clock is behind ours must not find our certificate to be of the future."""
_KEY_BITS = 2048
_CERTIFICATE = "station.der"
_KEY = "station-key.pem"
_ANYWHERE = "192.0.2.1"  # of no network (RFC 5737): asking for the way there sends nothing
_making = threading.Lock()


class IdentityError(Exception):
    """The files of certificate and key can't be used; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Files of certificate and key, and the application URI that the certificate names."""

    certificate: Path
    key: Path
    uri: str
    facts: Certificate

    @property
    def other_host(self) -> str:
        """Say that the panel was renamed since the certificate was made; empty where it was not."""
        host = socket.gethostname()
        if self.facts.names_host(host):
            return ""
        return (
            f"the certificate was made when this panel was called {', '.join(self.facts.hosts[:1])}, now it is {host}; "
            "servers that trust it go on doing so. To change it: lineside certificate STATION.toml --renew"
        )


def identity(folder: Path) -> Identity:
    """Return the identity kept in `folder`; make it where there is none. Raises `OSError`, `IdentityError`."""
    with _making:
        if not ((folder / _CERTIFICATE).exists() or (folder / _KEY).exists()):
            _make(folder)
        return _kept(folder)


def renew(folder: Path) -> Identity:
    """Make a new certificate with a new key, which servers must be told to trust. Raises `OSError`."""
    with _making:
        _make(folder)
        return _kept(folder)


def _kept(folder: Path) -> Identity:
    certificate, key = folder / _CERTIFICATE, folder / _KEY
    try:
        facts = from_file(certificate)
        uri = facts.uris[0]
        fits = private_key(key).public_key() == x509.load_der_x509_certificate(facts.der).public_key()
    except (UnreadableCertificateError, FileNotFoundError, IndexError) as error:
        raise IdentityError(_damaged(folder, "can't be read")) from error
    if not fits:
        raise IdentityError(_damaged(folder, "do not belong together"))
    return Identity(certificate, key, uri, facts)


def _damaged(folder: Path, what: str) -> str:
    return (
        f"{_CERTIFICATE} and {_KEY} in {folder} {what}; put both back from a backup, or make new ones at this panel with "
        "`lineside certificate STATION.toml --renew` and have the new certificate trusted at the server"
    )


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
    made = _signed(private, socket.gethostname(), utc_now())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    _put(folder / _KEY, pem, 0o600)
    _put(folder / _CERTIFICATE, made.public_bytes(Encoding.DER), 0o644)


def _put(file: Path, content: bytes, mode: int) -> None:
    """Write a file whole or not at all, never readable by more than `mode` says."""
    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    new.replace(file)


def _signed(private: rsa.RSAPrivateKey, host: str, now: datetime) -> x509.Certificate:
    """Make the certificate as OPC 10000-6 6.2.2 wants it of an application that signs itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Lineside on {host}"[:64])])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    public = private.public_key()
    return (
        x509.CertificateBuilder(name, name, public, x509.random_serial_number(), now - _BACKDATED, now + _VALID)
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(private, hashes.SHA256())
    )


def _names(host: str) -> list[x509.GeneralName]:
    names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(f"urn:{host}:lineside"), x509.DNSName(host)]
    address = _own_address()
    return [*names, x509.IPAddress(IPv4Address(address))] if address else names


def _own_address() -> str | None:
    """Return the address by which this panel reaches other networks; None where it reaches none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((_ANYWHERE, 9))
        except OSError:
            return None
        return probe.getsockname()[0]
