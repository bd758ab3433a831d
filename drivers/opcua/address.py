"""Where a value stands on an OPC UA server: `nsu=<namespace URI>;s=<Name>`, with `/Field` for a structure's field.

The last slash of a text identifier separates the field. Nodes of the standard's own namespace may leave `nsu` out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from drivers.driver import MachineSetupError
from drivers.tag import Tag

STANDARD = "http://opcfoundation.org/UA/"
_FORM = re.compile(r"(?:nsu=(?P<uri>[^;]+);)?(?P<kind>[isg])=(?P<identifier>.+)")


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node, named so that a server that counts its namespaces anew changes nothing."""

    namespace: str
    kind: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Place:
    """A tag, its node, and the field of the node's structure where it is one."""

    tag: Tag
    node: NodeAddress
    field: str | None


def parse(text: str) -> tuple[NodeAddress, str | None]:
    """Return node and field; raises `ValueError` with a sentence."""
    if text.strip().startswith("ns="):
        raise ValueError(f"address '{text}': name the namespace by its URI (nsu=...), because its number may move")
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"address '{text}' is not like nsu=urn:machine;s=Speed or nsu=urn:machine;s=Result/Torque")
    identifier, slash, field = found["identifier"].rpartition("/")
    if not slash:
        identifier, field = field, ""
    _check_identifier(text, found["kind"], identifier)
    if slash and not (identifier and field):
        raise ValueError(f"address '{text}': a field needs a name before and after its slash")
    return NodeAddress(found["uri"] or STANDARD, found["kind"], identifier), field or None


def _check_identifier(text: str, kind: str, identifier: str) -> None:
    if kind == "i" and not identifier.isdecimal():
        raise ValueError(f"address '{text}': i= takes a number")
    if kind == "g":
        try:
            UUID(identifier)
        except ValueError:
            raise ValueError(f"address '{text}': g= takes a GUID") from None


def place(device: str, tag: Tag) -> Place:
    """Return where `tag` stands; raises `MachineSetupError` for what can't be there."""
    try:
        node, field = parse(tag.address)
    except ValueError as error:
        raise MachineSetupError(device, str(error), tag.name) from error
    if tag.writable and field is not None:
        raise MachineSetupError(device, f"one field of a structure can't be written alone: '{tag.address}'", tag.name)
    return Place(tag, node, field)
