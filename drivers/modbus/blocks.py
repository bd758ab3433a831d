"""Reads a device's groups block by block; an address the device refuses is bad alone, its neighbours live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary, WeakSet

from drivers.driver import Stamp
from drivers.modbus.asker import Asker, heard
from drivers.modbus.isolation import Isolation, Piece
from drivers.modbus.machine import PlannedGroup
from drivers.modbus.plan import Block
from drivers.modbus.refused import Refused
from drivers.modbus.replies import ExceptionReplyError
from drivers.modbus.words import Words
from drivers.reading import Remark
from drivers.tag import Purpose, Value

MOST_SEARCHES = 32
"""Reads beyond the planned ones that a round may spend on finding culprits, so that a search never holds up the others."""

_Asked = Sequence[tuple[Isolation, Piece]]
_Answers = dict[Piece, Words]


class BlockReader:
    """Reads one device's groups; remembers what it refuses, and has one remark about it."""

    def __init__(self, device: str, stamp: Stamp) -> None:
        self._stamp = stamp
        self._refused = Refused(device, stamp)
        self._isolations: WeakKeyDictionary[PlannedGroup, list[Isolation]] = WeakKeyDictionary()
        """A read-back plans a group of its own, which is forgotten with it."""
        self._plain: WeakSet[PlannedGroup] = WeakSet()
        """Groups of which all was told as it was planned: nothing needs to be found out while it stays so."""
        self._is_news = False

    def begin(self) -> None:
        """Try all anew, as over a new connection."""
        self._plain.clear()
        for isolations in self._isolations.values():
            for isolation in isolations:
                isolation.begin()

    async def read_group(self, asker: Asker, group: PlannedGroup) -> tuple[tuple[str, ...], list[Value]]:
        """Return the names of the group's tags and a value for each, None for what is refused. Raises `LinkLostError`."""
        if group in self._plain:
            replies = await asker.read_all(group.reads)
            words = [reply for reply in replies if not isinstance(reply, ExceptionReplyError)]
            if len(words) == len(replies):
                return group.tags, group.decoder.decode(words)
        return group.tags, await self._find_out(asker, group)

    async def _find_out(self, asker: Asker, group: PlannedGroup) -> list[Value]:
        """Read what can be read, and search for what can't."""
        isolations = self._isolations.setdefault(group, [Isolation(block) for block in group.blocks])
        now = self._stamp()[1] / 1e9
        told: _Answers = {}
        asked = [(each, piece) for each in isolations for piece in each.due(now)]
        sign_of_life = [(isolations[0], isolations[0].next_chance)]
        parts = await _ask(asker, asked or sign_of_life, now, told)
        found = await _search(asker, parts, now)
        self._is_news = True
        if all(isolation.is_plain for isolation in isolations):
            self._plain.add(group)
        else:
            self._plain.discard(group)
        return _values(group, told, found)

    async def touch(self, asker: Asker, block: Block) -> None:
        """Ask for the least there is, to hear whether the device lives; a refusal is an answer. Raises `LinkLostError`."""
        for reply in await asker.read_all([(block.table, block.start, 1)]):
            heard(reply)

    def remarks(self) -> list[Remark]:
        """Return what became known of refused addresses since this was last asked."""
        if not self._is_news:
            return []
        self._is_news = False
        isolations = [isolation for of_group in self._isolations.values() for isolation in of_group]
        tags = sum(len(group.tags) for group in self._isolations)
        return self._refused.remarks([piece for isolation in isolations for piece in isolation.culprits], tags)


async def _search(asker: Asker, parts: _Asked, now: float) -> _Answers:
    """Ask for parts of what was refused, and parts of these, as far as one round may go."""
    found: _Answers = {}
    searches = MOST_SEARCHES
    while parts and searches > 0:
        parts = parts[:searches]
        searches -= len(parts)
        parts = await _ask(asker, parts, now, found)
    return found


async def _ask(asker: Asker, asked: _Asked, now: float, told: _Answers) -> list[tuple[Isolation, Piece]]:
    """Put what is answered into `told`; return the parts to ask in place of what is refused."""
    if not asked:
        return []
    replies = await asker.read_all([(piece.block.table, piece.block.start, piece.block.count) for _, piece in asked])
    parts: list[tuple[Isolation, Piece]] = []
    for (isolation, piece), reply in zip(asked, replies, strict=True):
        match heard(reply):
            case ExceptionReplyError(code=code):
                parts += [(isolation, part) for part in isolation.refused(piece, code, now)]
            case words:
                isolation.told(piece)
                told[piece] = words
    return parts


def _values(group: PlannedGroup, told: _Answers, found: _Answers) -> list[Value]:
    """Return the values in the group's order: whole blocks in one go, parts one by one."""
    words = {piece.block: reply for piece, reply in told.items()}
    values = group.decoder.decode([words.get(block, silence) for block, silence in zip(group.blocks, group.silence, strict=True)])
    for block in group.blocks:
        if block not in words:
            _put(values, group, dict.fromkeys(place.tag.name for place in block.places))
    planned = set(group.blocks)
    for piece, reply in (told | found).items():
        if piece.block not in planned:
            _put(values, group, dict(zip(piece.decoder.tags, piece.decoder.decode([reply]), strict=True)))
    _put(values, group, dict.fromkeys(_late_cycles(found)))
    return values


def _late_cycles(found: _Answers) -> list[str]:
    """A cycle number that was only found after its results were read waits for the next round, where it is read first."""
    return [place.tag.name for piece in found for place in piece.block.places if place.tag.purpose is Purpose.CYCLE]


def _put(values: list[Value], group: PlannedGroup, those: Mapping[str, Value]) -> None:
    for name, value in those.items():
        values[group.positions[name]] = value
