"""The night's kills of the whole app: `python -m tests.stations.long_kills [300] [seed]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.stations.app_kills import kill_app

KILLS = 300
SEED = 20_261_121


def main(words: list[str]) -> int:
    """Kill, print the toll, and fail where fewer were killed than asked."""
    kills = int(words[0]) if words else KILLS
    seed = int(words[1]) if words[1:] else SEED
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="lineside-kills-") as folder:
        toll = kill_app(Path(folder), kills, seed)
    print(toll)
    return 0 if toll.kills >= kills else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
