"""asyncua's client, made to refuse what it would let pass and to say in a sentence why two ends will not talk."""

from __future__ import annotations

from asyncua.client.client import Client


class SecuredClient(Client):
    """A client that `security.secure` has prepared."""
