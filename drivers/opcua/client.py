"""asyncua's client, made to refuse what it would let pass and to say in a sentence why two ends will not talk."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from asyncua import ua
from asyncua.client.client import Client
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from drivers.link import LinkFault, LinkLostError
from drivers.opcua.certificates import Certificate
from drivers.opcua.clocks import apart
from drivers.opcua.discovery import clock_ahead
from drivers.opcua.policies import PROTECTING
from drivers.opcua.refusals import is_of_certificate, lost_by, refusal
from drivers.opcua.trust import misnamed

_WAYS_IN = {
    ua.UserTokenType.Anonymous: "without a user",
    ua.UserTokenType.UserName: "with user and password",
    ua.UserTokenType.Certificate: "with a user's certificate",
    ua.UserTokenType.IssuedToken: "with a token of an authority",
}


class SecuredClient(Client):
    """A client that `security.secure` has prepared; asyncua's own checks end where a certificate can be read."""

    trusted: Certificate | None = None
    """The server's certificate, checked but for whose it is: only the session tells that for sure."""
    ahead: timedelta | None = None
    """How far the server's clock is ahead of ours, where it was asked."""
    given: Path | None = None
    """The file that `trusted` came from, where the server was not asked for it."""
    _is_taken = False

    def trust(self, certificate: Certificate, ahead: timedelta | None, given: Path | None) -> None:
        """Talk to nobody but the holder of this certificate."""
        self.trusted, self.ahead, self.given = certificate, ahead, given
        self.certificate_validator = self._check_application

    async def connect(
        self,
        *,
        auto_reconnect: bool | None = None,
        reconnect_max_delay: float | None = None,
        reconnect_request_timeout: float | None = None,
    ) -> None:
        """Connect, each refusal a sentence. Raises `LinkLostError`, `OSError` where nobody takes the connection."""
        try:
            await super().connect(
                auto_reconnect=auto_reconnect,
                reconnect_max_delay=reconnect_max_delay,
                reconnect_request_timeout=reconnect_request_timeout,
            )
        except ua.UaStatusCodeError as error:
            raise await self._refused(ua.StatusCode(error.code).name) from error
        except InvalidSignature as error:
            raise refusal("the server can't prove that the trusted certificate is its own; find out who answers there") from error
        except ua.UaError as error:
            raise refusal(f"the server does not do what is set here as security: {error}") from error
        except OSError as error:
            if self.trusted is None or not self._is_taken:
                raise
            raise self._left_waiting(error) from error

    async def connect_socket(self) -> None:
        """Reach the server, and remember that it took the connection."""
        self._is_taken = False
        await super().connect_socket()
        self._is_taken = True

    def server_policy(self, token_type: ua.UserTokenType) -> ua.UserTokenPolicy:
        """Choose, where a server takes the same token in several ways, one that protects it."""
        first = super().server_policy(token_type)
        if first.SecurityPolicyUri in PROTECTING:
            return first
        better = (one for one in self._policy_ids if one.TokenType == token_type and one.SecurityPolicyUri in PROTECTING)
        return next(better, first)

    async def activate_session(
        self, username: str | None = None, password: str | None = None, certificate: x509.Certificate | None = None
    ) -> ua.ActivateSessionResult:
        """Sign in, but by no way that the server does not take or that would show a password."""
        way = _way_in(username, certificate)
        offered = {policy.TokenType for policy in self._policy_ids}
        if offered and way not in offered:
            raise _no_such_way(way, offered)
        if way is ua.UserTokenType.UserName and not self._hides_password():
            raise refusal(
                "the server would be sent the password in the clear; set mode = 'sign_and_encrypt' here, "
                "or have the server's user token encrypted"
            )
        return await super().activate_session(username, password, certificate)

    def _hides_password(self) -> bool:
        is_encrypted = self.security_policy.Mode == ua.MessageSecurityMode.SignAndEncrypt
        return is_encrypted or self.server_policy(ua.UserTokenType.UserName).SecurityPolicyUri in PROTECTING

    async def _check_application(self, _shown: x509.Certificate, server: ua.ApplicationDescription) -> None:
        """Hold what the session says of the server against its certificate; asyncua has seen that it is the trusted one."""
        why = misnamed(self.trusted, server.ApplicationUri) if self.trusted else ""
        if why:
            raise refusal(why, apart(self.ahead))

    async def _refused(self, name: str) -> LinkLostError:
        """Say what a status code means; of a certificate not before the clocks were looked at."""
        if self.trusted is not None and self.ahead is None and is_of_certificate(name):
            self.ahead = await clock_ahead(self.server_url.geturl())
        may_be_outdated = is_of_certificate(name) or name == "BadSecurityPolicyRejected"
        return lost_by(name, apart(self.ahead), self._or_outdated() if may_be_outdated else "")

    def _left_waiting(self, error: OSError) -> LinkLostError:
        """Say what it may mean that a server which is there goes away, or silent, as soon as it sees our certificate."""
        is_silent = isinstance(error, TimeoutError)
        clocks = apart(self.ahead)
        return LinkLostError(
            LinkFault.SILENT if is_silent else LinkFault.CLOSED,
            f"{clocks}{'; then: ' if clocks else ''}the server {'said no more' if is_silent else 'closed the connection'} "
            "while this station proved who it is; if that goes on, the server does not trust the station: accept its certificate "
            f"there (`lineside certificate STATION.toml` shows it){self._or_outdated()}",
        )

    def _or_outdated(self) -> str:
        """Name the other cause there may be where the server's certificate was not asked for, but given."""
        return (
            f"; or {self.given} is no longer the server's certificate: get the present one from its owner" if self.given else ""
        )


def _way_in(username: str | None, certificate: x509.Certificate | None) -> ua.UserTokenType:
    if username:
        return ua.UserTokenType.UserName
    return ua.UserTokenType.Certificate if certificate else ua.UserTokenType.Anonymous


def _no_such_way(way: ua.UserTokenType, offered: set[ua.UserTokenType]) -> LinkLostError:
    ways = ", ".join(_WAYS_IN[one] for one in sorted(offered))
    if way is ua.UserTokenType.Anonymous:
        return refusal(f"the server lets nobody in without a user, only {ways}; ask who runs it for a user and set it here")
    return refusal(f"the server lets nobody in {_WAYS_IN[way]}, only {ways}; change that at one end")
