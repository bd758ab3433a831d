"""One call of a method of a server, and what its refusal means. Knows asyncua."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from asyncua import ua

from drivers.link import LinkFault, NotSentError
from drivers.opcua.discovery import REQUEST_S
from drivers.opcua.refusals import NotWrittenError

if TYPE_CHECKING:
    from drivers.opcua.session import Session


async def call(session: Session, owner: ua.NodeId, method: ua.NodeId, arguments: Sequence[ua.Variant]) -> list[ua.Variant]:
    """Call once and return what comes back.

    Raises `NotWrittenError`, `NotSentError`, or `LinkLostError` where it may or may not have happened.
    """
    if not session.is_open:
        raise NotSentError(LinkFault.CLOSED, "there is no connection")
    request = ua.CallMethodRequest(ObjectId=owner, MethodId=method, InputArguments=list(arguments))
    async with session.guard(REQUEST_S + 1, NotWrittenError):
        (result,) = await session.client.uaclient.call([request])
    if result.StatusCode.is_bad():
        raise NotWrittenError(result.StatusCode.name)
    return list(result.OutputArguments or [])
