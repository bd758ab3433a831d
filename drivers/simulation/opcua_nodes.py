"""The screwdriver's address space: its own enumeration and structure, and a typed node for every value."""

from __future__ import annotations

from typing import Any

from asyncua import ua
from asyncua.common.structures104 import new_enum, new_struct, new_struct_field
from asyncua.server.server import Server

from drivers.simulation.packml import PackML
from drivers.simulation.screw_work import ScrewResult
from drivers.simulation.screwdriver import STATION_NODES, Shown

NAMESPACE = "urn:lineside:screwdriver"
_TYPES = {
    "State": ua.VariantType.Int32,
    "Duration": ua.VariantType.UInt32,
    "Heartbeat": ua.VariantType.UInt32,
    "Torque": ua.VariantType.Double,
    "Angle": ua.VariantType.Double,
    "Result": ua.VariantType.ExtensionObject,
}
"""All others are UInt16."""


class Nodes:
    """Writes the machine's values into the server, typed and with the machine's own time."""

    def __init__(self, server: Server, ids: dict[str, ua.NodeId], screw_result: Any) -> None:
        self._server = server
        self._ids = ids
        self._screw_result = screw_result

    @classmethod
    async def create(cls, server: Server, values: dict[str, Shown]) -> Nodes:
        """Declare the types and one node a value under Objects/Screwdriver."""
        space = await server.register_namespace(NAMESPACE)
        state = await new_enum(server, space, "StateEnumeration", [each.name.title() for each in PackML])
        result, _ = await new_struct(server, space, "ScrewResult", _fields())
        kinds = {"State": state.nodeid, "Result": result.nodeid}
        screw_result = (await server.load_data_type_definitions())["ScrewResult"]
        parent = await server.nodes.objects.add_object(_identity(space, "Screwdriver"), ua.QualifiedName("Screwdriver", space))
        nodes = cls(server, {}, screw_result)
        for name, value in values.items():
            identity, title = _identity(space, name), ua.QualifiedName(name, space)
            node = await parent.add_variable(identity, title, nodes.variant(name, value), datatype=kinds.get(name))
            nodes.keep(name, node.nodeid)
            if name in STATION_NODES:
                await node.set_writable()
        return nodes

    def keep(self, name: str, identity: ua.NodeId) -> None:
        """Remember where a value stands."""
        self._ids[name] = identity

    def name_of(self, identity: ua.NodeId) -> str | None:
        """Which value a node is."""
        return next((name for name, known in self._ids.items() if known == identity), None)

    async def show(self, name: str, value: Shown, at: ua.DateTime) -> None:
        """Write one value."""
        shown = ua.DataValue(self.variant(name, value), SourceTimestamp=at, ServerTimestamp=at)
        await self._server.write_attribute_value(self._ids[name], shown)

    def variant(self, name: str, value: Shown) -> ua.Variant:
        """Type a value as its node is typed."""
        if isinstance(value, ScrewResult):
            value = self._screw_result(value.screw, value.torque_nm, value.angle_deg, value.is_ok)
        return ua.Variant(value, _TYPES.get(name, ua.VariantType.UInt16))


def _identity(space: int, name: str) -> ua.NodeId:
    return ua.NodeId.from_string(f"ns={space};s={name}")


def _fields() -> list[ua.StructureField]:
    return [
        new_struct_field("Screw", ua.VariantType.UInt16),
        new_struct_field("Torque", ua.VariantType.Double),
        new_struct_field("Angle", ua.VariantType.Double),
        new_struct_field("Ok", ua.VariantType.Boolean),
    ]
