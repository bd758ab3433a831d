"""Bringing a database to this version's schema: one set of migrations for stations and centres."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from station_db.errors import RecordError

HEAD = "0003"
"""The revision this version writes; a test holds it equal to the newest script."""
SCRIPTS = Path(str(resources.files("station_db"))) / "migrations"


class UnknownRevisionError(RecordError):
    """The database was written by a newer version."""


def revision_of(connection: Connection) -> str | None:
    """The revision a database stands at; None for one that has never been migrated."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def check_known(revision: str | None) -> None:
    """Raise `UnknownRevisionError` for a revision that this version has never heard of."""
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise UnknownRevisionError(revision)


def upgrade(connection: Connection) -> None:
    """Migrate to `HEAD` on this connection, whose transaction the caller ends. Alembic is imported only here: it is slow."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
