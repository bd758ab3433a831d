"""What a server's status codes mean to a person, and who must do what at which end. Pure; codes by their names."""

from __future__ import annotations

from drivers.link import LinkFault, LinkLostError

_OURS = "`lineside certificate STATION.toml` shows this station's certificate"
_RENEW = "make a new one at this panel with `lineside certificate STATION.toml --renew` and have it trusted at the server"

_CERTIFICATES = {
    "BadCertificateUntrusted": f"the server does not trust this station yet; accept its certificate at the server ({_OURS})",
    "BadSecurityChecksFailed": (
        "the server does not trust this station yet, or another security is set at it; "
        f"accept the station's certificate at the server ({_OURS}), then look into the server's log for its reason"
    ),
    "BadCertificateUriInvalid": f"the server says that this station's certificate is made for another application; {_RENEW}",
    "BadCertificateTimeInvalid": (
        f"the server says that this station's certificate is not valid today; check the clocks of both ends first, else {_RENEW}"
    ),
    "BadCertificateIssuerTimeInvalid": "the certificate of the authority that signed is not valid today; its owner must renew it",
    "BadCertificateInvalid": f"the server can't read this station's certificate; {_RENEW}",
    "BadCertificateHostNameInvalid": f"the server wants this panel's present name in its certificate; {_RENEW}",
    "BadCertificateUseNotAllowed": f"the server does not accept what this station's certificate may be used for; {_RENEW}",
    "BadCertificateIssuerUseNotAllowed": "the server does not accept who signed the certificate; ask who runs the server",
    "BadCertificatePolicyCheckFailed": (
        f"this station's certificate is too weak for the server; {_RENEW}, or choose another security at one end"
    ),
    "BadCertificateRevoked": f"the server says that this station's certificate was called back; ask its owner, then {_RENEW}",
    "BadCertificateIssuerRevoked": "the server says that the certificate's authority was called back; ask who runs the server",
    "BadCertificateRevocationUnknown": "the server can't tell whether the certificate was called back; give it a list of those",
    "BadCertificateIssuerRevocationUnknown": (
        "the server can't tell whether the certificate's authority was called back; give it a list of those that were"
    ),
    "BadCertificateChainIncomplete": "the server misses who signed this station's certificate; accept the certificate itself",
    "BadApplicationSignatureInvalid": f"the server can't follow this station's signature; {_RENEW}",
    "BadNoValidCertificates": f"the server finds no certificate of this station that it accepts; {_RENEW}",
    "BadInvalidTimestamp": "the server does not accept this panel's time; set the clock that is wrong",
}

_NOT_ADMITTED = {
    "BadIdentityTokenRejected": "the server does not accept this user or password; check both, or ask who runs the server",
    "BadIdentityTokenInvalid": "the server can't accept this way of signing in; check user and password, or ask for a user",
    "BadUserAccessDenied": "the server does not let this user in; check user and password, or ask for the right",
    "BadUserSignatureInvalid": "the user's key does not fit the user's certificate, or the server wants another; check user_key",
    "BadIdentityChangeNotSupported": "the server does not let the user be changed; end its other session first",
    "BadSecurityPolicyRejected": "the server does not offer this security; choose another `security`, or switch it on there",
    "BadSecurityModeRejected": "the server does not offer this mode; choose another `mode`, or switch it on there",
    "BadSecurityModeInsufficient": "the server wants more protection for this; choose security and mode sign_and_encrypt here",
    "BadNonceInvalid": "the server does not accept how this station proves itself; choose another `security`",
    "BadTooManySessions": "the server has no session left; close another client or allow more at the server",
    "BadMaxConnectionsReached": "the server has no connection left; close another client or allow more at the server",
    "BadTcpNotEnoughResources": "the server has no connection left; close another client or allow more at the server",
    "BadTooManySubscriptions": "the server has no subscription left; close another client or allow more at the server",
    "BadTooManyPublishRequests": "the server takes no more publish requests; close another client or allow more at the server",
    "BadTooManyMonitoredItems": "the server watches no more items; watch fewer or allow more at the server",
    "BadServerHalted": "the server is there but has not been started; start it",
    "BadTcpEndpointUrlInvalid": "the server does not know this url; check what stands after its host and port",
    "BadServerUriInvalid": "another server answers here than the one asked for; check the url",
    "BadServerNameMissing": "the server wants its name in the url; ask who runs it for the whole url",
    "BadServiceUnsupported": "the server does not offer a service that this station needs; ask who makes the server",
    "BadProtocolVersionUnsupported": "the server speaks another version of OPC UA; ask who makes it for a newer one",
    "BadRequestTooLarge": "the server takes no requests of this size; watch fewer tags in a group or allow more at the server",
    "BadResponseTooLarge": "the server's answer is larger than agreed; watch fewer tags in a group",
    "BadEncodingLimitsExceeded": "a message is larger than the server takes; watch fewer tags in a group or allow more there",
    "BadTcpMessageTooLarge": "a message is larger than the server takes; watch fewer tags in a group or allow more there",
}

_ENDED = {
    "BadSessionIdInvalid": "the server no longer knows this station's session",
    "BadSessionClosed": "the server closed this station's session",
    "BadSessionNotActivated": "the server no longer knows this station's session",
    "BadSecureChannelClosed": "the server closed the channel",
    "BadSecureChannelIdInvalid": "the server no longer knows this station's channel",
    "BadSecureChannelTokenUnknown": "the server no longer knows this station's channel",
    "BadTcpSecureChannelUnknown": "the server no longer knows this station's channel",
    "BadSubscriptionIdInvalid": "the server no longer knows this station's subscription",
    "BadNoSubscription": "the server no longer knows this station's subscription",
    "BadTcpMessageTypeInvalid": "what answers does not speak OPC UA as it should; check the url's port",
    "BadTcpServerTooBusy": "the server is too busy to let this station in; it is tried again",
    "BadTcpInternalError": "the server had an error of its own",
    "BadServerNotConnected": "the server has lost what stands behind it",
    "BadServerTooBusy": "the server is too busy to let this station in; it is tried again",
    "BadShutdown": "the server is shutting down",
    "BadConnectionClosed": "the server closed the connection",
}

_SILENT = frozenset({"BadTimeout", "BadRequestTimeout"})

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


def lost_by(name: str, clocks: str = "", or_else: str = "") -> LinkLostError:
    """Return what it means that the server answered a request with this code.

    `clocks` goes before any certificate error, `or_else` is another cause there may be.
    """
    if name in _CERTIFICATES:
        return refusal(f"{_CERTIFICATES[name]} ({name}){or_else}", clocks)
    if name in _NOT_ADMITTED:
        return refusal(f"{_NOT_ADMITTED[name]} ({name}){or_else}")
    if name in _SILENT:
        return LinkLostError(LinkFault.SILENT, f"the server gave up on a request ({name})")
    return LinkLostError(LinkFault.CLOSED, f"{_ENDED.get(name, 'the server ended the session')} ({name})")


def is_of_certificate(name: str) -> bool:
    """Whether a code is about a certificate, so that the clocks are to be looked at first."""
    return name in _CERTIFICATES


def refusal(reason: str, clocks: str = "") -> LinkLostError:
    """Return that one end will not have the other."""
    return LinkLostError(LinkFault.NOT_ADMITTED, f"{clocks}; then: {reason}" if clocks else reason)
