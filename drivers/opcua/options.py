"""What station.toml may say about an OPC UA server."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from drivers.driver import DeviceSetup
from drivers.opcua.address import STANDARD, NodeAddress, parse
from drivers.opcua.certificates import UnreadableCertificateError, from_file, private_key
from drivers.options import Options

_KEYS = (
    "url",
    "security",
    "mode",
    "fingerprint",
    "server_certificate",
    "pki",
    "user",
    "password",
    "user_certificate",
    "user_key",
    "sampling_ms",
    "history",
    "alarms",
)
_STANDARD_PORT = 4840
_SERVER = "2253"
"""The Server object, which tells the events of a whole server."""


class Security(StrEnum):
    """By which policy a channel is protected; there is no default, because none must be chosen knowingly."""

    NONE = "none"
    BASIC256SHA256 = "basic256sha256"
    AES128_SHA256_RSAOAEP = "aes128_sha256_rsaoaep"
    AES256_SHA256_RSAPSS = "aes256_sha256_rsapss"


class Mode(StrEnum):
    """What a protected channel does: nobody can change what is said, or nobody can read it either."""

    SIGN = "sign"
    SIGN_AND_ENCRYPT = "sign_and_encrypt"


@dataclass(frozen=True, slots=True)
class OpcUaOptions:
    """A server's options, checked. `fingerprint` is the SHA-256 of its certificate as lower-case hex."""

    url: str
    host: str
    port: int
    security: Security
    mode: Mode
    fingerprint: str | None
    server_certificate: Path | None
    """A file of the server's certificate, for servers that do not let theirs be asked for."""
    pki: Path | None
    user: str | None
    password: str | None = field(repr=False)
    user_certificate: Path | None
    user_key: Path | None
    sampling_ms: int | None
    """How often the server shall look at each value; None for half its group's period."""
    history: bool
    """Whether a gap is closed from the server's own history where it keeps one."""
    alarms: NodeAddress | None
    """The node that tells the server's own alarms; None where they are not wanted."""

    @classmethod
    def of(cls, setup: DeviceSetup) -> OpcUaOptions:
        """Read them; raises `MachineSetupError` naming the key."""
        options = Options(setup.device, setup.options, _KEYS)
        url, host, port = _url(options)
        found = cls(
            url=url,
            host=host,
            port=port,
            security=Security(options.choice("security", tuple(Security))),
            mode=Mode(options.choice("mode", tuple(Mode), Mode.SIGN_AND_ENCRYPT)),
            fingerprint=_fingerprint(options),
            server_certificate=_file(options, "server_certificate", from_file),
            pki=_path(options, "pki"),
            user=options.optional("user"),
            password=options.optional("password"),
            user_certificate=_file(options, "user_certificate", from_file),
            user_key=_file(options, "user_key", _kept_private),
            sampling_ms=options.integer("sampling_ms", 0, 1, 60_000) if "sampling_ms" in setup.options else None,
            history=options.flag("history", default=True),
            alarms=_notifier(options, setup),
        )
        _check_protection(options, setup, found)
        _check_user(options, found)
        return found


def _notifier(options: Options, setup: DeviceSetup) -> NodeAddress | None:
    """Read `alarms`: true for the Server object, or the node that tells them."""
    given = setup.options.get("alarms", False)
    if isinstance(given, bool):
        return NodeAddress(STANDARD, "i", _SERVER) if given else None
    try:
        address = parse(options.text("alarms"))
    except ValueError as error:
        raise options.wrong("alarms", f"must be true, or the node that tells them: {error}") from error
    if address.is_part:
        raise options.wrong("alarms", "must be a node, not a part of one")
    return address.node


def _url(options: Options) -> tuple[str, str, int]:
    url = options.text("url")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _STANDARD_PORT
    except ValueError as error:
        raise options.wrong("url", "can't be read; it must be like opc.tcp://host:4840") from error
    if parts.username is not None:
        raise options.wrong("url", "must not hold a user; use the options user and password_env or password_file")
    if parts.scheme != "opc.tcp" or not host:
        raise options.wrong("url", f"must be like opc.tcp://host:4840, not {url!r}")
    return url, host, port


def _check_protection(options: Options, setup: DeviceSetup, found: OpcUaOptions) -> None:
    if found.security is not Security.NONE:
        if found.pki is None:
            raise options.wrong("pki", "is missing: name a folder for the certificate of this station")
        if found.server_certificate and found.fingerprint not in (None, from_file(found.server_certificate).fingerprint):
            raise options.wrong("fingerprint", "is not that of server_certificate; give one of them")
        return
    for key in ("mode", "fingerprint", "server_certificate", "pki"):
        if key in setup.options:
            raise options.wrong(key, f"has no effect with security = 'none'; {_PROTECTED}")


def _check_user(options: Options, found: OpcUaOptions) -> None:
    if found.security is Security.NONE and found.user is not None:
        raise options.wrong("user", f"would send a password in the clear; {_PROTECTED}")
    if found.security is Security.NONE and found.user_certificate is not None:
        raise options.wrong("user_certificate", f"proves nothing on a line that anybody can change; {_PROTECTED}")
    if found.password is not None and found.user is None:
        raise options.wrong("password", "needs a user")
    if found.user is not None and found.user_certificate is not None:
        raise options.wrong("user_certificate", "is a second way to sign in beside 'user'; give one of them")
    if (found.user_certificate is None) != (found.user_key is None):
        missing = "user_key" if found.user_key is None else "user_certificate"
        raise options.wrong(missing, "is missing: user_certificate and user_key belong together")


_PROTECTED = f"it needs security = {' or '.join(repr(one.value) for one in Security if one is not Security.NONE)}"


def _path(options: Options, key: str) -> Path | None:
    given = options.optional(key)
    return Path(given) if given else None


def _file(options: Options, key: str, read: Callable[[Path], object]) -> Path | None:
    """Return the file that `key` names, if `read` makes sense of it."""
    path = _path(options, key)
    if path is None:
        return None
    try:
        read(path)
    except OSError as error:
        raise options.wrong(key, f"names a file that can't be opened: {path}: {error.strerror}") from error
    except UnreadableCertificateError as error:
        raise options.wrong(key, f"names a file that can't be used: {path}: {error}") from error
    return path


def _kept_private(key: Path) -> None:
    """Raise `UnreadableCertificateError` for a key that others can read, or nobody."""
    if os.name == "posix" and key.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnreadableCertificateError("others can read it; let only the station's user do so (mode 600)")
    private_key(key)


def _fingerprint(options: Options) -> str | None:
    given = options.optional("fingerprint")
    if given is None:
        return None
    plain = given.replace(":", "").replace(" ", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", plain):
        raise options.wrong("fingerprint", "must be the SHA-256 of the server's certificate, 64 hexadecimal digits")
    return plain
