"""What station.toml may say about an OPC UA server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from drivers.driver import DeviceSetup
from drivers.options import Options

_KEYS = ("url", "security", "user", "password", "fingerprint", "pki")
_STANDARD_PORT = 4840


class Security(StrEnum):
    """How a channel is protected; there is no default, because none must be chosen knowingly."""

    NONE = "none"
    BASIC256SHA256 = "basic256sha256"


@dataclass(frozen=True, slots=True)
class OpcUaOptions:
    """A server's options, checked. `fingerprint` is the SHA-256 of its certificate as lower-case hex."""

    url: str
    host: str
    port: int
    security: Security
    user: str | None
    password: str | None
    fingerprint: str | None
    pki: Path | None

    @classmethod
    def of(cls, setup: DeviceSetup) -> OpcUaOptions:
        """Read them; raises `MachineSetupError` naming the key."""
        options = Options(setup.device, setup.options, _KEYS)
        url, host, port = _url(options)
        security = Security(options.choice("security", tuple(Security)))
        user, password, pki = options.optional("user"), options.optional("password"), options.optional("pki")
        _check_security(options, security, user, password, pki)
        return cls(url, host, port, security, user, password, _fingerprint(options), Path(pki) if pki else None)


def _url(options: Options) -> tuple[str, str, int]:
    url = options.text("url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _STANDARD_PORT
    except ValueError as error:
        raise options.wrong("url", f"can't be read: {error}") from error
    if parts.scheme != "opc.tcp" or not host:
        raise options.wrong("url", f"must be like opc.tcp://host:4840, not {url!r}")
    if parts.username is not None:
        raise options.wrong("url", "must not hold a user; use the options user and password")
    return url, host, port


def _check_security(options: Options, security: Security, user: str | None, password: str | None, pki: str | None) -> None:
    if security is Security.NONE and user is not None:
        raise options.wrong("user", "would send a password in the clear; it needs security = 'basic256sha256'")
    if password is not None and user is None:
        raise options.wrong("password", "needs a user")
    if security is Security.BASIC256SHA256 and pki is None:
        raise options.wrong("pki", "is missing: name a folder for the certificate of this station")


def _fingerprint(options: Options) -> str | None:
    given = options.optional("fingerprint")
    if given is None:
        return None
    plain = given.replace(":", "").replace(" ", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise options.wrong("fingerprint", "must be the SHA-256 of the server's certificate, 64 hexadecimal digits")
    return plain
