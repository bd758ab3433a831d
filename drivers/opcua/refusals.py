"""What a server's status codes mean to a person, and who must do what at which end. Pure; codes by their names."""

from __future__ import annotations

from drivers.link import LinkFault, LinkLostError

_NOT_ADMITTED = {
    "BadIdentityTokenRejected": "the server does not accept this user and password; check both, or ask who runs the server",
    "BadIdentityTokenInvalid": "the server does not accept this way of signing in; ask who runs it for a user",
    "BadUserAccessDenied": "the server does not let this user in; ask who runs it",
    "BadCertificateUntrusted": "the server does not trust this station yet; accept its certificate at the server",
    "BadSecurityChecksFailed": "the server does not trust this station yet; accept its certificate at the server",
    "BadCertificateUriInvalid": "the name in this station's certificate is not accepted; delete it from the pki folder",
    "BadCertificateTimeInvalid": "a certificate is not valid today; check the clocks of station and server, then renew it",
    "BadCertificateInvalid": "the server can't read this station's certificate; delete it from the pki folder",
    "BadSecurityPolicyRejected": "the server does not offer this security; choose another at one end",
    "BadSecurityModeRejected": "the server does not offer this security; choose another at one end",
    "BadTooManySessions": "the server has no session left; close another client or allow more at the server",
    "BadTooManySubscriptions": "the server has no subscription left; close another client or allow more at the server",
    "BadServerHalted": "the server is there but has not been started",
}

_WRITE_REFUSALS = {
    "BadNodeIdUnknown": "the server has no such node",
    "BadNotWritable": "the server does not let it be written",
    "BadUserAccessDenied": "the server does not let this user write it",
    "BadTypeMismatch": "the server holds it as another type",
    "BadOutOfRange": "the server does not accept this value",
    "BadWriteNotSupported": "the server can't write it",
}

_LEAVES_DOUBT = frozenset(
    {"BadTimeout", "BadCommunicationError", "BadNoCommunication", "BadDeviceFailure", "BadInternalError", "BadUnexpectedError"}
)


class NotWrittenError(Exception):
    """The server's answer to a write was this status code; `name` is its name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name
        self.reason = f"{_WRITE_REFUSALS.get(name, 'the server did not do it')} ({name})"
        self.leaves_doubt = name in _LEAVES_DOUBT
        """Whether it may have happened all the same."""


def lost_by(name: str) -> LinkLostError:
    """Return what it means that the server answered a request with this code."""
    if name in _NOT_ADMITTED:
        return LinkLostError(LinkFault.NOT_ADMITTED, f"{_NOT_ADMITTED[name]} ({name})")
    if name in ("BadTimeout", "BadRequestTimeout"):
        return LinkLostError(LinkFault.SILENT, f"the server gave up on a request ({name})")
    return LinkLostError(LinkFault.CLOSED, f"the server ended the session ({name})")


def unknown_certificate(shown: str, pinned: str | None) -> LinkLostError:
    """Return the refusal to talk to a server whose certificate is not the one that was trusted; `shown` is its SHA-256."""
    if pinned is None:
        reason = f"the server's certificate is not trusted yet; if it is {shown}, write that as its fingerprint"
    else:
        reason = f"the server shows another certificate than the trusted one: {shown}; ask who changed it before trusting it"
    return LinkLostError(LinkFault.NOT_ADMITTED, reason)
