"""What can go wrong with the record, typed by what the reader can do next. `hmi.messages` makes the sentences."""

from __future__ import annotations

from pathlib import Path


class RecordError(Exception):
    """Anything the record refuses."""


class StoreError(RecordError):
    """A store that cannot be opened. `reason` is what is wrong, `remedy` what a person can do; both plain English."""

    remedy = "Call whoever looks after this station."

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. {self.remedy}")
        self.path = path
        self.reason = reason


class UnwritableFolderError(StoreError):
    """The data folder cannot be made or written to."""

    remedy = "Give the user that runs Lineside the right to write there, or name another folder in station.toml."


class ForeignDatabaseError(StoreError):
    """The file is no store of this station."""

    remedy = "Name another folder in station.toml, or move the file away. Nothing in it was changed."


class StationNameError(StoreError):
    """No station may have this name; `centre` is the centre's own."""

    remedy = "Give the station another id in station.toml: letters, digits, dot, dash, underscore."


class NewerSchemaError(StoreError):
    """The store was written by a newer Lineside."""

    remedy = "Start the newer version again. Nothing in the store was changed."


class StoreLockedError(StoreError):
    """Another process has this store open."""

    remedy = "End the other Lineside that uses this folder, or name another folder in station.toml."


class CorruptStoreError(StoreError):
    """The database file is damaged."""

    remedy = "Keep the file, and put the last backup in its place; the centre has what was sent."


class MissingStoreError(StoreError):
    """There is no store to read."""

    remedy = "Start the station once, or name the folder it records into."


class BrokenBackupError(RecordError):
    """A copy of a record that is not whole: damaged, changed, or sealed with another key."""


class BackupFailedError(RecordError):
    """No backup was made; what is there is as it was. The text says why."""


class CommitFailedError(RecordError):
    """A batch was not written, none of it; the store is as it was before and can be used again."""


class ProjectionError(RecordError):
    """An entry that this version cannot read into its typed table; the entry itself is sound."""

    def __init__(self, kind: str, record_id: str, reason: str) -> None:
        super().__init__(f"{kind} {record_id}: {reason}")
        self.kind = kind
        self.record_id = record_id
        self.reason = reason


class FeedError(RecordError):
    """What came from the centre does not fit what came before: a wrong hash, a number out of order, an older epoch."""
