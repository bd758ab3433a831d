"""Whether a server's certificate may be believed, and if not, why, at which end and who must do what. Pure.

The library checks none of this. What a person trusts is one certificate, by its fingerprint; even that one is refused when its
time is over, when its key is too weak, or when it is not the certificate of the application that answers.
"""

from __future__ import annotations

from datetime import datetime

from drivers.opcua.certificates import LEAST_KEY_BITS, WARN_DAYS, Certificate

_ITS_OWNER = "whoever runs the server must give it a new one, and its new fingerprint must be trusted here"


def distrust(shown: Certificate, trusted: str | None, uri: str | None, now: datetime) -> str:
    """Return why `shown` is not believed, or an empty text. `trusted` is a fingerprint, `uri` what the server calls itself."""
    if trusted is not None and shown.fingerprint != trusted:
        return _changed(shown, trusted)
    return _worn_out(shown, now) or _weak(shown) or misnamed(shown, uri) or ("" if trusted else _unknown(shown))


def misnamed(shown: Certificate, uri: str | None) -> str:
    """Return why a certificate is not that of the application which calls itself `uri`, or an empty text."""
    if uri is None or uri in shown.uris:
        return ""
    names = ", ".join(shown.uris) or "none"
    return (
        f"the server calls itself {uri}, but its certificate is made for {names}; "
        "whoever runs the server must give it a certificate with its own application URI"
    )


def named_otherwise(shown: Certificate, host: str) -> str:
    """Return a remark where the trusted certificate is made for other hosts than the typed one, or an empty text."""
    if shown.names_host(host):
        return ""
    names = ", ".join(shown.hosts) or "no host at all"
    return (
        f"the trusted certificate of the server names {names}, not {host}; type one of its names as url if the network knows it"
    )


def _unknown(shown: Certificate) -> str:
    return (
        f"the server's certificate is not trusted yet: {shown.in_words()}. Compare its SHA-256 with the one at the server; "
        f'if it is {shown.fingerprint}, write that into [machine.options]: fingerprint = "{shown.fingerprint}"'
    )


def _changed(shown: Certificate, trusted: str) -> str:
    return (
        f"the server shows another certificate than the trusted one: {shown.fingerprint} ({shown.in_words()}) "
        f"instead of {trusted}; ask who runs the server whether it was changed, and only then write the new fingerprint"
    )


def _worn_out(shown: Certificate, now: datetime) -> str:
    if shown.valid_until < now:
        return f"the server's certificate expired on {shown.valid_until:%Y-%m-%d %H:%M} UTC; {_ITS_OWNER}"
    if shown.valid_from > now:
        begin = f"{shown.valid_from:%Y-%m-%d %H:%M} UTC"
        return f"the server's certificate is not valid before {begin}; check both clocks, else {_ITS_OWNER}"
    return ""


def _weak(shown: Certificate) -> str:
    if shown.key_bits is None:
        return f"the server's certificate has no RSA key, which this security needs; {_ITS_OWNER}"
    if shown.key_bits < LEAST_KEY_BITS:
        return f"the server's certificate has a key of {shown.key_bits} bits, {LEAST_KEY_BITS} is the least; {_ITS_OWNER}"
    return ""


def expiring(certificate: Certificate, whose: str, remedy: str, now: datetime) -> str:
    """Return a remark on a certificate that expires within 60 days, or an empty text."""
    days = certificate.days_left(now)
    if days > WARN_DAYS:
        return ""
    return f"{whose} {'expired' if days < 0 else 'expires'} on {certificate.valid_until:%Y-%m-%d}; {remedy}"
