"""A later release of Lineside, whose record has one more column: installed for a while, then taken away again."""

from __future__ import annotations

import shutil
from pathlib import Path

from station_db import migrating

SCRIPT = """
import sqlalchemy as sa
from alembic import op

revision = "{new}"
down_revision = "{old}"


def upgrade() -> None:
    op.add_column("station", sa.Column("note", sa.Text(), nullable=True))
"""


class NextRelease:
    """Its scripts lie in `home`; `install` puts it in the place of this one, `remove` takes it away."""

    def __init__(self, home: Path) -> None:
        self._ours = migrating.SCRIPTS, migrating.HEAD
        self._home = home
        self.is_here = False

    def install(self) -> None:
        """From now on this process is of that release."""
        scripts = self._home / "scripts"
        shutil.copytree(migrating.SCRIPTS, scripts)
        new = f"{int(migrating.HEAD) + 1:04}"
        (scripts / "versions" / f"{new}_more.py").write_text(SCRIPT.format(new=new, old=migrating.HEAD))
        migrating.SCRIPTS, migrating.HEAD = scripts, new
        self.is_here = True

    def remove(self) -> None:
        """This release again."""
        migrating.SCRIPTS, migrating.HEAD = self._ours
