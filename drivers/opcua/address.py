"""Where a value stands on an OPC UA server: `nsu=<namespace URI>;s=<Name>`.

`/Field` after it is a structure's field (`/A/B` one of a structure in it), `[2]` an element of an array (counted from 0), `#3`
one bit of a whole number. An identifier that itself holds a slash or brackets stands in backquotes. Nodes of the standard's own
namespace may leave `nsu` out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from drivers.driver import MachineSetupError
from drivers.tag import DataType, Tag

STANDARD = "http://opcfoundation.org/UA/"
_STEP = r"/[^/\[\]#]+|\[[0-9]{1,9}\]"
_FORM = re.compile(
    rf"(?:nsu=(?P<uri>[^;]+);)?(?P<kind>[isg])=(?:`(?P<quoted>[^`]+)`|(?P<plain>[^`]+?))"
    rf"(?P<path>(?:{_STEP})*)(?:#(?P<bit>[0-9]{{1,3}}))?"
)
_HIGHEST_BIT = 63
_HIGHEST_NUMBER = 2**32 - 1


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """A node, named so that a server that counts its namespaces anew changes nothing."""

    namespace: str
    kind: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Address:
    """A node, or a part of its value: `path` leads to a structure's field (by name) or an array's element (by index)."""

    node: NodeAddress
    path: tuple[str | int, ...] = ()
    bit: int | None = None

    @property
    def is_in_structure(self) -> bool:
        """Whether the node's type must be known to read it."""
        return any(isinstance(step, str) for step in self.path)

    @property
    def is_part(self) -> bool:
        """Whether it is less than the node's whole value."""
        return bool(self.path) or self.bit is not None


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
    identifier = found["quoted"] or found["plain"]
    _check_identifier(text, found["kind"], identifier, is_quoted=found["quoted"] is not None)
    node = NodeAddress(found["uri"] or STANDARD, found["kind"], identifier)
    return Address(node, tuple(map(_step, re.findall(_STEP, found["path"]))), _bit(text, found["bit"]))


def place(device: str, tag: Tag) -> Place:
    """Return where `tag` stands; raises `MachineSetupError` for what can't be there."""
    if tag.options:
        raise MachineSetupError(device, f"an OPC UA tag has no option '{next(iter(tag.options))}'", tag.name)
    try:
        address = parse(tag.address)
        _check_type(tag, address)
    except ValueError as error:
        raise MachineSetupError(device, str(error), tag.name) from error
    return Place(tag, address)


def _step(text: str) -> str | int:
    return text[1:] if text.startswith("/") else int(text[1:-1])


def _bit(text: str, given: str | None) -> int | None:
    if given is not None and int(given) > _HIGHEST_BIT:
        raise ValueError(f"address '{text}': a whole number has bits 0 to {_HIGHEST_BIT}")
    return None if given is None else int(given)


def _check_type(tag: Tag, address: Address) -> None:
    if address.bit is not None and tag.data_type is not DataType.BOOL:
        raise ValueError(f"address '{tag.address}' is a single bit, so its type must be bool, not {tag.data_type}")
    if tag.writable and address.is_part:
        raise ValueError(f"a part of a node's value can't be written alone: '{tag.address}'")


def _check_identifier(text: str, kind: str, identifier: str, *, is_quoted: bool) -> None:
    if not is_quoted and (identifier.startswith("/") or identifier.endswith("/")):
        raise ValueError(f"address '{text}': a field needs a name before and after its slash")
    if not is_quoted and ("[" in identifier or "]" in identifier):
        raise ValueError(
            f"address '{text}': an element is a number in brackets, as in [0]; a name with brackets stands in backquotes"
        )
    if kind == "i" and not (identifier.isdecimal() and int(identifier) <= _HIGHEST_NUMBER):
        raise ValueError(f"address '{text}': i= takes a number up to {_HIGHEST_NUMBER}")
    if kind == "g":
        try:
            UUID(identifier)
        except ValueError:
            raise ValueError(f"address '{text}': g= takes a GUID") from None
