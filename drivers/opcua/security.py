"""Who is who: our certificate, the server's trusted one, the user. Knows asyncua.

asyncua by itself takes any certificate a server shows over an unprotected channel; here only the trusted one passes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from asyncua.client.client import Client
from asyncua.crypto.uacrypto import CertProperties
from cryptography import x509

from drivers.link import RemarkCode
from drivers.opcua.certificates import Certificate, UnreadableCertificateError, from_file, private_key
from drivers.opcua.client import SecuredClient
from drivers.opcua.clocks import utc_now
from drivers.opcua.identity import Identity, IdentityError, identity
from drivers.opcua.options import OpcUaOptions, Security
from drivers.opcua.policies import MODES, POLICIES
from drivers.opcua.presented import believed
from drivers.opcua.refusals import refusal
from drivers.opcua.trust import expiring, named_otherwise

_OPEN = "security is 'none': anybody on the network can read what the machine says and change it"
_RENEW_OURS = "at this panel, `lineside certificate STATION.toml --renew`, then have the new one trusted at each server"
_RENEW_THEIRS = "whoever runs the server must give it a new one in time, and its fingerprint must be trusted here"
_RENEW_USERS = "whoever runs the server must make a new one for this user in time"


@dataclass(frozen=True, slots=True)
class Secured:
    """How a link is protected: by whose certificates, or by none at all."""

    host: str
    ours: Certificate | None = None
    theirs: Certificate | None = None
    users: Certificate | None = None

    @property
    def remarks(self) -> tuple[tuple[RemarkCode, str], ...]:
        """Return what a person should know of it today; a link may stand for longer than a certificate."""
        if self.theirs is None:
            return ((RemarkCode.NOT_SECURED, _OPEN),)
        found = (
            (RemarkCode.CERTIFICATE_EXPIRES, self._ending()),
            (RemarkCode.CERTIFICATE_NAMES_OTHER, named_otherwise(self.theirs, self.host)),
        )
        return tuple((code, text) for code, text in found if text)

    def _ending(self) -> str:
        ends = (
            (self.ours, "this station's certificate", _RENEW_OURS),
            (self.theirs, "the server's certificate", _RENEW_THEIRS),
            (self.users, "the user's certificate", _RENEW_USERS),
        )
        now = utc_now()
        found = [expiring(certificate, whose, remedy, now) for certificate, whose, remedy in ends if certificate is not None]
        return "; ".join(text for text in found if text)


async def secure(client: SecuredClient, options: OpcUaOptions) -> Secured:
    """Set certificates and user on a client that is not yet connected. Raises `LinkLostError` for a server not trusted."""
    if options.security is Security.NONE:
        return Secured(options.host)
    ours = await _ours(options)
    theirs = await believed(options)
    client.trust(theirs.certificate, theirs.ahead, options.server_certificate)
    client.application_uri = ours.uri
    shown = CertProperties(theirs.certificate.der, "der")
    policy, mode = POLICIES[options.security], MODES[options.mode]
    await client.set_security(policy, ours.certificate, ours.key, server_certificate=shown, mode=mode)
    users = _sign_in(client, options)
    return Secured(options.host, ours.facts, theirs.certificate, users)


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


def _sign_in(client: Client, options: OpcUaOptions) -> Certificate | None:
    """Prepare how we sign in; return the user's certificate where there is one."""
    if options.user is not None:
        client.set_user(options.user)
        client.set_password(options.password or "")
    if options.user_certificate is None or options.user_key is None:
        return None
    try:
        certificate = from_file(options.user_certificate)
        client.user_certificate = x509.load_der_x509_certificate(certificate.der)
        client.user_private_key = private_key(options.user_key)
    except (OSError, UnreadableCertificateError) as error:
        raise refusal(f"the files of the user's certificate went bad: {error}") from error
    return certificate
