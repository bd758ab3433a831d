"""Who is who: our certificate, the server's trusted one, the user. Knows asyncua.

asyncua by itself takes any certificate a server shows over an unprotected channel; here only the trusted one passes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import (
    SecurityPolicy,
    SecurityPolicyAes128Sha256RsaOaep,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyBasic256Sha256,
)
from asyncua.crypto.uacrypto import CertProperties
from cryptography import x509

from drivers.link import RemarkCode
from drivers.opcua.certificates import Certificate, UnreadableCertificateError, from_file, leaf, private_key
from drivers.opcua.client import SecuredClient
from drivers.opcua.clocks import apart, utc_now
from drivers.opcua.discovery import Discovered, NoDiscoveryError, clock_ahead, discover
from drivers.opcua.identity import Identity, IdentityError, identity
from drivers.opcua.options import Mode, OpcUaOptions, Security
from drivers.opcua.refusals import refusal
from drivers.opcua.trust import distrust, expiring, named_otherwise

_POLICIES: dict[Security, type[SecurityPolicy]] = {
    Security.BASIC256SHA256: SecurityPolicyBasic256Sha256,
    Security.AES128_SHA256_RSAOAEP: SecurityPolicyAes128Sha256RsaOaep,
    Security.AES256_SHA256_RSAPSS: SecurityPolicyAes256Sha256RsaPss,
}
_MODES = {Mode.SIGN: ua.MessageSecurityMode.Sign, Mode.SIGN_AND_ENCRYPT: ua.MessageSecurityMode.SignAndEncrypt}
_OPEN = "security is 'none': anybody on the network can read what the machine says and change it"
_RENEW_OURS = "at this panel, `lineside certificate STATION.toml --renew`, then have the new one trusted at each server"
_RENEW_THEIRS = "whoever runs the server must give it a new one in time, and its fingerprint must be trusted here"


@dataclass(frozen=True, slots=True)
class Secured:
    """How a link is protected: by whose certificates, or by none at all."""

    host: str
    ours: Certificate | None = None
    theirs: Certificate | None = None

    @property
    def remarks(self) -> tuple[tuple[RemarkCode, str], ...]:
        """Return what a person should know of it today; a link may stand for longer than a certificate."""
        if self.ours is None or self.theirs is None:
            return ((RemarkCode.NOT_SECURED, _OPEN),)
        now = utc_now()
        ending = [
            expiring(self.ours, "this station's certificate", _RENEW_OURS, now),
            expiring(self.theirs, "the server's certificate", _RENEW_THEIRS, now),
        ]
        found = (
            (RemarkCode.CERTIFICATE_EXPIRES, "; ".join(text for text in ending if text)),
            (RemarkCode.CERTIFICATE_NAMES_OTHER, named_otherwise(self.theirs, self.host)),
        )
        return tuple((code, text) for code, text in found if text)


@dataclass(frozen=True, slots=True)
class _Shown:
    """The certificate a server showed or that we were given, what the server calls itself, and its clock where it told."""

    certificate: Certificate
    uri: str | None = None
    ahead: timedelta | None = None


async def secure(client: SecuredClient, options: OpcUaOptions) -> Secured:
    """Set certificates and user on a client that is not yet connected. Raises `LinkLostError` for a server not trusted."""
    if options.security is Security.NONE:
        return Secured(options.host)
    ours = await _ours(options)
    shown = await _shown(options)
    await _believe(shown, options)
    client.trust(shown.certificate, shown.ahead, options.server_certificate)
    client.application_uri = ours.uri
    theirs = CertProperties(shown.certificate.der, "der")
    await client.set_security(
        _POLICIES[options.security], ours.certificate, ours.key, server_certificate=theirs, mode=_MODES[options.mode]
    )
    _sign_in(client, options)
    return Secured(options.host, ours.facts, shown.certificate)


async def _ours(options: OpcUaOptions) -> Identity:
    assert options.pki is not None, "the options see to it"
    try:
        return await asyncio.to_thread(identity, options.pki)
    except IdentityError as error:
        raise refusal(str(error)) from error
    except OSError as error:
        raise refusal(
            f"this station's certificate can't be kept in {options.pki}: {error.strerror}; give the station the right"
        ) from error


async def _shown(options: OpcUaOptions) -> _Shown:
    """Take the certificate from the file we were given, else ask the server for it."""
    if options.server_certificate is not None:
        try:
            return _Shown(await asyncio.to_thread(from_file, options.server_certificate))
        except (OSError, UnreadableCertificateError) as error:
            raise refusal(f"the file of the server's certificate, {options.server_certificate}, went bad: {error}") from error
    try:
        found = await discover(options.url)
    except NoDiscoveryError as error:
        raise refusal(
            f"the server does not let its certificate be asked for ({error}); get it from who runs the server as a file "
            "and name that as server_certificate"
        ) from error
    return _offered(found, options)


def _offered(found: Discovered, options: OpcUaOptions) -> _Shown:
    """Pick the certificate shown for our security."""
    mode, policy = _MODES[options.mode], _POLICIES[options.security].URI
    fitting = [one for one in found.endpoints if one.SecurityMode == mode and one.SecurityPolicyUri == policy]
    if not fitting:
        raise refusal(
            f"the server does not offer {options.security} with {options.mode}, only {_in_words(found)}; "
            "set one of these as security and mode here, or have ours switched on at the server"
        )
    try:
        certificate = leaf(fitting[0].ServerCertificate or b"")
    except UnreadableCertificateError as error:
        raise refusal(
            f"the server's certificate can't be used: {error}; whoever runs the server must give it a new one"
        ) from error
    return _Shown(certificate, fitting[0].Server.ApplicationUri, found.ahead)


def _in_words(found: Discovered) -> str:
    """Name the ways in as a station.toml would."""
    ways = {
        f"{one.SecurityPolicyUri.rpartition('#')[2].lower()} with {_mode_in_words(one.SecurityMode)}" for one in found.endpoints
    }
    return ", ".join(sorted(ways)) or "nothing at all"


def _mode_in_words(mode: ua.MessageSecurityMode) -> str:
    return next((ours for ours, theirs in _MODES.items() if theirs == mode), "none")


async def _believe(shown: _Shown, options: OpcUaOptions) -> None:
    """Raise `LinkLostError` for a certificate that is not believed, the clocks first where they are the likelier cause."""
    certificate = shown.certificate
    trusted = options.fingerprint or (certificate.fingerprint if options.server_certificate else None)
    why = distrust(certificate, trusted, shown.uri, utc_now())
    if why:
        ahead = await clock_ahead(options.url) if shown.ahead is None else shown.ahead
        raise refusal(why, apart(ahead))


def _sign_in(client: Client, options: OpcUaOptions) -> None:
    if options.user is not None:
        client.set_user(options.user)
        client.set_password(options.password or "")
    if options.user_certificate is None or options.user_key is None:
        return
    try:
        client.user_certificate = x509.load_der_x509_certificate(from_file(options.user_certificate).der)
        client.user_private_key = private_key(options.user_key)
    except (OSError, UnreadableCertificateError) as error:
        raise refusal(f"the files of the user's certificate went bad: {error}") from error
