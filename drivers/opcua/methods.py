"""Methods of a server: called once, arguments as the server types them, what comes back in plain values. Knows asyncua."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asyncua import ua
from asyncua.common.ua_utils import data_type_to_variant_type

from drivers.link import LinkLostError, NotSentError
from drivers.opcua.address import NodeAddress, parse
from drivers.opcua.calls import call
from drivers.opcua.discovery import REQUEST_S
from drivers.opcua.refusals import NotWrittenError
from drivers.opcua.variants import variant
from drivers.tag import Value

if TYPE_CHECKING:
    from drivers.opcua.session import Session

_OBJECT_AND_METHOD = re.compile(r"(?P<owner>.+?)#(?P<method>(?:nsu=|[isg]=).+)")
_INPUTS = "InputArguments"


def parse_method(text: str) -> tuple[NodeAddress, NodeAddress]:
    """Return object and method of `nsu=urn:cell;s=Press#nsu=urn:cell;s=Reset`; raises `ValueError` with a sentence."""
    found = _OBJECT_AND_METHOD.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"'{text}' is not like nsu=urn:cell;s=Press#nsu=urn:cell;s=Reset: an object, then its method")
    owner, method = parse(found["owner"]), parse(found["method"])
    if owner.is_part or method.is_part:
        raise ValueError(f"'{text}': object and method are nodes, not parts of one")
    return owner.node, method.node


async def call_method(session: Session, method: str, arguments: Sequence[Value]) -> list[Value]:
    """Call once. Raises `NotWrittenError`, `NotSentError`, or `LinkLostError` where it may or may not have happened."""
    owner, wanted = (session.node_id(node) for node in parse_method(method))
    if owner is None or wanted is None:
        raise NotWrittenError("BadNodeIdUnknown")
    given = await _typed(session, wanted, arguments)
    return [_plain(each.Value) for each in await call(session, owner, wanted, given)]


async def _typed(session: Session, method: ua.NodeId, arguments: Sequence[Value]) -> list[ua.Variant]:
    """Return the arguments as the server types them; nothing was sent yet where this fails."""
    try:
        async with session.guard(REQUEST_S + 1, NotWrittenError):
            kinds = await _input_types(session, method)
    except LinkLostError as lost:
        raise NotSentError(lost.fault, lost.reason) from lost
    if len(kinds) != len(arguments):
        raise NotWrittenError("BadArgumentsMissing" if len(arguments) < len(kinds) else "BadTooManyArguments")
    return [variant(value, kind) for value, kind in zip(arguments, kinds, strict=True)]


async def _input_types(session: Session, method: ua.NodeId) -> list[ua.VariantType]:
    """Return what the method takes, in order; a method without the property takes nothing."""
    for prop in await session.client.get_node(method).get_properties():
        if (await prop.read_browse_name()).Name == _INPUTS:
            inputs: Sequence[ua.Argument] = await prop.read_value() or ()
            return [await data_type_to_variant_type(session.client.get_node(each.DataType)) for each in inputs]
    return []


def _plain(value: Any) -> Value:
    """Return a value as people see it; None for what has no plain form."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, ua.LocalizedText):
        return value.Text
    return value if isinstance(value, bool | int | float | str) else None
