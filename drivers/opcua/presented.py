"""The certificate by which a server presents itself, by discovery or as a file, and whether it is believed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from asyncua import ua

from drivers.opcua.certificates import Certificate, UnreadableCertificateError, from_file, leaf
from drivers.opcua.clocks import apart, utc_now
from drivers.opcua.discovery import Discovered, NoDiscoveryError, clock_ahead, discover
from drivers.opcua.options import OpcUaOptions
from drivers.opcua.policies import MODES, POLICIES, in_words
from drivers.opcua.refusals import refusal
from drivers.opcua.trust import distrust


@dataclass(frozen=True, slots=True)
class Presented:
    """A server's certificate, what the server calls itself, and how far its clock is ahead, where it was asked."""

    certificate: Certificate
    uri: str | None = None
    ahead: timedelta | None = None


async def believed(options: OpcUaOptions) -> Presented:
    """Return a certificate that may be believed. Raises `LinkLostError`, `OSError` (nobody is there)."""
    given = options.server_certificate
    found = await _from_file(given) if given else await _asked_for(options)
    trusted = options.fingerprint or (found.certificate.fingerprint if given else None)
    why = distrust(found.certificate, trusted, found.uri, utc_now())
    if why:
        ahead = await clock_ahead(options.url) if found.ahead is None else found.ahead
        raise refusal(why, apart(ahead))
    return found


async def _from_file(given: Path) -> Presented:
    try:
        return Presented(await asyncio.to_thread(from_file, given))
    except (OSError, UnreadableCertificateError) as error:
        raise refusal(f"the file of the server's certificate, {given}, went bad: {error}") from error


async def _asked_for(options: OpcUaOptions) -> Presented:
    try:
        found = await discover(options.url)
    except NoDiscoveryError as error:
        raise refusal(
            f"the server does not let its certificate be asked for ({error}); get it from who runs the server as a file "
            "and name that as server_certificate"
        ) from error
    endpoint = _fitting(found, options)
    try:
        certificate = leaf(endpoint.ServerCertificate or b"")
    except UnreadableCertificateError as error:
        raise refusal(
            f"the server's certificate can't be used: {error}; whoever runs the server must give it a new one"
        ) from error
    return Presented(certificate, endpoint.Server.ApplicationUri, found.ahead)


def _fitting(found: Discovered, options: OpcUaOptions) -> ua.EndpointDescription:
    """Pick the way in that has our security."""
    mode, policy = MODES[options.mode], POLICIES[options.security].URI
    ways_in = [one for one in found.endpoints if (one.EndpointUrl or "").startswith("opc.tcp")]
    for one in ways_in:
        if one.SecurityMode == mode and one.SecurityPolicyUri == policy:
            return one
    offered = ", ".join(sorted({in_words(one) for one in ways_in})) or "nothing at all"
    raise refusal(
        f"the server does not offer {options.security} with {options.mode}, only {offered}; "
        "set one of these as security and mode here, or have ours switched on at the server"
    )
