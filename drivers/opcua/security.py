"""Who is who: our certificate, the server's pinned one, the user. Knows asyncua.

asyncua by itself takes any certificate a server shows over an unprotected channel; here only the pinned one passes.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties

from drivers.link import RemarkCode
from drivers.opcua.client import SecuredClient
from drivers.opcua.identity import identity
from drivers.opcua.options import OpcUaOptions, Security
from drivers.opcua.refusals import unknown_certificate

REQUEST_S = 2.0
"""How long a server may think about one request."""


@dataclass(frozen=True, slots=True)
class Secured:
    """How a link is protected, as far as a person should know: remarks that stand as long as the link does."""

    remarks: tuple[tuple[RemarkCode, str], ...] = ()


async def secure(client: SecuredClient, options: OpcUaOptions) -> Secured:
    """Set certificates and user on a client that is not yet connected. Raises `LinkLostError` for a server not trusted."""
    if options.security is Security.NONE:
        return Secured(((RemarkCode.NOT_SECURED, "anybody on the network can read and change what is said"),))
    assert options.pki is not None, "the options see to it"
    ours = await asyncio.to_thread(identity, options.pki)
    client.application_uri = ours.uri
    theirs = CertProperties(await _trusted_certificate(options), "der")
    await client.set_security(SecurityPolicyBasic256Sha256, ours.certificate, ours.key, server_certificate=theirs)
    if options.user is not None:
        client.set_user(options.user)
        client.set_password(options.password or "")
    return Secured()


async def _trusted_certificate(options: OpcUaOptions) -> bytes:
    """Return the certificate the server shows for our security, if it is the pinned one."""
    endpoints = await Client(options.url, timeout=REQUEST_S).connect_and_get_server_endpoints()
    mode = ua.MessageSecurityMode.SignAndEncrypt
    shown = Client.find_endpoint(endpoints, mode, SecurityPolicyBasic256Sha256.URI).ServerCertificate or b""
    shown = shown[: int.from_bytes(shown[2:4], "big") + 4]  # a chain may follow its first certificate
    fingerprint = hashlib.sha256(shown).hexdigest()
    if fingerprint != options.fingerprint:
        raise unknown_certificate(fingerprint, options.fingerprint)
    return shown
