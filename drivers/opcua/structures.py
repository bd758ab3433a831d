"""Structures by the definitions their own server gives, kept per session. Knows asyncua.

asyncua would generate classes into one table for the whole process, by node id: two machines with a structure of the same id
would be read with each other's fields. Here nothing is registered; what asyncua can't name it leaves as bytes, read here.
"""

from __future__ import annotations

import struct
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.common.ua_utils import get_base_data_type
from asyncua.common.utils import Buffer
from asyncua.ua.attribute_ids import AttributeIds
from asyncua.ua.ua_binary import unpack_uatype

from drivers.opcua.notification import Untold

_HIGHEST_BUILT_IN = 25
_ENUMERATION = 29
_INT32 = 6
_HAS_ENCODING = 38
_MOST_ELEMENTS = 100_000


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    read: Callable[[Buffer], Any]
    is_array: bool
    is_optional: bool


@dataclass(frozen=True, slots=True)
class _Structure:
    kind: ua.StructureType
    fields: tuple[_Field, ...]

    def read(self, data: Buffer) -> Mapping[str, Any]:
        """Read the fields in order; OPC UA part 6, 5.2.6 to 5.2.8."""
        if self.kind is ua.StructureType.Union:
            chosen = _number(data)
            return {field.name: _value(field, data) for field in self.fields[chosen - 1 : chosen] if chosen}
        present = _number(data) if self.kind is ua.StructureType.StructureWithOptionalFields else 0
        found: dict[str, Any] = {}
        bit = 1
        for field in self.fields:
            if field.is_optional:
                found[field.name] = _value(field, data) if present & bit else None
                bit <<= 1
            else:
                found[field.name] = _value(field, data)
        return found


Ask = Callable[[Sequence[ua.NodeId], AttributeIds], Awaitable[Sequence[ua.DataValue]]]
"""Reads one attribute of some nodes."""


class Structures:
    """What one server's structures are made of."""

    def __init__(self, client: Client, ask: Ask) -> None:
        self._client = client
        self._ask = ask
        self._in_the_making: set[ua.NodeId] = set()
        self._by_encoding: dict[ua.NodeId, _Structure] = {}
        self._readers: dict[ua.NodeId, Callable[[Buffer], Any]] = {}

    async def learn(self, nodes: Sequence[ua.NodeId]) -> None:
        """Ask what the values of `nodes` are made of; a type the server does not explain is left out."""
        types = await self._ask(nodes, AttributeIds.DataType)
        for found in {each.Value.Value for each in types if each.Value is not None and each.Value.Value is not None}:
            try:
                await self._reader(found)
            except (ua.UaError, _UnexplainedError):
                continue

    def plain(self, value: Any) -> Any:
        """Return a structure as a mapping of its fields, an array of them as a list, anything else as it is."""
        if isinstance(value, list):
            return [self.plain(each) for each in value]
        if not isinstance(value, ua.ExtensionObject):
            return value
        known = self._by_encoding.get(value.TypeId)
        if known is None or value.Body is None:
            return Untold("the server does not explain the structure it holds")
        try:
            return known.read(Buffer(value.Body))
        except (ua.UaError, struct.error, ValueError, TypeError):
            return Untold("the structure it holds is not as the server explains it")

    async def _reader(self, kind: ua.NodeId) -> Callable[[Buffer], Any]:
        """Return how a field of the data type `kind` is read."""
        if kind in self._in_the_making:
            raise _UnexplainedError  # a structure within itself
        if kind not in self._readers:
            self._in_the_making.add(kind)
            try:
                self._readers[kind] = await self._made_reader(kind)
            finally:
                self._in_the_making.discard(kind)
        return self._readers[kind]

    async def _made_reader(self, kind: ua.NodeId) -> Callable[[Buffer], Any]:
        if _is_built_in(kind):
            return _built_in(kind.Identifier)
        definition = await self._definition(kind)
        if isinstance(definition, ua.StructureDefinition):
            return (await self._structure(kind, definition)).read
        if isinstance(definition, ua.EnumDefinition):
            return _built_in(_INT32)
        base = (await get_base_data_type(self._client.get_node(kind))).nodeid
        if not _is_built_in(base) and base.Identifier != _ENUMERATION:
            raise _UnexplainedError
        return _built_in(_INT32 if base.Identifier == _ENUMERATION else base.Identifier)

    async def _definition(self, kind: ua.NodeId) -> Any:
        (told,) = await self._ask([kind], AttributeIds.DataTypeDefinition)
        return told.Value.Value if told.Value is not None else None

    async def _structure(self, kind: ua.NodeId, definition: ua.StructureDefinition) -> _Structure:
        fields = tuple([await self._field(each) for each in definition.Fields])
        made = _Structure(ua.StructureType(definition.StructureType), fields)
        if made.kind.value > ua.StructureType.Union.value:
            raise _UnexplainedError
        for encoding in await self._encodings(kind, definition):
            self._by_encoding[encoding] = made
        return made

    async def _field(self, told: ua.StructureField) -> _Field:
        if told.ValueRank > 1:
            raise _UnexplainedError
        return _Field(told.Name or "", await self._reader(told.DataType), told.ValueRank == 1, bool(told.IsOptional))

    async def _encodings(self, kind: ua.NodeId, definition: ua.StructureDefinition) -> list[ua.NodeId]:
        if not definition.DefaultEncodingId.is_null():
            return [definition.DefaultEncodingId]
        return [found.nodeid for found in await self._client.get_node(kind).get_referenced_nodes(refs=_HAS_ENCODING)]


class _UnexplainedError(Exception):
    """A type is of a kind that can't be read."""


def _is_built_in(kind: ua.NodeId) -> bool:
    return kind.NamespaceIndex == 0 and isinstance(kind.Identifier, int) and 0 < kind.Identifier <= _HIGHEST_BUILT_IN


def _built_in(number: Any) -> Callable[[Buffer], Any]:
    variant_type = ua.VariantType(number)
    return lambda data: unpack_uatype(variant_type, data)


def _number(data: Buffer) -> int:
    return int.from_bytes(data.read(4), "little")


def _value(field: _Field, data: Buffer) -> Any:
    if not field.is_array:
        return field.read(data)
    count = struct.unpack("<i", data.read(4))[0]
    if count > _MOST_ELEMENTS:
        raise ValueError("an array is longer than it can be")
    return [field.read(data) for _ in range(count)]
