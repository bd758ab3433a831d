"""Proving day by day that station and centre hold the same entries, and sending again exactly what the centre has lost.

A day is UTC, by `recorded_at`, per epoch: how many entries, and SHA-256 over their hashes in order. Days found the same are
noted at the station and not looked at again, but for the last two. What the centre lost (a fail-over to a copy that had not
all of it) is put in again under its own numbers; the watermark stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from station_db import reconciled
from station_db.journal import JournalEntry, columns_of, entry_hash
from station_db.reader import Reader
from station_db.reconciled import ReconciledDay
from station_db.records.base import Digest, Instant
from station_db.sync import bulk, day_sums
from station_db.sync.arriving import project_all
from station_db.sync.bulk import Known
from station_db.sync.centre import Centre
from station_db.sync.day_sums import DaySum, Span, day_name, day_of
from station_db.sync.standing import Mark, marks_of
from station_db.tables import JOURNAL

LAST_DAYS = 2
"""So many days are looked at each time, whatever is noted: what a fail-over loses is young."""
AT_ONCE = 500
LISTED = 100


@dataclass(frozen=True, slots=True)
class Place:
    """One entry."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one run found. `days` are to be noted at the station (`Store.note_reconciled`); `entries` were compared.

    `holes` entries were missing at the centre and `resent` of them were put in again; `differing` stand there with another hash
    and `extra` only there, which a person must look at; `places` names the first of all of these.
    """

    days: tuple[ReconciledDay, ...] = ()
    entries: int = 0
    holes: int = 0
    resent: int = 0
    differing: int = 0
    extra: int = 0
    places: tuple[Place, ...] = ()

    def __add__(self, more: Reconciled) -> Reconciled:
        """Both together."""
        return Reconciled(
            self.days + more.days,
            self.entries + more.entries,
            self.holes + more.holes,
            self.resent + more.resent,
            self.differing + more.differing,
            self.extra + more.extra,
            (self.places + more.places)[:LISTED],
        )


def reconcile(reader: Reader, centre: Centre, *, at: Instant) -> Reconciled:
    """Compare what was sent and is not noted yet, and the last two days; send again what is missing there.

    Raises `TransientCentreError` or `CentreRefusedError`; what was put in again until then stays.
    """
    tips = reader.epochs()
    noted = reader.ask(reconciled.days_of)
    with centre.reading() as connection:
        marks = marks_of(connection, centre.url, reader.station_id)
    found = Reconciled()
    for tip in tips:
        mark = marks.get(tip.position.epoch)
        if mark is not None:
            sent = replace(mark, last_seq=min(mark.last_seq, tip.position.seq))
            of_it = {day.day: day for day in noted if day.epoch == mark.epoch}
            found += _Epoch(reader, centre, sent, of_it, at).compared(is_all_sent=sent.last_seq == tip.position.seq)
    return found


@dataclass(frozen=True, slots=True)
class _Epoch:
    """One epoch's entries at both ends, up to the watermark."""

    reader: Reader
    centre: Centre
    mark: Mark
    noted: Mapping[str, ReconciledDay]
    at: Instant

    def compared(self, *, is_all_sent: bool) -> Reconciled:
        """What is open; everything, should an entry of a closed day stand among it (the clock went back)."""
        oldest_open = day_name(day_of(self.at) - LAST_DAYS + 1)
        closed = {name: day for name, day in self.noted.items() if name < oldest_open}
        behind = sum(day.entries for day in closed.values())
        found, sums = self._windows(behind)
        if sums.keys() & closed.keys():
            found, sums = self._windows(0)
        return replace(found, days=self._to_note(sums, is_all_sent=is_all_sent) if _is_clean(found) else ())

    def _windows(self, behind: int) -> tuple[Reconciled, dict[str, DaySum]]:
        """Compare from behind a number on; also the sums of all days met here."""
        found, sums = Reconciled(), dict[str, DaySum]()
        for span in day_sums.spans(self.mark.epoch, behind, self.mark.last_seq):
            ours = self.reader.ask(day_sums.here, span, sums)
            with self.centre.reading() as connection:
                theirs = day_sums.there(connection, self.reader.station_id, span, ours)
            found += Reconciled(entries=sum(entries for entries, _ in ours.values()))
            if ours != theirs:
                found += self._looked_into(span)
        return found, sums

    def _looked_into(self, span: Span) -> Reconciled:
        """Name and mend what differs."""
        ours = dict(self.reader.ask(day_sums.hashes, span))
        with self.centre.reading() as connection:
            listed = day_sums.hashes(connection, self.reader.station_id, span)
        theirs = dict(listed)
        first = min(ours, default=0)
        missing = sorted(ours.keys() - theirs.keys())
        differing = sorted(seq for seq in ours.keys() & theirs.keys() if ours[seq] != theirs[seq])
        extra = sorted(seq for seq in theirs.keys() - ours.keys() if seq > first) + _doubled([seq for seq, _ in listed])
        places = tuple(Place(span.epoch, seq) for seq in (*missing, *differing, *extra)[:LISTED])
        resent = self._resend(missing)
        return Reconciled((), 0, len(missing), resent, len(differing), len(extra), places)

    def _resend(self, missing: Sequence[int]) -> int:
        """Put entries in again, as they are here, with their rows; each only if it carries its own hash."""
        resent = 0
        for entries in self._entries(missing):
            with self.centre.writing() as connection:
                bulk.write(connection, JOURNAL, [columns_of(entry) for entry in entries], Known.KEPT)
                project_all(connection, self.mark.epoch_no, entries, self.at, self.centre.lacking)
            resent += len(entries)
        return resent

    def _entries(self, wanted: Sequence[int]) -> Iterator[list[JournalEntry]]:
        left = list(wanted)
        while left:
            found = self.reader.journal_after(self.mark.epoch, left[0] - 1, AT_ONCE)
            asked = set(left)
            sound = [entry for entry in found if entry.seq in asked and entry_hash(entry) == entry.hash]
            if sound:
                yield sound
            left = [seq for seq in left if seq > found[-1].seq] if found else []

    def _to_note(self, sums: Mapping[str, DaySum], *, is_all_sent: bool) -> tuple[ReconciledDay, ...]:
        """Days that are over and wholly up, as far as they are news; one that was partly pruned here keeps its note."""
        today = day_name(day_of(self.at))
        last = max(sums, default=today)
        made = [self._noted(name, sums[name]) for name in sorted(sums) if name < today and (is_all_sent or name < last)]
        return tuple(day for day in made if self._is_news(day))

    def _is_news(self, day: ReconciledDay) -> bool:
        before = self.noted.get(day.day)
        return before is None or before.entries < day.entries or before.up_to_seq < day.up_to_seq

    def _noted(self, name: str, total: DaySum) -> ReconciledDay:
        entries, digest = total.told()
        return ReconciledDay(self.mark.epoch, name, entries, Digest(digest), self.at, total.last_seq)


def _is_clean(found: Reconciled) -> bool:
    return not (found.holes or found.differing or found.extra)


def _doubled(seqs: Sequence[int]) -> list[int]:
    """Numbers that stand there twice."""
    seen, twice = set[int](), list[int]()
    for seq in seqs:
        if seq in seen:
            twice.append(seq)
        seen.add(seq)
    return twice
