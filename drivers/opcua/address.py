"""Where a value stands on an OPC UA server: `nsu=<namespace URI>;s=<Name>`.

`/Field` after it is a structure's field, `#3` one bit of a whole number. The last slash of an identifier
separates the field. Nodes of the standard's own namespace may leave `nsu` out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from drivers.driver import MachineSetupError
from drivers.tag import DataType, Tag

STANDARD = "http://opcfoundation.org/UA/"
_FORM = re.compile(r"(?:nsu=(?P<uri>[^;]+);)?(?P<kind>[isg])=(?P<identifier>.+?)(?:#(?P<bit>[0-9]{1,3}))?")
_HIGHEST_BIT = 63


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node, named so that a server that counts its namespaces anew changes nothing."""

    namespace: str
    kind: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Address:
    """A node, or a part of its value: a structure's field, a bit of a whole number, a bit of a field."""

    node: NodeAddress
    field: str | None = None
    bit: int | None = None

    @property
    def is_part(self) -> bool:
        """Whether it is less than the node's whole value."""
        return self.field is not None or self.bit is not None


@dataclass(frozen=True, slots=True)
class Place:
    """A tag and where it stands."""

    tag: Tag
    address: Address

    @property
    def node(self) -> NodeAddress:
        """Return the node it stands on."""
        return self.address.node


def parse(text: str) -> Address:
    """Return what `text` says; raises `ValueError` with a sentence."""
    if text.strip().startswith("ns="):
        raise ValueError(f"address '{text}': name the namespace by its URI (nsu=...), because its number may move")
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"address '{text}' is not like nsu=urn:machine;s=Speed, ...;s=Result/Torque or ...;s=Alarms#3")
    identifier, slash, field = found["identifier"].rpartition("/")
    if not slash:
        identifier, field = field, ""
    _check_identifier(text, found["kind"], identifier)
    if slash and not (identifier and field):
        raise ValueError(f"address '{text}': a field needs a name before and after its slash")
    node = NodeAddress(found["uri"] or STANDARD, found["kind"], identifier)
    return Address(node, field or None, _bit(text, found["bit"]))


def place(device: str, tag: Tag) -> Place:
    """Return where `tag` stands; raises `MachineSetupError` for what can't be there."""
    try:
        address = parse(tag.address)
        _check_type(tag, address)
    except ValueError as error:
        raise MachineSetupError(device, str(error), tag.name) from error
    return Place(tag, address)


def _bit(text: str, given: str | None) -> int | None:
    if given is not None and int(given) > _HIGHEST_BIT:
        raise ValueError(f"address '{text}': a whole number has bits 0 to {_HIGHEST_BIT}")
    return None if given is None else int(given)


def _check_type(tag: Tag, address: Address) -> None:
    if address.bit is not None and tag.data_type is not DataType.BOOL:
        raise ValueError(f"address '{tag.address}' is a single bit, so its type must be bool, not {tag.data_type}")
    if tag.writable and address.is_part:
        raise ValueError(f"a part of a node's value can't be written alone: '{tag.address}'")


def _check_identifier(text: str, kind: str, identifier: str) -> None:
    if kind == "i" and not identifier.isdecimal():
        raise ValueError(f"address '{text}': i= takes a number")
    if kind == "g":
        try:
            UUID(identifier)
        except ValueError:
            raise ValueError(f"address '{text}': g= takes a GUID") from None
