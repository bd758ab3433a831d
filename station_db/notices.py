"""What the store wants a person to hear: a code with its facts, put into words by `hmi.messages`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """`code` is one of those below, `args` its facts in the order the sentence needs them."""

    code: str
    args: tuple[str, ...] = ()


RESTORED = "store.restored"
"""An older state of the store was put back: a new epoch was opened (how many entries made after it are not here, or `?`)."""
SALVAGED = "store.salvaged"
"""The record was damaged or gone and was made again (entries it now has, entries lost, the damaged files' name)."""
HELD = "store.held"
"""Another program held the record's file when it was to be opened (for how many seconds)."""
COPIED = "store.copied"
"""The store was copied from elsewhere: a new epoch was opened."""
MIGRATED = "store.migrated"
"""The store was brought to a newer schema (from, to); the old file is kept beside it."""
SIGNALS_DAMAGED = "store.signals_damaged"
"""The file of curves and signals was damaged and set aside (its new name); records are not touched."""
SIGNALS_MISSING = "store.signals_missing"
"""The file of curves and signals was gone and a new one was begun."""
FRAMES_SHED = "store.frames_shed"
"""Old signal frames were let go for want of room (how many, the size kept in MB)."""
WAVEFORMS_SHED = "store.waveforms_shed"
"""Raw samples of kept waveforms were let go for want of room (how many waveforms); that they were there is still known."""
CURVES_SHED = "store.curves_shed"
"""Old curves were let go for want of room (how many); that they were there is still known."""
BLOCKS_SHED = "store.blocks_shed"
"""Old samples of signals were let go for want of room (how many blocks, the size kept in MB); their extremes stay."""
LEVELS_SHED = "store.levels_shed"
"""The extremes of signals let go before went too (how many blocks); from when to when they were is still known."""
FEED_SET_ASIDE = "store.feed_set_aside"
"""Entries of the centre could not be read by this version (how many, the first one's reason)."""
DISK_ALMOST_FULL = "store.disk_almost_full"
"""The disk is almost full (how many percent, free MB); said as long as it is so."""
DISK_FULL = "store.disk_full"
"""The disk is full: the room kept for records is in use (free MB), signals are not kept; said while it is so."""
