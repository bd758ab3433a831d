"""What can go wrong between a station and its centre, told apart by what the reader can do next.

`TransientCentreError` heals by itself: try again later, from the watermark. `CentreRefusedError` needs a person.
"""

from __future__ import annotations

from typing import ClassVar


class CentreError(Exception):
    """A centre did not do what was asked. `url` never holds the password."""

    remedy: ClassVar[str] = "Look at the centre."

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}. {self.remedy}")
        self.url = url
        self.reason = reason


class TransientCentreError(CentreError):
    """It may heal: try again with back-off. Nothing is lost; whether the last commit counts, the watermark tells."""

    remedy: ClassVar[str] = "Check the address and that the centre can be reached; then try again."


class CentreUnreachableError(TransientCentreError):
    """Nobody answers at that address, or the name is not known."""


class CentreLostError(TransientCentreError):
    """The connection broke while it was used; the outcome of a commit is unknown."""


class CentreTimeoutError(CentreLostError):
    """The centre did not answer within the step's deadline; the outcome is unknown."""


class CentreBusyError(TransientCentreError):
    """Another transaction holds what we need, or the statement took too long."""

    remedy: ClassVar[str] = (
        "It is tried again; if it stays so, look at the centre for locks, for connections that are used up, and whether it is a "
        "standby, which only reads."
    )


class CentreFullError(TransientCentreError):
    """The centre's disk is full or failing (SQLSTATE 53100, 58030)."""

    remedy: ClassVar[str] = "Make room on the centre's disk; what was recorded is kept here and follows."


class WatermarkMovedError(TransientCentreError):
    """Somebody else pushed the same epoch in between: look again."""


class CentreRefusedError(CentreError):
    """Trying again changes nothing: a person has to settle it."""


class WrongPasswordError(CentreRefusedError):
    """The centre does not know this user with this password."""

    remedy: ClassVar[str] = "Check the user in the centre's URL and the password it refers to."


class CentreCertificateError(CentreRefusedError):
    """The centre's certificate does not prove that it is the one in the address."""

    remedy: ClassVar[str] = (
        "Check that sslrootcert in the URL names the centre's authority, that the certificate names this host and has not "
        "expired, and both clocks."
    )


class CentreInsecureError(CentreRefusedError):
    """The centre offers less than TLS and SCRAM, over a network."""

    remedy: ClassVar[str] = (
        "Switch on ssl and scram-sha-256 at the server; or write the weaker way into the URL (sslmode, channel_binding, "
        "require_auth)."
    )


class CentreOnShareError(CentreRefusedError):
    """The centre's file lies on a network share, where locks are not kept and files get damaged."""

    remedy: ClassVar[str] = "Put it on a disk of this computer, or use PostgreSQL."


class NoLoginsError(CentreRefusedError):
    """A file has no logins to change."""

    remedy: ClassVar[str] = "Take the centre out of that station's station.toml, or use PostgreSQL."


class CentreReadOnlyError(CentreRefusedError):
    """This user may not write the centre's file."""

    remedy: ClassVar[str] = "Let this user write the file and its folder."


class CentreUrlError(CentreRefusedError):
    """The address can't be read."""

    remedy: ClassVar[str] = "Use sqlite:///folder/centre.db or postgresql://user@host:5432/database."


class StationNameError(CentreRefusedError):
    """No station can have this name: it becomes a role and a part of files' names."""

    remedy: ClassVar[str] = "Name it otherwise, as `[station] id` in its station.toml; nothing was changed."


class NotInitialisedError(CentreRefusedError):
    """There is a database, or none yet, without any table of a centre."""

    remedy: ClassVar[str] = "Run `lineside centre init URL --station ID` once."


class NotACentreError(CentreRefusedError):
    """The database belongs to something else, or is a station's own store."""

    remedy: ClassVar[str] = "Check the database's name in the URL; Lineside changed nothing there."


class CentreNewerError(CentreRefusedError):
    """The centre's schema is newer than this program."""

    remedy: ClassVar[str] = "Install the newer Lineside on this computer; until then the station goes on recording."


class CentreOlderError(CentreRefusedError):
    """The centre's schema is older than this program."""

    remedy: ClassVar[str] = "Run `lineside centre init URL` with the newer Lineside; until then the station goes on recording."


class UnknownStationError(CentreRefusedError):
    """The centre has not heard of this station."""

    remedy: ClassVar[str] = "Run `lineside centre init URL --station ID` for it."


class RightsError(CentreRefusedError):
    """The centre's rights do not allow it (SQLSTATE 42501)."""

    remedy: ClassVar[str] = "Connect as the role that may: a station as itself, a planner for orders and master data."


class ForkError(CentreRefusedError):
    """The centre holds another history under the same epoch and number. Both are kept; this epoch is not sent any further."""

    remedy: ClassVar[str] = "Find the second computer that records as this station, or the copy that was restored."

    def __init__(self, url: str, reason: str, *, epoch: str, seq: int) -> None:
        super().__init__(url, reason)
        self.epoch = epoch
        self.seq = seq


class OtherCentreError(CentreRefusedError):
    """This is not the centre whose entries the station has: a new one stands in its place, or another one's address was given."""

    remedy: ClassVar[str] = (
        "Put the old centre's backup in its place, or its address into station.toml; what was recorded is kept here."
    )


class CentrePutBackError(CentreRefusedError):
    """The centre was put back to before what the station has from it, and goes on under the same numbers."""

    remedy: ClassVar[str] = (
        "Put the centre's latest backup in its place, or run `lineside centre init URL --restored` there; "
        "what was recorded is kept here."
    )


class BrokenChainError(CentreRefusedError):
    """Entries do not follow from one another by their hashes: they were changed or are missing."""

    remedy: ClassVar[str] = "Run `lineside verify` on the store and keep its file for inspection."

    def __init__(self, url: str, reason: str, *, epoch: str, seq: int) -> None:
        super().__init__(url, reason)
        self.epoch = epoch
        self.seq = seq


class LetGoError(CentreRefusedError):
    """The centre lacks entries that it once had and that were let go here since."""

    remedy: ClassVar[str] = "Put the centre's latest backup in its place: it must hold what was let go here; nothing was sent."
