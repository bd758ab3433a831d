"""What the words of station.toml for security are to asyncua, and back."""

from __future__ import annotations

from asyncua import ua
from asyncua.crypto.security_policies import (
    SecurityPolicy,
    SecurityPolicyAes128Sha256RsaOaep,
    SecurityPolicyAes256Sha256RsaPss,
    SecurityPolicyBasic256Sha256,
)

from drivers.opcua.options import Mode, Security

POLICIES: dict[Security, type[SecurityPolicy]] = {
    Security.BASIC256SHA256: SecurityPolicyBasic256Sha256,
    Security.AES128_SHA256_RSAOAEP: SecurityPolicyAes128Sha256RsaOaep,
    Security.AES256_SHA256_RSAPSS: SecurityPolicyAes256Sha256RsaPss,
}
MODES = {Mode.SIGN: ua.MessageSecurityMode.Sign, Mode.SIGN_AND_ENCRYPT: ua.MessageSecurityMode.SignAndEncrypt}
PROTECTING = frozenset(policy.URI for policy in POLICIES.values())
"""The policies that a password may be encrypted with; the older ones are broken."""


def in_words(endpoint: ua.EndpointDescription) -> str:
    """Name a way into a server as a station.toml would."""
    mode = next((ours for ours, theirs in MODES.items() if theirs == endpoint.SecurityMode), None)
    policy = (endpoint.SecurityPolicyUri or "").rpartition("#")[2].lower()
    return f"{policy} with {mode}" if mode else policy
