"""How a PostgreSQL centre on another computer must prove who it is: docs/decisions/0008-the-centre-proves-who-it-is.md.

Over a network the rule is `verify-full` and SCRAM, bound to the certificate; what is weaker must be written into the URL. On this
computer (a socket, the loopback) libpq's own defaults hold.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from sqlalchemy import URL

PROVEN: dict[str, Any] = {"sslmode": "verify-full", "require_auth": "scram-sha-256", "channel_binding": "require"}
BY_CERTIFICATE: dict[str, Any] = {"sslmode": "verify-full"}
"""Where the station itself comes with a certificate no password is asked for."""
ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
SECRETS = ("password", "sslpassword")
"""What an address may hold that must never be said."""


def settings(url: URL) -> dict[str, Any]:
    """What libpq is told about trust, before what the address itself says."""
    if not is_remote(url):
        return {}
    if "sslcert" in url.query:
        return BY_CERTIFICATE
    bound = url.query.get("sslmode", "verify-full") in ENCRYPTED
    return PROVEN if bound else PROVEN | {"channel_binding": "prefer"}


def remarks(url: URL) -> tuple[str, ...]:
    """What a person should know who wrote less than the rule into the address."""
    if url.drivername != "postgresql" or not is_remote(url):
        return ()
    mode, said = url.query.get("sslmode", "verify-full"), list[str]()
    if mode not in ENCRYPTED:
        said.append(f"sslmode={mode}: records and orders cross the network readable, and anybody in between can change them")
    elif mode != "verify-full":
        said.append(f"sslmode={mode}: the connection is encrypted, but another computer could pass for the centre")
    if url.query.get("require_auth", PROVEN["require_auth"]) != PROVEN["require_auth"]:
        said.append(f"require_auth={url.query['require_auth']}: a weaker way to sign in than SCRAM is allowed")
    return tuple(said)


def login_remarks(url: URL, role: str) -> tuple[str, ...]:
    """What to know of an address by which a station comes as somebody else than its own `role`."""
    if url.drivername != "postgresql" or url.username in (None, role):
        return ()
    return (f"{url.username}@: a station signs in as {role}; as anybody else it is refused, and a superuser is bound by no rule",)


def is_remote(url: URL) -> bool:
    """Whether any of the hosts is on another computer, as far as the address tells."""
    return any(not _is_here(host) for host in _hosts(url))


def _hosts(url: URL) -> list[str]:
    given: list[str] = [url.host or ""]
    for name in ("host", "hostaddr"):
        said = url.query.get(name, ())
        given += [said] if isinstance(said, str) else said
    return [host for text in given for host in text.split(",") if host]


def _is_here(host: str) -> bool:
    if host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
