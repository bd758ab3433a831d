"""Finds out which addresses of a block a device refuses, so that their neighbours live. Pure.

A refused block is cut in two, and each half again, until what is refused is a single value: the culprit. Cuts never tear a
value, and lie where nothing is wanted while there is such a gap, because registers that were only read along may be the
reason. A culprit is asked again, ever more rarely; when the last one answers, the block is tried whole again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from drivers.modbus.address import Place
from drivers.modbus.codec import Decoder
from drivers.modbus.plan import Block
from drivers.tag import Purpose

ASK_AGAIN_S = 60.0
"""How often an address is asked in the end that does not exist, while its neighbours are told."""

ASK_SOON_S = 1.0
"""How often one value of a block is asked of which nothing is told, or one that was refused for what may pass."""

TRY_WHOLE_S = 60.0
"""After so long a block that was cut, and is all told, is tried whole beside its parts; the pause doubles up to an hour."""

_RARELY_S = 3600.0
_ADDRESS = 2
_MAY_BE_ADDRESS = frozenset({_ADDRESS, 3, 4})
"""Exceptions that a smaller read may not meet."""
_BUSY = frozenset({5, 6})
"""Exceptions that say nothing of what was asked."""


@dataclass(eq=False)
class Piece:
    """A part of a block that is read by itself; a culprit has the exception `code` it was refused with."""

    block: Block
    code: int = 0
    ask_again_at: float = 0.0
    pause_s: float = ASK_SOON_S
    """It doubles each time an address is refused again; a device may only have been starting."""
    is_known: bool = False
    """Whether the device has answered for exactly this piece."""

    @cached_property
    def decoder(self) -> Decoder:
        """Return what decodes it alone."""
        return Decoder([self.block])


class Isolation:
    """What is known of one planned block; times are seconds of any steady clock."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self._pieces = [Piece(block)]
        self._culprits: tuple[Piece, ...] = ()
        self._ask_mute_at = 0.0
        self._whole = Piece(block, pause_s=TRY_WHOLE_S)
        self._try_whole_at = 0.0

    @property
    def is_plain(self) -> bool:
        """Whether the block is told as it was planned."""
        whole = self._pieces[0]
        return len(self._pieces) == 1 and whole.is_known and not whole.code

    @property
    def culprits(self) -> tuple[Piece, ...]:
        """Return what is refused, as it was when all of the block was last known."""
        if all(piece.is_known for piece in self._pieces):
            self._culprits = tuple(piece for piece in self._pieces if piece.code)
        return self._culprits

    def begin(self) -> None:
        """Try the whole block anew, as over a new connection."""
        self._pieces = [Piece(self._block)]

    def due(self, now: float) -> list[Piece]:
        """Return what to ask in this round; of a block of which nothing is told, one piece after the other."""
        if self._is_mute:
            return [self.next_chance] if self._ask_mute_at <= now else []
        due = [piece for piece in self._pieces if not piece.code or piece.ask_again_at <= now]
        return [*due, self._whole] if self._may_be_whole(now) else due

    @property
    def next_chance(self) -> Piece:
        """Return what was not asked for the longest time."""
        return min(self._pieces, key=lambda piece: piece.ask_again_at)

    def told(self, piece: Piece) -> None:
        """Note that `piece` was answered."""
        if piece is self._whole:
            self.begin()
            return
        is_first = self._is_mute
        is_healed = bool(piece.code)
        piece.code, piece.is_known = 0, True
        if is_healed and (is_first or not any(each.code for each in self._pieces)):
            self.begin()

    def refused(self, piece: Piece, code: int, now: float) -> list[Piece]:
        """Note that `piece` was refused; return the parts to ask in its place, none where it can't be cut."""
        if piece is self._whole:
            self._try_whole_later(now)
        if piece not in self._pieces or code in _BUSY:
            return []
        parts = halves(piece.block.places) if code in _MAY_BE_ADDRESS else []
        if parts:
            self._try_whole_at = now + self._whole.pause_s
            return self._replace(piece, [Piece(Block.around(part)) for part in parts])
        piece.code, piece.is_known = code, True
        piece.ask_again_at = now + piece.pause_s
        piece.pause_s = min(2 * piece.pause_s, ASK_AGAIN_S if code == _ADDRESS else ASK_SOON_S)
        self._ask_mute_at = now + ASK_SOON_S
        return []

    def _may_be_whole(self, now: float) -> bool:
        is_cut = len(self._pieces) > 1
        return is_cut and self._try_whole_at <= now and all(piece.is_known and not piece.code for piece in self._pieces)

    def _try_whole_later(self, now: float) -> None:
        self._whole.pause_s = min(2 * self._whole.pause_s, _RARELY_S)
        self._try_whole_at = now + self._whole.pause_s

    @property
    def _is_mute(self) -> bool:
        return all(piece.code for piece in self._pieces)

    def _replace(self, piece: Piece, parts: list[Piece]) -> list[Piece]:
        """Put `parts` where `piece` was; the cycle counter's comes first, so that no result is older than its cycle."""
        at = self._pieces.index(piece)
        self._pieces[at : at + 1] = parts
        self._pieces.sort(key=_has_no_cycle)
        return sorted(parts, key=_has_no_cycle)


def halves(places: Sequence[Place]) -> list[Sequence[Place]]:
    """Return the two parts to ask instead, none where all stands in the same registers."""
    in_order = sorted(places, key=lambda place: (place.address.number, -place.end))
    cut = _best_cut(in_order)
    if cut:
        return [in_order[:cut], in_order[cut:]]
    first = _stretch(in_order[0])
    others = [place for place in in_order if _stretch(place) != first]
    return [[place for place in in_order if _stretch(place) == first], others] if others else []


def _best_cut(places: Sequence[Place]) -> int:
    """Return where to cut between values: in a gap where there is one, as near to the middle as can be; 0 for nowhere."""
    cuts: list[tuple[bool, int, int]] = []
    reach = places[0].end
    for at, place in enumerate(places):
        if at and place.address.number >= reach:
            cuts.append((place.address.number == reach, abs(2 * at - len(places)), at))
        reach = max(reach, place.end)
    return min(cuts)[2] if cuts else 0


def _stretch(place: Place) -> tuple[int, int]:
    return place.address.number, place.end


def _has_no_cycle(piece: Piece) -> bool:
    return all(place.tag.purpose is not Purpose.CYCLE for place in piece.block.places)
